package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.PageCache.NIL;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;

/**
 * Puts the bytes of accepted segments where they belong: delivered at once, queued above a hole, or counted as seen
 * before. Enforces the direction's bounds, and gives holes up.
 */
final class Placement {
    private final AssemblerOptions options;
    private final OutOfOrderQueue queue;
    private final Runs runs;
    private final Delivery delivery;
    private final History history;
    private final Conflicts conflicts;
    private final Memory memory;
    private final Timers timers;
    private final Reporter reporter;

    Placement(
            AssemblerOptions options,
            OutOfOrderQueue queue,
            Runs runs,
            Delivery delivery,
            History history,
            Conflicts conflicts,
            Memory memory,
            Timers timers,
            Reporter reporter) {
        this.options = options;
        this.queue = queue;
        this.runs = runs;
        this.delivery = delivery;
        this.history = history;
        this.conflicts = conflicts;
        this.memory = memory;
        this.timers = timers;
        this.reporter = reporter;
    }

    /** Payload and FIN of a segment whose direction has started. */
    void place(HalfConnection half, Segment segment) {
        long offset = half.offset(segment.sequence()) + (segment.has(Segment.SYN) ? 1 : 0);
        int cut = segment.payloadWireLength() - segment.payloadLength();
        if (segment.has(Segment.FIN)) {
            fin(half, offset + segment.payloadWireLength());
        }
        place(half, segment.memory(), segment.payloadOffset(), offset, segment.payloadLength(), segment, cut);
        if (!half.is(CLOSED) && half.next == half.finOffset) {
            delivery.deliverRuns(half);
        }
        settle(half);
    }

    void place(HalfConnection half, ByteBuffer bytes, int at, long offset, int length, Segment segment, int cut) {
        if (length == 0 && cut == 0) {
            return;
        }
        long end = offset + length;
        if (length == 1 && offset == half.next - 1 && !segment.has(Segment.FIN)) {
            reporter.report(half, Anomaly.KEEP_ALIVE);
            half.refusedBytes++;
            return;
        }
        long limit = half.finOffset >= 0 ? half.finOffset : half.is(CLOSED) ? half.next : Long.MAX_VALUE;
        if (end > limit) {
            long from = Math.max(offset, limit);
            half.refusedBytes += end - from;
            reporter.report(half, Anomaly.DATA_AFTER_FIN, from, end - from);
            end = from;
            cut = 0;
        }
        if (offset < 0) {
            long before = Math.min(end, 0) - offset;
            half.refusedBytes += before;
            reporter.report(half, Anomaly.BEFORE_START);
            at += (int) before;
            offset += before;
        }
        if (offset < half.next) {
            int again = (int) (Math.min(end, half.next) - offset);
            if (again > 0) {
                half.overlapBytes += again;
                half.conflictBytes += history.compare(half, offset, bytes, at, again, conflicts);
            }
            at += again;
            offset += again;
        }
        if (end + cut <= half.next || half.is(CLOSED)) {
            return;
        }
        length = (int) (end - offset);
        if (offset == half.next) {
            deliver(half, bytes, at, offset, length, segment.interfaceIndex(), segment.timeNs(), cut);
        } else if (length > 0) {
            half.outOfOrderPackets++;
            enqueue(half, bytes, at, offset, length, segment.interfaceIndex(), segment.timeNs(), cut);
        }
    }

    private void deliver(
            HalfConnection half, ByteBuffer bytes, int at, long offset, int length, int index, long timeNs, int cut) {
        if (options.overlap().isTable() && half.hasRuns()) {
            long first = runs.start(queue.first(half.waiting));
            if (first < offset + length) {
                queue.insert(half, offset, offset + length, bytes, at, index, timeNs, cut);
                delivery.deliverRuns(half);
                return;
            }
        }
        delivery.deliver(half, bytes, at, length, index, cut);
    }

    /** Queues bytes above a hole, after making room. A direction that has not started queues everything. */
    void enqueue(
            HalfConnection half, ByteBuffer bytes, int at, long offset, int length, int index, long timeNs, int cut) {
        while (!memory.fits(length)) {
            HalfConnection largest = memory.largest();
            if (largest == null || !largest.is(STARTED)) {
                half.refusedBytes += length;
                reporter.report(half, Anomaly.MEMORY_LIMIT, offset, length);
                return;
            }
            reporter.report(largest, Anomaly.MEMORY_LIMIT);
            giveUpHole(largest, GapCause.EVICTED);
            settle(largest);
        }
        if (offset <= half.next && half.is(STARTED)) {
            // making room has moved this direction on
            place(half, bytes, at, offset, length, index, timeNs, cut);
            return;
        }
        Waiting waiting = memory.waiting(half);
        queue.insert(half, offset, offset + length, bytes, at, index, timeNs, cut);
        memory.settle(half);
        boundDirection(half, waiting);
    }

    private void place(
            HalfConnection half, ByteBuffer bytes, int at, long offset, int length, int index, long timeNs, int cut) {
        int known = (int) Math.min(half.next - offset, length);
        half.overlapBytes += known;
        if (length > known && !half.is(CLOSED)) {
            deliver(half, bytes, at + known, offset + known, length - known, index, timeNs, cut);
        } else {
            half.refusedBytes += length - known;
        }
    }

    private void boundDirection(HalfConnection half, Waiting waiting) {
        if (!half.is(STARTED)) {
            return;
        }
        while (half.waiting == waiting && waiting.bytes > options.maxWaitingBytesPerDirection()) {
            reporter.report(half, Anomaly.WAIT_LIMIT);
            giveUpHole(half, GapCause.EVICTED);
        }
        // each segment adds one island at most, so the walk that counts them is rare
        while (half.waiting == waiting
                && waiting.runs > options.maxIslandsPerDirection()
                && waiting.runs >= waiting.nextIslandCheck) {
            int spare = options.maxIslandsPerDirection() - queue.islands(waiting);
            if (spare >= 0) {
                waiting.nextIslandCheck = waiting.runs + spare + 1;
                return;
            }
            reporter.report(half, Anomaly.WAIT_LIMIT);
            giveUpHole(half, GapCause.EVICTED);
        }
    }

    /** A FIN whose place is {@code offset}. */
    private void fin(HalfConnection half, long offset) {
        if (half.is(CLOSED) || offset < half.next) {
            if (offset != half.finOffset) {
                reporter.report(half, Anomaly.FIN_MOVED);
            }
            return;
        }
        if (half.finOffset >= 0 && half.finOffset != offset) {
            reporter.report(half, Anomaly.FIN_MOVED);
        }
        if (half.finOffset >= 0 && offset >= half.finOffset) {
            return;
        }
        half.finOffset = offset;
        half.sentTo = Math.max(half.sentTo, offset + 1);
        if (half.hasRuns()) {
            long dropped = queue.cut(half, offset);
            if (dropped > 0) {
                half.refusedBytes += dropped;
                reporter.report(half, Anomaly.DATA_AFTER_FIN, offset, dropped);
            }
            memory.settle(half);
        }
    }

    /** Whether bytes are known to be missing before others, before the FIN, or before what was acknowledged. */
    boolean hasHole(HalfConnection half) {
        return half.is(STARTED)
                && !half.is(CLOSED)
                && (half.hasRuns() || half.finOffset > half.next || half.acked > half.next);
    }

    /** Gives the first hole up, as far as it is known to reach, and delivers what follows. */
    void giveUpHole(HalfConnection half, GapCause cause) {
        long to = half.next;
        if (half.hasRuns()) {
            to = runs.start(queue.first(half.waiting));
        } else {
            to = Math.max(to, half.acked);
            to = Math.max(to, half.finOffset);
        }
        if (cause == GapCause.NOT_CAPTURED) {
            to = Math.min(to, half.acked);
        }
        if (to > half.next) {
            delivery.skip(half, to, cause);
        }
    }

    /** Capture time of what has waited longest above a hole. */
    long waitsSinceNs(HalfConnection half) {
        return half.hasRuns() ? runs.timeNs(queue.first(half.waiting)) : half.lastSeenNs;
    }

    /** Sets the timers to what is missing now. */
    void settle(HalfConnection half) {
        memory.settle(half);
        if (!half.is(STARTED)) {
            return;
        }
        boolean hole = hasHole(half);
        long since = waitsSinceNs(half);
        if (hole && !half.hasRuns() && half.queue == timers.holes) {
            since = half.queuedNs;
        }
        timers.settleHole(half, since, hole, half.acked > half.next, reporter.now());
    }

    /** Drops what is held back for its receiver's answer. */
    void discardHeld(HalfConnection half) {
        while (half.hasHeld()) {
            int run = half.waiting.held;
            half.waiting.held = runs.chained(run);
            half.refusedBytes += runs.length(run);
            runs.free(run);
        }
        if (half.waiting != null) {
            half.waiting.heldRuns = 0;
            TimeQueue.leave(half.waiting);
            memory.settle(half);
        }
    }

    /** Drops everything that waits. */
    void discard(HalfConnection half) {
        discardHeld(half);
        while (half.hasRuns()) {
            int run = queue.first(half.waiting);
            half.refusedBytes += runs.length(run);
            queue.take(half.waiting, run);
            runs.free(run);
        }
        if (half.hasKept()) {
            runs.free(half.waiting.kept);
            half.waiting.kept = NIL;
        }
        memory.settle(half);
    }
}
