package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.FIN_DELIVERED;
import static io.weir.reassemble.HalfConnection.MIDSTREAM;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.TOLD;
import static io.weir.reassemble.PageCache.NIL;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;

/**
 * Hands bytes, gaps and ends to the streams, in order: what was kept, what arrives, and the runs that have become
 * contiguous. Nothing of an in-order segment is copied before the stream has seen it.
 */
final class Delivery {
    private final PageCache pages;
    private final Runs runs;
    private final OutOfOrderQueue queue;
    private final Conflicts conflicts;
    private final History history;
    private final Memory memory;
    private final Reporter reporter;
    private final Callbacks callbacks;
    private final Keeping keeping;
    private final ScatterGather data = new ScatterGather();

    /** Runs in {@link #data}, to be freed after the call, chained through {@link PageCache#LEFT}. */
    private int delivered = NIL;

    /** Where the bytes end that the snap length cut behind delivered ones; begins anew with each delivery. */
    private long cutTo;

    Delivery(
            PageCache pages,
            Runs runs,
            OutOfOrderQueue queue,
            Conflicts conflicts,
            History history,
            Memory memory,
            Reporter reporter,
            Callbacks callbacks) {
        this.pages = pages;
        this.runs = runs;
        this.queue = queue;
        this.conflicts = conflicts;
        this.history = history;
        this.memory = memory;
        this.reporter = reporter;
        keeping = new Keeping(runs, memory, reporter);
        this.callbacks = callbacks;
    }

    /** The expected case: the segment begins at the next byte, and nothing waits or is kept. */
    void deliverOnly(HalfConnection half, FlowDirection direction, Segment segment) {
        long start = half.next;
        int length = segment.payloadLength();
        data.only(segment, direction, start, firstSkip(half, 0), half.acked);
        data.stats().of(1, half);
        half.next = start + length;
        callbacks.reassembled(half.connection, data);
        history.remember(half, start, segment.memory(), segment.payloadOffset(), length);
        if (data.keptFrom() < length) {
            keeping.keep(half, data, start);
        }
    }

    /**
     * Delivers bytes that begin at the next one, and every run that they reach.
     *
     * @param cut bytes right behind them that the snap length cut, or {@link Runs#FIN}
     */
    void deliver(HalfConnection half, ByteBuffer segment, int at, int length, int interfaceIndex, int cut) {
        long start = half.next;
        cutTo = start + length + Math.max(0, cut);
        begin(half);
        if (length > 0) {
            data.add(segment, at, length, reporter.now(), interfaceIndex);
        }
        half.next += length;
        finish(half, start, firstSkip(half, 0), null, cut == Runs.FIN);
        goOn(half);
    }

    /** Delivers the runs that begin at the next byte, if there are any. */
    void deliverRuns(HalfConnection half) {
        cutTo = half.next;
        if (half.hasRuns() && runs.start(queue.first(half.waiting)) <= half.next) {
            long start = half.next;
            begin(half);
            finish(half, start, firstSkip(half, 0), null, false);
        }
        goOn(half);
    }

    /** Tells the SYN: an empty call with {@link ScatterGather#start}. */
    void deliverStart(HalfConnection half) {
        begin(half);
        data.place(half.next, true, 0, null);
        call(half, half.next);
    }

    /** Gives up bytes up to {@code to}, the start of the first run at most, and delivers what follows. */
    void skip(HalfConnection half, long to, GapCause cause) {
        cutTo = to;
        gap(half, to, cause);
        goOn(half);
    }

    /** Ends a direction that no FIN ended: kept bytes are handed back. */
    void end(HalfConnection half) {
        if (!half.is(CLOSED)) {
            half.set(CLOSED);
            begin(half);
            data.markEnd();
            data.place(half.next, false, 0, null);
            call(half, half.next);
        }
    }

    private void goOn(HalfConnection half) {
        while (cutTo > half.next && !half.is(CLOSED)) {
            // what begins at the next byte or before it is delivered already
            gap(
                    half,
                    half.hasRuns() ? Math.min(cutTo, runs.start(queue.first(half.waiting))) : cutTo,
                    GapCause.TRUNCATED);
        }
    }

    private void gap(HalfConnection half, long to, GapCause cause) {
        long skipped = to - half.next;
        half.gap(skipped);
        half.next = to;
        // of two copies the shorter may have been the last that counted
        half.sentTo = Math.max(half.sentTo, to);
        begin(half);
        finish(half, to, skipped, cause, false);
    }

    private void begin(HalfConnection half) {
        data.begin(half.connection.direction(half), reporter.now(), half.acked);
        if (half.hasKept()) {
            int kept = half.waiting.kept;
            half.waiting.kept = NIL;
            runs.collect(kept, 0, data);
            data.savedSoFar();
            deliveredAlso(kept);
        }
        conflicts.delivering(data, half.next);
    }

    /** @param end whether the segment's own FIN follows its bytes; the kernel then looks no further */
    private void finish(HalfConnection half, long newOffset, long skip, GapCause cause, boolean end) {
        if (!end && half.hasRuns()) {
            end = collectRuns(half);
        }
        if (end) {
            half.set(CLOSED | FIN_DELIVERED);
            half.acked = Math.min(half.acked, half.next);
            data.markEnd();
        }
        long beyond = end ? dropRuns(half) : 0;
        data.place(newOffset, false, skip, cause);
        call(half, newOffset);
        if (beyond > 0) {
            half.refuse(beyond);
            reporter.report(half, Anomaly.DATA_AFTER_FIN, half.next, beyond);
        }
    }

    /** Drops what still waits at the end; returns how many of its bytes lie beyond the end, the others came again. */
    private long dropRuns(HalfConnection half) {
        long beyond = 0;
        while (half.hasRuns()) {
            int run = queue.first(half.waiting);
            queue.take(half.waiting, run);
            deliveredAlso(run);
            long bytesEnd = runs.start(run) + runs.bytes(run);
            again(half, run, Math.min(half.next, bytesEnd));
            beyond += Math.max(0, bytesEnd - Math.max(half.next, runs.start(run)));
        }
        return beyond;
    }

    /** The bytes of a run up to {@code known} are delivered already, if it begins below. */
    private void again(HalfConnection half, int run, long known) {
        if (known > runs.start(run)) {
            half.overlap(known - runs.start(run));
            half.conflict(conflicts.compareDelivered(half, run, known));
        }
    }

    /** @param newOffset stream offset of the first byte that is not a kept one */
    private void call(HalfConnection half, long newOffset) {
        int saved = data.saved();
        if (saved > 0) {
            long missing = Math.max(data.skip(), 0);
            data.place(newOffset - missing - saved, data.start(), data.skip(), data.skipCause());
        }
        data.stats().of(data.chunks(), half);
        callbacks.reassembled(half.connection, data);
        long offset = newOffset;
        int position = 0;
        for (int chunk = 0; chunk < data.chunks(); chunk++) {
            int length = data.chunkLength(chunk);
            if (position >= saved) {
                history.remember(half, offset, data.chunkMemory(chunk), data.chunkOffset(chunk), length);
                offset += length;
            }
            position += length;
        }
        if (data.keptFrom() < data.length() && !data.end()) {
            keeping.keep(half, data, data.offset());
        }
        release();
        memory.settle(half);
    }

    /** Collects what is contiguous; true if that ends with a FIN. A FIN that bytes have passed over is none. */
    private boolean collectRuns(HalfConnection half) {
        Waiting waiting = half.waiting;
        int run;
        while (waiting.root != NIL && runs.start(run = queue.first(waiting)) <= half.next) {
            queue.take(waiting, run);
            deliveredAlso(run);
            long start = runs.start(run);
            long bytesEnd = start + runs.bytes(run);
            again(half, run, Math.min(half.next, bytesEnd));
            if (bytesEnd > half.next) {
                runs.collect(run, (int) (half.next - start), data);
                half.next = bytesEnd;
            }
            cutTo = Math.max(cutTo, bytesEnd + runs.tail(run));
            if (runs.fin(run)) {
                if (bytesEnd == half.next) {
                    return true;
                }
                reporter.report(half, Anomaly.FIN_MOVED, bytesEnd, 0);
            }
        }
        return false;
    }

    /** What {@link ScatterGather#skip} says before the first byte of a direction that was picked up midstream: -1. */
    private static long firstSkip(HalfConnection half, long skip) {
        if (half.is(TOLD)) {
            return skip;
        }
        half.set(TOLD);
        return half.is(MIDSTREAM) && !half.is(SYN_SEEN) ? -1 : skip;
    }

    private void deliveredAlso(int run) {
        pages.putInt(run, PageCache.LEFT, delivered);
        delivered = run;
    }

    private void release() {
        data.release();
        while (delivered != NIL) {
            int run = delivered;
            delivered = pages.getInt(run, PageCache.LEFT);
            runs.free(run);
        }
    }
}
