package io.weir.reassemble;

/**
 * Every irregularity that reassembly names. Each has a counter ({@link Assembler#anomalies}); those that belong to a
 * stream are also reported to it. None of them stops a stream, and none changes a byte that was delivered.
 *
 * <p>The list is part of the interface: names are never reused or removed.
 */
public enum Anomaly {
    // segments whose bytes were refused, as the receiving kernel refuses them
    CHECKSUM_WRONG("the TCP checksum does not match, and it is not the sender's own offloading"),
    NO_ACK_FLAG("data without ACK flag (RFC 9293 section 3.10.7.4, fifth check)"),
    FIN_WITHOUT_ACK("a FIN without ACK flag"),
    SIGNATURE_OPTION("an MD5 or authentication option on a connection without one (RFC 2385, RFC 5925)"),
    STALE_TIMESTAMP("a timestamp older than the newest accepted one (PAWS, RFC 7323 section 5)"),
    BEYOND_WINDOW("data beyond the receiver's window"),
    ACKNOWLEDGES_UNSENT("acknowledges bytes that the other side was not seen to send; held until its receiver answers"),
    ACKNOWLEDGES_BEFORE_START(
            "data that acknowledges less than the other side's SYN, of an earlier connection perhaps"),
    DATA_AFTER_FIN("bytes beyond the FIN's sequence number"),
    DATA_AFTER_CLOSE("bytes for a connection that has ended"),
    DATA_IN_RST("a reset carries bytes; they are not part of the stream"),
    BEFORE_START("numbered before the first byte of the stream, of an earlier connection perhaps"),

    // control segments that were not obeyed
    RST_IGNORED("a reset whose number is neither the next byte nor in the window, or that its receiver outlived"),
    RST_IN_WINDOW(
            "a reset in the window but not at the next byte (RFC 5961): obeyed only if the connection falls silent"),
    SYN_INSIDE("a SYN inside an open connection: ignored unless a SYN-ACK confirms it"),
    SYN_AMBIGUOUS("several SYNs with different initial sequence numbers"),
    FIN_MOVED("a second FIN at another sequence number; the first stays"),

    // oddities of data
    CONFLICT("bytes came again with another value; the overlap policy decided between those not yet delivered"),
    KEEP_ALIVE("a keep-alive probe"),
    ZERO_WINDOW_PROBE("data into a closed window"),
    URGENT("urgent data (RFC 6093); delivered inline, the offset names its last byte"),
    SYN_DATA("data in a SYN (RFC 7413); delivered only if the other side acknowledged it"),
    DATA_BEFORE_SYN("data arrived before the SYN"),
    START_UNKNOWN("only the other side's SYN was seen; offset 0 of this side is the first byte seen"),

    HOP_LIMIT("the hop limit is not the one of this sender's other segments, or 1: it may die before its receiver"),

    // connections
    SIMULTANEOUS_OPEN("both sides sent a SYN"),
    SPLIT_HANDSHAKE("the server answered the SYN with a SYN of its own"),
    PORT_REUSED("a new connection took over the ends of one that was still open"),

    // advice of TcpStateMachine and TcpOptionCheck
    STATE_UNEXPECTED("the segment does not fit the connection's state (RFC 9293 section 3.10)"),
    OPTION_MALFORMED("a malformed option list"),
    OPTION_WRONG_LENGTH("an MSS or window scale option of the wrong length"),
    WINDOW_SCALE_TOO_LARGE("a window scale above 14 (RFC 7323 section 2.3); 14 is used"),
    SEGMENT_TOO_LARGE("more bytes than the receiver's MSS, and not by offloading"),
    TIMESTAMP_MISSING("timestamps were agreed on, and the segment carries none (RFC 7323 section 3.2)"),

    // bounds
    WAIT_LIMIT(
            "a direction's bound on waiting bytes or islands was hit; it gave up its first hole, or what was held back"),
    MEMORY_LIMIT(
            "the bound on all waiting bytes was hit; this direction gave up its first hole, or what was held back"),
    STREAM_LIMIT("the bound on streams was hit; this stream was closed");

    private final String sentence;

    Anomaly(String sentence) {
        this.sentence = sentence;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** As events and metrics spell it, such as {@code rst-in-window}. */
    public String label() {
        return LABELS[ordinal()];
    }

    private static final String[] LABELS = labels();

    private static String[] labels() {
        Anomaly[] all = values();
        String[] labels = new String[all.length];
        for (Anomaly anomaly : all) {
            labels[anomaly.ordinal()] =
                    anomaly.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
        return labels;
    }
}
