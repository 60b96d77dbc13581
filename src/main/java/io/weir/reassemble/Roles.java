package io.weir.reassemble;

/** How client and server were told apart. */
public enum Roles {
    /** By SYN or SYN-ACK. */
    HANDSHAKE("handshake"),
    /** By the lower, well-known port. */
    PORT("port"),
    /** The sender of the first packet was taken for the client. */
    FIRST("first");

    private final String label;

    Roles(String label) {
        this.label = label;
    }

    /** As events spell it. */
    public String label() {
        return label;
    }
}
