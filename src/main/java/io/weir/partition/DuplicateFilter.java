package io.weir.partition;

import io.weir.decode.Segment;

/**
 * Recognises a segment that was captured already on another interface of the same host: a pod's packet is seen on its veth,
 * on the bridge and on the card, and counts once.
 *
 * <p>A segment is a duplicate if an equal one (flow, numbers, flags, window, options, lengths) was kept from another
 * interface less than {@code windowNs} ago. One from the same interface never is: that is a retransmission, and belongs to
 * the stream. Address translation makes another flow, which is not recognised.
 *
 * <p>Bounded: {@code slots} fingerprints under the flow hash's key; a new one takes the place of whatever was in its slot,
 * so at worst a duplicate is taken for a retransmission, and its bytes for duplicates. One thread; allocates nothing.
 */
public final class DuplicateFilter {
    private final long windowNs;
    private final int mask;
    private final long[] fingerprints;
    private final long[] timesNs;
    private final int[] interfaces;

    /**
     * @param slots a power of two; each costs 20 bytes
     * @param windowNs how far apart in time two captures of the same segment may be
     */
    public DuplicateFilter(int slots, long windowNs) {
        if (Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(slots + " slots; a power of two is needed");
        }
        this.windowNs = windowNs;
        mask = slots - 1;
        fingerprints = new long[slots];
        timesNs = new long[slots];
        interfaces = new int[slots];
    }

    /** Whether the segment is a duplicate; if not, it is remembered. Its hash must be set. */
    public boolean duplicate(Segment segment) {
        long fingerprint = fingerprint(segment);
        int slot = (int) fingerprint & mask;
        long ageNs = segment.timeNs() - timesNs[slot];
        if (fingerprints[slot] == fingerprint
                && interfaces[slot] != segment.interfaceIndex()
                && Math.abs(ageNs) <= windowNs) {
            return true;
        }
        fingerprints[slot] = fingerprint;
        timesNs[slot] = segment.timeNs();
        interfaces[slot] = segment.interfaceIndex();
        return false;
    }

    private static long fingerprint(Segment segment) {
        long mixed = segment.hash();
        mixed = mix(mixed, (long) segment.sequence() << 32 | segment.acknowledgement() & 0xFFFFFFFFL);
        mixed = mix(mixed, (long) segment.timestampValue() << 32 | segment.timestampEcho() & 0xFFFFFFFFL);
        mixed = mix(mixed, (long) segment.payloadWireLength() << 32 | segment.window() << 16 | segment.flags());
        // the hash ignores the direction
        return mix(mixed, (long) segment.sourcePort() << 32 ^ segment.sourceLow());
    }

    private static long mix(long state, long word) {
        state = (state ^ word) * 0x9FB21C651E98DF25L;
        return state ^ state >>> 28;
    }
}
