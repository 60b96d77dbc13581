package io.weir.reassemble;

/** Both directions of one TCP connection. Read-only for the library's user, on the assembler's thread. */
public final class Connection {
    Connection() {}

    public boolean ipv6() { throw new UnsupportedOperationException(); }
    public long clientHigh() { throw new UnsupportedOperationException(); }
    /** Address words as in {@link io.weir.decode.Segment}; text by {@link io.weir.decode.Addresses}. */
    public long clientLow() { throw new UnsupportedOperationException(); }
    public int clientPort() { throw new UnsupportedOperationException(); }
    public long serverHigh() { throw new UnsupportedOperationException(); }
    public long serverLow() { throw new UnsupportedOperationException(); }
    public int serverPort() { throw new UnsupportedOperationException(); }
    public int domain() { throw new UnsupportedOperationException(); }
    public int interfaceIndex() { throw new UnsupportedOperationException(); }
    public int pathLength() { throw new UnsupportedOperationException(); }
    /** Step of the encapsulation path; text by {@link io.weir.decode.Encapsulation#text}. */
    public long path(int index) { throw new UnsupportedOperationException(); }
    public Roles roles() { throw new UnsupportedOperationException(); }
    /** No SYN of this connection was seen. */
    public boolean midstream() { throw new UnsupportedOperationException(); }
    /** Capture time of the first packet, nanoseconds since 1970. */
    public long openedNs() { throw new UnsupportedOperationException(); }
    public HalfConnection half(FlowDirection direction) { throw new UnsupportedOperationException(); }
}
