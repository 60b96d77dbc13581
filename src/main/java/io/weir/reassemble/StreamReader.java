package io.weir.reassemble;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;

/**
 * One direction's bytes as an {@link InputStream}, for a thread of its own.
 *
 * <p>The assembler's thread {@link #offer}s what a {@link Stream} receives and never waits; another thread reads, and waits
 * for more. A gap is thrown once, where it lies, as {@link GapException}; reading goes on behind it. At most
 * {@code capacity} bytes wait to be read: what does not fit is lost, and becomes a gap of cause
 * {@link GapCause#DROPPED}. Closing the reader discards what still comes.
 */
public final class StreamReader extends InputStream {
    /** Gaps that wait to be read at most; neighbours beyond that become one. */
    private static final int MAX_GAPS = 256;

    /** Bytes are missing here. */
    public static final class GapException extends IOException {
        private static final long serialVersionUID = 1;
        private final long offset;
        private final long length;
        private final transient GapCause cause;

        public GapException(long offset, long length, GapCause cause) {
            super(length + " bytes are missing at offset " + offset + ": " + cause.label());
            this.offset = offset;
            this.length = length;
            this.cause = cause;
        }

        /** Stream offset of the first missing byte. */
        public long offset() {
            return offset;
        }

        public long length() {
            return length;
        }

        public GapCause gapCause() {
            return cause;
        }
    }

    private final byte[] ring;
    private int waiting;
    private int head;

    /** Stream offset of the next byte to read. */
    private long readOffset;

    /** Stream offset behind everything that was offered. */
    private long offeredTo;

    private final long[] gapOffsets = new long[MAX_GAPS];
    private final long[] gapLengths = new long[MAX_GAPS];
    private final GapCause[] gapCauses = new GapCause[MAX_GAPS];
    private int firstGap;
    private int gaps;
    private boolean ended;
    private boolean closed;

    /** @param capacity bytes that may wait to be read; at least 1 */
    public StreamReader(int capacity) {
        ring = new byte[capacity];
    }

    /** Takes over new bytes, gaps and the end from a callback of this direction. The assembler's thread only. */
    public synchronized void offer(ScatterGather data) {
        if (closed) {
            return;
        }
        int from = data.saved();
        long offset = data.offset() + from + (from > 0 ? Math.max(0, data.skip()) : 0);
        if (data.skip() > 0) {
            gap(offset - data.skip(), data.skip(), data.skipCause());
        }
        int length = data.length() - from;
        int taken = gaps > 0 && gapEnd() == offset && lastCause() == GapCause.DROPPED ? 0 : length;
        taken = Math.min(taken, ring.length - waiting);
        int at = (head + waiting) % ring.length;
        int first = Math.min(taken, ring.length - at);
        data.copy(from, ring, at, first);
        data.copy(from + first, ring, 0, taken - first);
        waiting += taken;
        if (taken < length) {
            gap(offset + taken, length - taken, GapCause.DROPPED);
        }
        offeredTo = offset + length;
        ended |= data.end();
        notifyAll();
    }

    private void gap(long offset, long length, GapCause cause) {
        if (gaps == MAX_GAPS || gaps > 0 && gapEnd() == offset && lastCause() == cause) {
            int last = (firstGap + gaps - 1) % MAX_GAPS;
            // with the table full, the bytes between the last gap and this one are given up with it
            waiting -= (int) (offset - gapEnd());
            gapLengths[last] = offset + length - gapOffsets[last];
            return;
        }
        int index = (firstGap + gaps++) % MAX_GAPS;
        gapOffsets[index] = offset;
        gapLengths[index] = length;
        gapCauses[index] = cause;
    }

    private long gapEnd() {
        int last = (firstGap + gaps - 1) % MAX_GAPS;
        return gapOffsets[last] + gapLengths[last];
    }

    private GapCause lastCause() {
        return gapCauses[(firstGap + gaps - 1) % MAX_GAPS];
    }

    @Override
    public synchronized int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * Waits until there is a byte, a gap or the end.
     *
     * @throws GapException bytes are missing right here; the next call goes on behind them
     */
    @Override
    public synchronized int read(byte[] target, int at, int length) throws IOException {
        Objects.checkFromIndexSize(at, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (readOffset == offeredTo && !ended && !closed) {
            await();
        }
        if (closed) {
            throw new IOException("the reader is closed");
        }
        if (gaps > 0 && gapOffsets[firstGap] == readOffset) {
            int gap = firstGap;
            firstGap = (firstGap + 1) % MAX_GAPS;
            gaps--;
            readOffset += gapLengths[gap];
            throw new GapException(gapOffsets[gap], gapLengths[gap], gapCauses[gap]);
        }
        if (readOffset == offeredTo) {
            return -1;
        }
        long before = gaps > 0 ? gapOffsets[firstGap] : offeredTo;
        int count = (int) Math.min(Math.min(length, before - readOffset), ring.length - head);
        System.arraycopy(ring, head, target, at, count);
        head = (head + count) % ring.length;
        waiting -= count;
        readOffset += count;
        return count;
    }

    private void await() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for bytes");
        }
    }

    /** Bytes that can be read without waiting and without a gap. */
    @Override
    public synchronized int available() {
        return (int) Math.min(waiting, (gaps > 0 ? gapOffsets[firstGap] : offeredTo) - readOffset);
    }

    /** Stream offset of the next byte to read. */
    public synchronized long offset() {
        return readOffset;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
