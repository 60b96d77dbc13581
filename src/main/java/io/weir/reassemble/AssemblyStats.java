package io.weir.reassemble;

/** Figures that come with a {@link ScatterGather}: of these bytes, and of their direction so far. */
public final class AssemblyStats {
    private int chunks;
    private long queuedPackets;
    private long overlapBytes;
    private long conflictBytes;

    AssemblyStats() {}

    void of(int chunks, HalfConnection half) {
        this.chunks = chunks;
        queuedPackets = half.outOfOrderPackets();
        overlapBytes = half.overlapBytes();
        conflictBytes = half.conflictBytes();
    }

    /** Pieces. */
    public int chunks() {
        return chunks;
    }

    /** Segments of this direction that had to wait, so far. */
    public long queuedPackets() {
        return queuedPackets;
    }

    /** Bytes of this direction that came again, so far. */
    public long overlapBytes() {
        return overlapBytes;
    }

    /** Bytes of this direction that came again with another value, so far. */
    public long conflictBytes() {
        return conflictBytes;
    }
}
