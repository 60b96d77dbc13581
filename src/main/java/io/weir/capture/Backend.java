package io.weir.capture;

/** How live frames are fetched. */
public enum Backend {
    /** A packet ring shared with the Linux kernel: the fastest way, needs no library. */
    AFPACKET("afpacket"),
    /** libpcap: portable, and several times slower. */
    PCAP("pcap");

    private final String label;

    Backend(String label) {
        this.label = label;
    }

    /** The name in configuration and messages. */
    public String label() {
        return label;
    }

    /** The better one for this operating system. */
    public static Backend preferred() {
        return Libc.available() ? AFPACKET : PCAP;
    }
}
