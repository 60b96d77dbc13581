package io.weir.reassemble;

import java.nio.ByteBuffer;

/** The next bytes of one direction. Reused after {@link Stream#reassembled} returns, and so is the memory behind it. */
public final class ScatterGather {
    ScatterGather() {}

    /** Bytes available, kept ones included. */
    public int length() { throw new UnsupportedOperationException(); }
    /** How many of them were kept from the call before. */
    public int saved() { throw new UnsupportedOperationException(); }
    /** Stream offset of the first available byte. */
    public long offset() { throw new UnsupportedOperationException(); }
    public FlowDirection direction() { throw new UnsupportedOperationException(); }
    /** The first data of this direction, and its SYN was seen. */
    public boolean start() { throw new UnsupportedOperationException(); }
    /** This direction has ended; nothing more will come of it. */
    public boolean end() { throw new UnsupportedOperationException(); }
    /** Bytes missing right before the first new byte ({@code offset() + saved()}): 0 none, -1 start unknown. */
    public long skip() { throw new UnsupportedOperationException(); }
    /** Why, if {@link #skip} is above 0. */
    public GapCause skipCause() { throw new UnsupportedOperationException(); }
    /** Capture time of the packet (or the assembler's time) that caused this call. */
    public long timeNs() { throw new UnsupportedOperationException(); }
    /** Offset up to which the receiver has acknowledged, or -1 while unknown. */
    public long ackedTo() { throw new UnsupportedOperationException(); }
    /** The first {@code length} available bytes: a view if they lie in one piece, else a copy. Valid during the call. */
    public ByteBuffer fetch(int length) { throw new UnsupportedOperationException(); }
    /** Copies {@code length} bytes from position {@code from} of the available ones. */
    public void copy(int from, byte[] target, int at, int length) { throw new UnsupportedOperationException(); }
    /** Pieces that the available bytes lie in. */
    public int chunks() { throw new UnsupportedOperationException(); }
    public ByteBuffer chunkMemory(int chunk) { throw new UnsupportedOperationException(); }
    public int chunkOffset(int chunk) { throw new UnsupportedOperationException(); }
    public int chunkLength(int chunk) { throw new UnsupportedOperationException(); }
    /** Keeps the available bytes from this position on; they come first in the next call of this direction. */
    public void keepFrom(int position) { throw new UnsupportedOperationException(); }
    /** Where the byte at this position came from; {@link CaptureInfo#NONE} outside the data. Allocates. */
    public CaptureInfo captureInfo(int position) { throw new UnsupportedOperationException(); }
}
