package io.weir.partition;

import io.weir.decode.Segment;
import io.weir.tally.Counters;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Carries segments, with their payload, from the capture worker to one partition: a ring of bytes with one writer and one
 * reader, without locks, without an allocation per packet.
 *
 * <p>Records lie one behind the other, aligned to 8 bytes; none is split at the end of the ring:
 *
 * <pre>
 *  0        4        8
 *  +--------+--------+------------------------------------+
 *  | length | kind   | segment in wire form, time, nothing |
 *  +--------+--------+------------------------------------+
 * </pre>
 *
 * <p>The writer fills in front of the published end, {@link #flush} publishes; the reader gives space back while it drains.
 */
public final class Lane {
    private static final int KIND_SEGMENT = 1;
    private static final int KIND_TIME = 2;
    private static final int KIND_PADDING = 3;
    private static final int KIND_END = 4;
    private static final int RECORD_HEADER_BYTES = 8;
    private static final int TIME_RECORD_BYTES = 16;
    private static final int MAX_HEADER_BYTES = RECORD_HEADER_BYTES + Segment.FIXED_WIRE_BYTES + 8 * Segment.MAX_PATH;

    /** Shared words stand 128 bytes apart, so that the two threads do not fight for a cache line. */
    private static final int PUBLISHED = 16;

    private static final int CONSUMED = 32;
    private static final int IDLE = 48;
    private static final int SHARED_WORDS = 64;

    private final int capacity;
    private final int mask;
    private final AtomicLongArray shared = new AtomicLongArray(SHARED_WORDS);

    // writer's
    private final ByteBuffer writing;
    private final Counters<LaneCounter> counters = new Counters<>(LaneCounter.class);
    private final Segment cut = new Segment();
    private long end;
    private long knownConsumed;
    private long lastTimeNs = Long.MIN_VALUE;
    private volatile long mostUnread;

    // reader's
    private final ByteBuffer reading;
    private final Segment segment = new Segment();
    private volatile Runnable wakeUp = () -> {};

    /** Takes its memory, outside the heap, now. */
    public Lane(LaneOptions options) {
        capacity = options.bytesPerLane();
        mask = capacity - 1;
        writing = ByteBuffer.allocateDirect(capacity);
        reading = writing.duplicate();
    }

    /**
     * Copies a segment into the lane; the reader sees it after the next {@link #flush}, which happens here once a sixteenth
     * of the lane is unpublished. Writer's thread.
     *
     * <p>A payload that half the lane cannot hold is cut there, and the segment counts as truncated.
     *
     * @return false if there is no room: nothing was written, nothing counted; try again later or {@link #drop}
     */
    public boolean offer(Segment segment) {
        int payloadRoom = capacity / 2 - MAX_HEADER_BYTES;
        boolean fits = segment.payloadLength() <= payloadRoom;
        if (!fits) {
            cut.readFrom(headerOf(segment), 0);
            segment = cut.payload(segment.memory(), segment.payloadOffset(), payloadRoom, segment.payloadWireLength());
        }
        int length = RECORD_HEADER_BYTES + segment.wireForm() + 7 & ~7;
        int at = reserve(length);
        if (at < 0) {
            return false;
        }
        writing.putLong(at, (long) length << 32 | KIND_SEGMENT);
        segment.writeTo(writing, at + RECORD_HEADER_BYTES);
        end += length;
        lastTimeNs = Math.max(lastTimeNs, segment.timeNs());
        counters.increment(LaneCounter.SEGMENTS);
        counters.add(LaneCounter.BYTES, length);
        if (!fits) {
            counters.increment(LaneCounter.CUT);
        }
        if (end - shared.getPlain(PUBLISHED) > capacity >> 4) {
            flush();
        }
        return true;
    }

    /** Counts a segment that found no room and will not be tried again. Writer's thread. */
    public void drop() {
        counters.increment(LaneCounter.DROPPED);
    }

    /**
     * Tells the reader, in its place among the segments, that time has passed. A time that the lane has carried already, by a
     * mark or a segment, is not repeated. Writer's thread.
     *
     * @param nowNs nanoseconds since 1970; nothing earlier will be offered
     * @return false if there is no room
     */
    public boolean offerTime(long nowNs) {
        if (nowNs <= lastTimeNs) {
            return true;
        }
        int at = reserve(TIME_RECORD_BYTES);
        if (at < 0) {
            return false;
        }
        writing.putLong(at, (long) TIME_RECORD_BYTES << 32 | KIND_TIME);
        writing.putLong(at + RECORD_HEADER_BYTES, nowNs);
        end += TIME_RECORD_BYTES;
        lastTimeNs = nowNs;
        counters.increment(LaneCounter.TIME_MARKS);
        return true;
    }

    /**
     * Tells the reader, in its place among the segments, that its source has ended. What is offered after it comes from
     * another source, whose time may be an earlier one. Writer's thread.
     *
     * @return false if there is no room
     */
    public boolean offerEnd() {
        int at = reserve(RECORD_HEADER_BYTES);
        if (at < 0) {
            return false;
        }
        writing.putLong(at, (long) RECORD_HEADER_BYTES << 32 | KIND_END);
        end += RECORD_HEADER_BYTES;
        lastTimeNs = Long.MIN_VALUE;
        return true;
    }

    /**
     * Publishes what was offered since the last flush, and wakes the reader if it is idle. Writer's thread.
     *
     * @return whether the reader was woken
     */
    public boolean flush() {
        if (end == shared.getPlain(PUBLISHED)) {
            return false;
        }
        // the store must be visible before the flag is read: else both sides could miss each other
        shared.set(PUBLISHED, end);
        counters.increment(LaneCounter.BATCHES);
        long unread = end - shared.getAcquire(CONSUMED);
        if (unread > mostUnread) {
            mostUnread = unread;
        }
        if (shared.get(IDLE) == 0 || !shared.compareAndSet(IDLE, 1, 0)) {
            return false;
        }
        counters.increment(LaneCounter.WAKE_UPS);
        wakeUp.run();
        return true;
    }

    /**
     * Says how the reader is woken, and wakes it once. Without it the reader polls. Once, any thread.
     *
     * @param wakeUp makes the reader call {@link #drain} soon; called on the writer's thread, must not block or throw
     */
    public void attach(Runnable wakeUp) {
        this.wakeUp = wakeUp;
        wakeUp.run();
    }

    /**
     * Hands on what is published. Reader's thread, first after a wake-up. What the handler throws goes to the caller; the
     * record that caused it is consumed.
     *
     * @param maxRecords segments and time marks, at most
     * @return records handed on. If fewer than {@code maxRecords}, the lane is empty and the next flush wakes the reader;
     *     else the reader must call again by itself
     */
    public int drain(SegmentHandler handler, int maxRecords) {
        int records = 0;
        while (true) {
            records += drainPublished(handler, maxRecords - records);
            if (records == maxRecords) {
                return records;
            }
            shared.set(IDLE, 1);
            if (shared.get(PUBLISHED) == shared.getPlain(CONSUMED) || !shared.compareAndSet(IDLE, 1, 0)) {
                return records;
            }
        }
    }

    private int drainPublished(SegmentHandler handler, int maxRecords) {
        long published = shared.getAcquire(PUBLISHED);
        long next = shared.getPlain(CONSUMED);
        long released = next;
        int records = 0;
        try {
            while (next != published && records < maxRecords) {
                int at = (int) next & mask;
                long lengthAndKind = reading.getLong(at);
                next += lengthAndKind >>> 32;
                int kind = (int) lengthAndKind;
                if (kind == KIND_SEGMENT) {
                    records++;
                    segment.readFrom(reading, at + RECORD_HEADER_BYTES);
                    handler.onSegment(segment);
                } else if (kind == KIND_TIME) {
                    records++;
                    handler.onTime(reading.getLong(at + RECORD_HEADER_BYTES));
                } else if (kind == KIND_END) {
                    records++;
                    handler.onEnd();
                }
                if (next - released > capacity / 8) {
                    shared.setRelease(CONSUMED, next);
                    released = next;
                }
            }
        } finally {
            shared.setRelease(CONSUMED, next);
        }
        return records;
    }

    /** Bytes offered and not yet drained, as far as published. Any thread. */
    public long unreadBytes() {
        long consumed = shared.getAcquire(CONSUMED);
        return Math.max(0, shared.getAcquire(PUBLISHED) - consumed);
    }

    /** Bytes drained so far. Any thread. */
    public long consumedBytes() {
        return shared.getAcquire(CONSUMED);
    }

    /** The most that {@link #unreadBytes} ever was at a flush. Any thread. */
    public long mostUnreadBytes() {
        return mostUnread;
    }

    /** Bytes that offers will find free at least, up to half the lane. Writer's thread. */
    public int freeBytes() {
        knownConsumed = shared.getAcquire(CONSUMED);
        long free = capacity - (end - knownConsumed);
        int toEnd = capacity - ((int) end & mask);
        // a record that does not fit in front of the ring's end leaves that space unused
        long usable = toEnd < capacity / 2 ? free - toEnd : free;
        return (int) Math.max(0, Math.min(capacity / 2, usable));
    }

    public int capacityBytes() {
        return capacity;
    }

    /** For advice to the kernel only. Any thread. */
    public ByteBuffer memory() {
        return writing.asReadOnlyBuffer();
    }

    /** The writer's counters; any thread reads. */
    public Counters<LaneCounter> counters() {
        return counters;
    }

    /** Finds {@code length} bytes in one piece, or returns -1; pads the end of the ring if need be. */
    private int reserve(int length) {
        int at = (int) end & mask;
        int toEnd = capacity - at;
        int needed = toEnd < length ? toEnd + length : length;
        if (end + needed - knownConsumed > capacity) {
            knownConsumed = shared.getAcquire(CONSUMED);
            if (end + needed - knownConsumed > capacity) {
                return -1;
            }
        }
        if (toEnd < length) {
            writing.putLong(at, (long) toEnd << 32 | KIND_PADDING);
            end += toEnd;
            return 0;
        }
        return at;
    }

    /** Only for a segment that is too large: the one place that allocates. */
    private static ByteBuffer headerOf(Segment segment) {
        segment.verify(); // which needs all of the payload
        ByteBuffer header = ByteBuffer.allocate(segment.wireForm());
        segment.writeTo(header, 0);
        return header;
    }
}
