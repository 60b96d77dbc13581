package io.weir.decode;

/** The bits of a TCP header: its flags (RFC 9293 section 3.1), and which options it carries. */
public interface TcpHeader {
    int FIN = 0x01;
    int SYN = 0x02;
    int RST = 0x04;
    int PSH = 0x08;
    int ACK = 0x10;
    int URG = 0x20;

    /** Bits of {@link Segment#options()}: which options the header carries. */
    int OPTION_MSS = 0x01;

    int OPTION_WINDOW_SCALE = 0x02;
    int OPTION_TIMESTAMPS = 0x04;
    int OPTION_SACK_PERMITTED = 0x08;
    int OPTION_SACK = 0x10;
    /** RFC 2385 MD5 signature or RFC 5925 authentication option. */
    int OPTION_SIGNATURE = 0x20;

    int OPTION_FAST_OPEN = 0x40;
    int OPTION_MULTIPATH = 0x80;
    /** The option list is malformed: a length of 0 or 1, or one that runs past the header. */
    int OPTION_MALFORMED = 0x100;
    /** An MSS or window scale option of the wrong length. */
    int OPTION_WRONG_LENGTH = 0x200;

    int flags();

    int options();

    default boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    default boolean hasOption(int bit) {
        return (options() & bit) != 0;
    }
}
