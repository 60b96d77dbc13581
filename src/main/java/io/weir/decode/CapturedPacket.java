package io.weir.decode;

/** When and where a packet was captured. */
public abstract class CapturedPacket {
    long timeNs;
    int interfaceIndex;
    int domain;
    int wireLength;

    CapturedPacket() {}

    /** Nanoseconds since 1970. */
    public long timeNs() {
        return timeNs;
    }

    public int interfaceIndex() {
        return interfaceIndex;
    }

    /** Sources that see different networks have different domains; equal addresses in two domains are two flows. */
    public int domain() {
        return domain;
    }

    /** Bytes of the whole frame on the wire. */
    public int wireLength() {
        return wireLength;
    }
}
