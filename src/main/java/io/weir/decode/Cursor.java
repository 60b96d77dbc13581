package io.weir.decode;

import java.nio.ByteBuffer;

/**
 * The packet on its way through the layers, shared by all of them. Each layer is called with three positions in {@link #memory}:
 * {@code at}, its first byte; {@code end}, behind its last captured byte; {@code wireEnd}, behind the last byte that it had on
 * the wire, which is {@code end} or more.
 */
final class Cursor {
    /** Layers that are followed in one packet; bounds the depth of calls. */
    static final int MAX_LAYERS = 32;

    /**
     * Bytes of the largest IP packet that standard Ethernet carries. A host leaves an IP or UDP length out (0) only of what its
     * card is to cut up, which is larger; in what came over a link 0 is no length, and the receiver drops the packet.
     */
    static final int LINK_PACKET_BYTES = 1500;

    final Fragment fragment = new Fragment();
    ByteBuffer memory;
    Segment segment;
    boolean checksumOffloaded;
    int layers;

    /**
     * Whoever copied the packet may have cut it and told nobody how long it was: {@code wireEnd} is the copy's end, and the next
     * IP header tells the packet's.
     */
    boolean copyCut;

    /** The outcome for a header that is not all there: the capture's fault, or the packet's. */
    static Decoded missing(int end, int wireEnd, Decoded malformed) {
        return end < wireEnd ? Decoded.HEADER_CUT : malformed;
    }

    /** Notes one more layer. @return false if that is too many */
    boolean enter() {
        return ++layers <= MAX_LAYERS;
    }

    /** Whether an IP packet may end {@code length} bytes behind {@code at}; asked once by each IP header. */
    boolean believes(int length, int at, int wireEnd) {
        boolean cut = copyCut;
        copyCut = false;
        return length <= wireEnd - at || cut;
    }

    int u8(int at) {
        return memory.get(at) & 0xFF;
    }

    int u16(int at) {
        return memory.getShort(at) & 0xFFFF;
    }

    int u32(int at) {
        return memory.getInt(at);
    }
}
