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
        int length = segment.payloadLength();
        int tail = segment.payloadWireLength() - length;
        long end = offset + length + tail;
        boolean fin = segment.has(Segment.FIN);
        if (fin) {
            checkFin(half, end);
        }
        if (fin && tail > 0 && end >= half.next && !half.is(CLOSED)) {
            // the FIN waits behind the bytes that the snap length cut
            enqueue(half, segment.memory(), 0, end, 0, segment, Runs.FIN);
        } else if (fin) {
            tail = Runs.FIN;
        }
        place(half, segment, offset, length, tail);
        if (fin && !half.is(CLOSED)) {
            half.oddities().finOffset = end;
        }
        settle(half);
    }

    private void place(HalfConnection half, Segment segment, long offset, int length, int tail) {
        if (length == 0 && tail == 0) {
            return;
        }
        int at = segment.payloadOffset();
        long end = offset + length;
        if (length == 1 && offset == half.next - 1 && tail == 0) {
            reporter.report(half, Anomaly.KEEP_ALIVE);
            half.refuse(1);
            return;
        }
        if (half.is(CLOSED) && end > half.next) {
            long from = Math.max(offset, half.next);
            half.refuse(end - from);
            reporter.report(half, Anomaly.DATA_AFTER_FIN, from, end - from);
            end = from;
        }
        if (offset < 0) {
            long before = Math.min(end, 0) - offset;
            if (before > 0) {
                half.refuse(before);
                reporter.report(half, Anomaly.BEFORE_START);
            }
            at += (int) before;
            offset += before;
        }
        if (offset < half.next) {
            int again = (int) (Math.min(end, half.next) - offset);
            if (again > 0) {
                half.overlap(again);
                half.conflict(history.compare(half, offset, segment.memory(), at, again, conflicts));
            }
            at += again;
            offset += again;
        }
        long numbersEnd = tail == Runs.FIN ? end + 1 : end + tail;
        if (numbersEnd <= half.next || half.is(CLOSED)) {
            return;
        }
        if (offset < half.next) {
            // what was captured is known already, what is new was cut
            tail = (int) (numbersEnd - half.next);
            offset = half.next;
            end = offset;
        }
        length = (int) (end - offset);
        if (offset == half.next) {
            deliver(half, segment.memory(), at, offset, length, segment, tail);
        } else {
            half.outOfOrder();
            enqueue(half, segment.memory(), at, offset, length, segment, tail);
        }
    }

    private void deliver(
            HalfConnection half, ByteBuffer bytes, int at, long offset, int length, Segment segment, int tail) {
        if (options.overlap().isTable() && half.hasRuns()) {
            long first = runs.start(queue.first(half.waiting));
            if (first < offset + length) {
                queue.insert(
                        half, offset, offset + length, bytes, at, segment.interfaceIndex(), segment.timeNs(), tail);
                delivery.deliverRuns(half);
                return;
            }
        }
        delivery.deliver(half, bytes, at, length, segment.interfaceIndex(), tail);
    }

    /** Queues a segment's bytes above a hole, after making room. A direction that has not started queues everything. */
    void enqueue(HalfConnection half, ByteBuffer bytes, int at, long offset, int length, Segment segment, int tail) {
        while (!memory.fits(length)) {
            if (timers.held.oldest() != null) {
                // bytes that nobody may have taken give way first
                HalfConnection holder = ((Waiting) timers.held.oldest()).half;
                reporter.report(holder, Anomaly.MEMORY_LIMIT);
                discardHeld(holder);
                continue;
            }
            HalfConnection largest = memory.largest();
            if (largest == null || !largest.is(STARTED)) {
                half.refuse(length);
                reporter.report(half, Anomaly.MEMORY_LIMIT, offset, length);
                return;
            }
            reporter.report(largest, Anomaly.MEMORY_LIMIT);
            giveUpHole(largest, GapCause.EVICTED);
            settle(largest);
            if (largest.is(CLOSED) && largest.connection != half.connection) {
                timers.ended.add(largest.oddities(), reporter.now());
            }
        }
        if (offset <= half.next && half.is(STARTED)) {
            // making room has moved this direction on
            placeAnew(half, bytes, at, offset, length, segment, tail);
            return;
        }
        Waiting waiting = memory.waiting(half);
        queue.insert(half, offset, offset + length, bytes, at, segment.interfaceIndex(), segment.timeNs(), tail);
        memory.settle(half);
        boundDirection(half, waiting);
    }

    private void placeAnew(
            HalfConnection half, ByteBuffer bytes, int at, long offset, int length, Segment segment, int tail) {
        int known = (int) Math.min(half.next - offset, length);
        half.overlap(known);
        if (half.is(CLOSED)) {
            half.refuse(length - known);
        } else if (length > known || offset + length == half.next) {
            deliver(half, bytes, at + known, offset + known, length - known, segment, tail);
        }
    }

    private void boundDirection(HalfConnection half, Waiting waiting) {
        if (!half.is(STARTED)) {
            return;
        }
        while (half.waiting == waiting && waiting.bytes + waiting.heldBytes > options.maxWaitingBytesPerDirection()) {
            reporter.report(half, Anomaly.WAIT_LIMIT);
            if (half.hasHeld()) {
                discardHeld(half);
            } else {
                giveUpHole(half, GapCause.EVICTED);
            }
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

    /** A FIN has one place; whether this one counts shows when the bytes before it are there. */
    private void checkFin(HalfConnection half, long offset) {
        long before = half.finOffset();
        boolean moved = before >= 0 ? offset != before : offset < half.next;
        if (moved) {
            reporter.report(half, Anomaly.FIN_MOVED, offset, 0);
        }
    }

    /** Whether bytes are known to be missing before others, before the FIN, or before what was acknowledged. */
    boolean hasHole(HalfConnection half) {
        return half.is(STARTED) && !half.is(CLOSED) && (half.hasRuns() || half.acked > half.next);
    }

    /**
     * Gives the first hole up, as far as it is known to reach, and delivers what follows. Where there is one, every call
     * moves the direction on or takes a run out of its queue, so that who calls until there is none comes to an end.
     */
    void giveUpHole(HalfConnection half, GapCause cause) {
        long to = half.next;
        if (half.hasRuns()) {
            to = runs.start(queue.first(half.waiting));
        } else {
            to = Math.max(to, half.acked);
        }
        if (cause == GapCause.NOT_CAPTURED) {
            to = Math.min(to, half.acked);
        }
        if (to > half.next) {
            delivery.skip(half, to, cause);
        } else {
            // no bytes are missing before the first run
            delivery.deliverRuns(half);
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
        timers.settleHole(half, waitsSinceNs(half), hasHole(half), half.acked > half.next, reporter.now());
    }

    /** Drops what is held back for its receiver's answer. */
    void discardHeld(HalfConnection half) {
        while (half.hasHeld()) {
            int run = half.waiting.held;
            half.waiting.held = runs.chained(run);
            half.refuse(runs.bytes(run));
            runs.free(run);
        }
        if (half.waiting != null) {
            half.waiting.heldRuns = 0;
            half.waiting.heldBytes = 0;
            TimeQueue.leave(half.waiting);
            memory.settle(half);
        }
    }

    /** Drops everything that waits. */
    void discard(HalfConnection half) {
        discardHeld(half);
        while (half.hasRuns()) {
            int run = queue.first(half.waiting);
            half.refuse(runs.bytes(run));
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
