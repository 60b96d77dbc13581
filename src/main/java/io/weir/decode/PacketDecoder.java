package io.weir.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Takes a packet apart, from the link layer through tunnels and IP to TCP.
 *
 * <p>Whatever the bytes are, the outcome is one of {@link Decoded}, never an exception: each layer checks its own length at its
 * border before it reads. Allocates nothing. One thread; a decoder is cheap, so each capture worker has its own.
 *
 * <pre>{@code
 * Decoded decoded = decoder.decode(...);
 * while (decoded == Decoded.FRAGMENT) {
 *     if (defragmenter.accept(decoder.fragment(), segment) != Outcome.COMPLETED) {
 *         return;
 *     }
 *     decoded = decoder.resume(...); // of a tunnel, perhaps: what it carries may be fragmented again
 * }
 * }</pre>
 */
public final class PacketDecoder {
    /** A packet claims no more than this on the wire; larger claims are taken as this. */
    static final int MAX_WIRE_BYTES = 1 << 26;

    private static final int NO_TAG = -1;

    /** Whether the wire length of a frame is known, or may be no more than what somebody left of it. */
    public enum WireLength {
        /** As the kernel says it: an IP header that tells more is forged, and the receiver drops the packet. */
        KNOWN,
        /**
         * As a file says it: some tools cut frames and write that they were that long. Of two lengths the greater one is
         * believed, and what is not there is missing.
         */
        TOLD
    }

    private final Cursor cursor = new Cursor();
    private final Layers layers;
    private final LinkLayer link;
    private final PredictedHeaders predicted;
    private final boolean copyCut;

    /** For frames whose wire length is {@link WireLength#KNOWN}. */
    public PacketDecoder(boolean verifyChecksums) {
        this(verifyChecksums, WireLength.KNOWN);
    }

    /** @param verifyChecksums whether TCP checksums are verified; costs a look at every byte */
    public PacketDecoder(boolean verifyChecksums, WireLength wireLength) {
        copyCut = wireLength == WireLength.TOLD;
        layers = new Layers(cursor, verifyChecksums);
        link = new LinkLayer(cursor, layers);
        predicted = new PredictedHeaders(verifyChecksums);
    }

    /**
     * Decodes one frame.
     *
     * @param memory of big-endian byte order; read by absolute position only
     * @param offset of the first byte
     * @param capturedLength bytes that are there
     * @param wireLength bytes that the frame had; taken as {@code capturedLength} if it is less
     * @param linkType LINKTYPE_ number of the first header
     * @param vlanTag tag that the kernel took out: TPID in the high 16 bits, TCI in the low ones; -1 for none
     * @param checksumOffloaded nobody can tell the TCP checksum from the bytes
     * @param into is filled: addresses and path as far as they were found, all of it for {@link Decoded#SEGMENT}; time,
     *     interface and domain stay as they are, the hash is forgotten
     * @return {@link Decoded#FRAGMENT} leaves {@link #fragment()}
     * @throws IllegalArgumentException {@code memory} is little-endian
     */
    public Decoded decode(
            ByteBuffer memory,
            int offset,
            int capturedLength,
            int wireLength,
            int linkType,
            int vlanTag,
            boolean checksumOffloaded,
            Segment into) {
        requireBigEndian(memory);
        into.noPath();
        if (linkType == LinkLayer.ETHERNET
                && vlanTag == NO_TAG
                && predicted.decode(memory, offset, offset + capturedLength, checksumOffloaded, into)) {
            return Decoded.SEGMENT;
        }
        start(memory, checksumOffloaded, into);
        cursor.copyCut = copyCut;
        if (vlanTag != NO_TAG && !layers.ethernet.vlan(vlanTag)) {
            return Decoded.TOO_DEEP;
        }
        int wire = Math.max(capturedLength, Math.min(wireLength, MAX_WIRE_BYTES));
        return link.decode(linkType, offset, offset + capturedLength, offset + wire);
    }

    /**
     * Goes on with a whole datagram, after the defragmenter has put it together.
     *
     * @param protocol IPv4 protocol or IPv6 next header of the payload
     * @param into as the last fragment left it: addresses and path are set
     */
    public Decoded resume(
            int protocol, ByteBuffer memory, int offset, int length, boolean checksumOffloaded, Segment into) {
        requireBigEndian(memory);
        start(memory, checksumOffloaded, into);
        return layers.payload.decode(protocol, offset, offset + length, offset + length, into.ipv6());
    }

    /** The fragment, after {@link Decoded#FRAGMENT} and until the next call. */
    public Fragment fragment() {
        return cursor.fragment;
    }

    private static void requireBigEndian(ByteBuffer memory) {
        if (memory.order() != ByteOrder.BIG_ENDIAN) {
            throw new IllegalArgumentException("packets are read from big-endian buffers; call order(BIG_ENDIAN)");
        }
    }

    private void start(ByteBuffer memory, boolean checksumOffloaded, Segment into) {
        cursor.memory = memory;
        cursor.segment = into;
        cursor.checksumOffloaded = checksumOffloaded;
        cursor.layers = 0;
        cursor.copyCut = false;
    }
}
