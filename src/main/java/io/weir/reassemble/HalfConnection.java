package io.weir.reassemble;

/** One direction of a connection: what its sender sent. Read-only for the library's user, on the assembler's thread. */
public final class HalfConnection {
    HalfConnection() {}

    /** Payload bytes delivered. */
    public long bytes() { throw new UnsupportedOperationException(); }
    /** Bytes told as gaps; {@code bytes() + gapBytes()} is the next offset. */
    public long gapBytes() { throw new UnsupportedOperationException(); }
    /** Bytes that came again with the same value. */
    public long duplicateBytes() { throw new UnsupportedOperationException(); }
    /** Segments of this sender, refused ones included. */
    public long packets() { throw new UnsupportedOperationException(); }
    /** Segments that had to wait for a hole before them. */
    public long outOfOrderPackets() { throw new UnsupportedOperationException(); }
    /** Bytes that came again, with whatever value. */
    public long overlapBytes() { throw new UnsupportedOperationException(); }
    /** Bytes that came again with another value. */
    public long conflictBytes() { throw new UnsupportedOperationException(); }
    /** Bytes of segments that were refused. */
    public long refusedBytes() { throw new UnsupportedOperationException(); }
    /** Bytes that wait above a hole. */
    public long waitingBytes() { throw new UnsupportedOperationException(); }
    /** Offset up to which the other side has acknowledged, or -1 while unknown. */
    public long ackedTo() { throw new UnsupportedOperationException(); }
    /** Offset of the next byte to deliver. */
    public long nextOffset() { throw new UnsupportedOperationException(); }
    /** Capture time of its last segment; 0 if none was seen. */
    public long lastSeenNs() { throw new UnsupportedOperationException(); }
}
