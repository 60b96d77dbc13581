package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.DATA_CHECKSUM_RIGHT;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.ZERO_WINDOW;
import static io.weir.reassemble.PageCache.NIL;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;

/**
 * Segments that the receiver may or may not have taken: data in a SYN, data into a closed window, data that
 * acknowledges what the other side was not seen to send, or whose checksum is wrong. Their bytes are held back until the receiver acknowledges them,
 * other bytes take their place, or {@link Timers#HOLD_NS} have passed.
 */
final class Held {
    /** Held segments of one direction; one more is refused. A receiver whose answers are not captured may need many. */
    private static final int MAX_SEGMENTS = 256;

    /** So many held segments of which their receiver said nothing: its side is no longer captured. */
    private static final int BELIEVE_AFTER = 16;

    // fields of a held run, which is in no tree
    private static final int MARKS = PageCache.PARENT;
    private static final int NEXT_HELD = PageCache.LEFT;

    // in MARKS
    private static final int SYN_DATA = 1;
    private static final int WRONG_CHECKSUM = 2;
    private static final int BEYOND_WINDOW = 4;
    private static final int WITH_FIN = 8;
    private static final int PARTIAL_CHECKSUM = 16;

    private final PageCache pages;
    private final Runs runs;
    private final Memory memory;
    private final Timers timers;
    private final Placement placement;
    private final Reporter reporter;
    private final Segment released = new Segment();
    private ByteBuffer scratch = ByteBuffer.allocate(1 << 12);

    Held(PageCache pages, Runs runs, Memory memory, Timers timers, Placement placement, Reporter reporter) {
        this.pages = pages;
        this.runs = runs;
        this.memory = memory;
        this.timers = timers;
        this.placement = placement;
        this.reporter = reporter;
    }

    /** Why the segment has to be held back, or null. */
    Anomaly reason(HalfConnection half, HalfConnection peer, Segment segment) {
        if (half.is(CLOSED)) {
            return null;
        }
        if (segment.has(Segment.SYN)) {
            return segment.payloadLength() > 0 ? Anomaly.SYN_DATA : null;
        }
        if (!half.is(STARTED)) {
            return null;
        }
        if (peer.is(STARTED)
                && peer.heard()
                && peer.offset(segment.acknowledgement()) > peer.sentTo
                && peer.offset(segment.acknowledgement()) > sentTo(peer)) {
            return Anomaly.ACKNOWLEDGES_UNSENT;
        }
        if (segment.payloadLength() == 0) {
            return null;
        }
        long start = half.offset(segment.sequence());
        if (half.windowEdge >= 0
                && half.is(SYN_SEEN)
                && peer.is(SYN_SEEN)
                && start > Math.max(half.windowEdge, half.next)) {
            return Anomaly.BEYOND_WINDOW;
        }
        boolean probe =
                half.is(ZERO_WINDOW) && half.windowEdge <= half.next && half.offset(segment.sequence()) == half.next;
        return probe ? Anomaly.ZERO_WINDOW_PROBE : null;
    }

    /** How far a side was seen to send, what is held of it included. */
    private long sentTo(HalfConnection half) {
        long sentTo = half.sentTo;
        for (int run = half.hasHeld() ? half.waiting.held : NIL; run != NIL; run = pages.getInt(run, NEXT_HELD)) {
            sentTo = Math.max(sentTo, numbersEnd(run));
        }
        return sentTo;
    }

    /** Behind the run's bytes, those that the snap length cut, and its FIN. */
    private long numbersEnd(int run) {
        return runs.end(run) + runs.tail(run) + ((pages.getInt(run, MARKS) & WITH_FIN) != 0 ? 1 : 0);
    }

    void hold(HalfConnection half, Segment segment, Anomaly why) {
        long offset = half.offset(segment.sequence()) + (segment.has(Segment.SYN) ? 1 : 0);
        int length = segment.payloadLength();
        int at = segment.payloadOffset();
        long end = offset + segment.payloadWireLength() + (segment.has(Segment.FIN) ? 1 : 0);
        if (offset < half.next && why == Anomaly.ACKNOWLEDGES_UNSENT && end > half.next) {
            // bytes that were delivered before lead others in
            int known = (int) Math.min(half.next - offset, length);
            half.refuse(known);
            length -= known;
            at += known;
            offset = half.next;
        } else if (offset < half.next && why != Anomaly.CHECKSUM_WRONG) {
            placement.place(half, segment);
            return;
        }
        reporter.report(half, why, offset, length);
        if (offset < half.next) {
            half.refuse(length);
            return;
        }
        if (half.hasHeld() && half.waiting.heldRuns >= MAX_SEGMENTS || !memory.admitsHeld(half, length)) {
            half.refuse(length);
            return;
        }
        Waiting waiting = memory.waiting(half);
        int run = runs.create(
                offset,
                segment.memory(),
                at,
                length,
                segment.interfaceIndex(),
                segment.timeNs(),
                segment.payloadWireLength() - segment.payloadLength());
        int marks =
                segment.checksum() == Checksum.PARTIAL && why == Anomaly.CHECKSUM_WRONG ? PARTIAL_CHECKSUM : marks(why);
        pages.putInt(run, MARKS, segment.has(Segment.FIN) ? marks | WITH_FIN : marks);
        pages.putInt(run, NEXT_HELD, NIL);
        if (waiting.held == NIL) {
            waiting.held = run;
            timers.held.add(waiting, segment.timeNs());
        } else {
            int last = waiting.held;
            while (pages.getInt(last, NEXT_HELD) != NIL) {
                last = pages.getInt(last, NEXT_HELD);
            }
            pages.putInt(last, NEXT_HELD, run);
        }
        waiting.heldRuns++;
        waiting.heldBytes += length;
    }

    private static int marks(Anomaly why) {
        return switch (why) {
            case SYN_DATA -> SYN_DATA;
            case CHECKSUM_WRONG -> WRONG_CHECKSUM;
            case BEYOND_WINDOW -> BEYOND_WINDOW;
            default -> 0;
        };
    }

    /** Bytes {@code start..end} were accepted: what was held for their place is refused. */
    void replaced(HalfConnection half, long start, long end) {
        int before = NIL;
        for (int run = half.waiting.held; run != NIL; ) {
            int next = pages.getInt(run, NEXT_HELD);
            if (runs.start(run) >= start && runs.start(run) < end) {
                half.refuse(runs.length(run));
                unlink(half.waiting, before, run, next);
                runs.free(run);
            } else {
                before = run;
            }
            run = next;
        }
        settle(half);
    }

    /**
     * The receiver has acknowledged: accepts what is confirmed by that. Nothing else confirms: a receiver drops what
     * acknowledges too much, also if the other side sends so much a moment later.
     */
    void confirm(HalfConnection half, long acked) {
        // more than was sent is acknowledged, so it is no word for bytes of which the receiver saw no more than we did
        boolean ahead = acked > sentTo(half);
        boolean again = true;
        while (again && half.hasHeld()) {
            again = false;
            int before = NIL;
            for (int run = half.waiting.held; run != NIL; before = run, run = pages.getInt(run, NEXT_HELD)) {
                boolean damaged = (pages.getInt(run, MARKS) & (WRONG_CHECKSUM | PARTIAL_CHECKSUM)) != 0;
                if (acked >= numbersEnd(run) && !(ahead && damaged)) {
                    accept(half, before, run);
                    again = true;
                    break;
                }
            }
        }
        settle(half);
    }

    /**
     * Time is up for what was held by {@code heldByNs}. Bytes of a sender whose receiver was never seen are accepted, but
     * for data in a SYN that the sender did not go on behind, a wrong checksum, and what lies beyond the window. A
     * receiver that has spoken since would have acknowledged what it took: the rest is refused. As long as it has not,
     * the bytes go on waiting, unless so many wait that its side seems to be no longer captured.
     */
    void release(HalfConnection half, HalfConnection peer, long heldByNs) {
        boolean patient = half.waiting.heldRuns < BELIEVE_AFTER;
        while (half.hasHeld() && runs.timeNs(half.waiting.held) <= heldByNs) {
            int run = half.waiting.held;
            if (patient && peer.is(ACKNOWLEDGES) && mayBeTaken(half, peer, run, false)) {
                timers.held.add(half.waiting, reporter.now());
                return;
            }
            resolve(half, run, mayBeTaken(half, peer, run, false));
        }
        if (half.hasHeld()) {
            timers.held.add(half.waiting, runs.timeNs(half.waiting.held));
        }
        settle(half);
    }

    /** The connection ends. If it only fell silent, or its capture ends, bytes that nobody has refuted are accepted. */
    void releaseAll(HalfConnection half, HalfConnection peer, Ending ending) {
        boolean silent = ending == Ending.IDLE || ending == Ending.STOPPED || ending == Ending.EVICTED;
        // a host that finishes the checksums of empty segments only
        boolean partialToo = ending == Ending.STOPPED && !half.is(DATA_CHECKSUM_RIGHT);
        while (half.hasHeld()) {
            int run = half.waiting.held;
            resolve(half, run, (silent || !peer.is(ACKNOWLEDGES)) && mayBeTaken(half, peer, run, partialToo));
        }
        settle(half);
    }

    /** Accepts or refuses the oldest run. */
    private void resolve(HalfConnection half, int run, boolean taken) {
        if (taken) {
            accept(half, NIL, run);
            return;
        }
        half.refuse(runs.length(run));
        unlink(half.waiting, NIL, run, pages.getInt(run, NEXT_HELD));
        runs.free(run);
    }

    /** Whether nothing speaks against it that the receiver has taken the run. */
    private boolean mayBeTaken(HalfConnection half, HalfConnection peer, int run, boolean partialToo) {
        int marks = pages.getInt(run, MARKS);
        if ((marks & (WRONG_CHECKSUM | BEYOND_WINDOW)) != 0) {
            return false;
        }
        boolean heard = peer.is(ACKNOWLEDGES);
        if ((marks & SYN_DATA) != 0) {
            return !heard && half.sentTo >= runs.end(run);
        }
        // a receiver drops a wrong checksum without a word
        return !heard || (partialToo || (marks & PARTIAL_CHECKSUM) == 0) && peer.lastSeenNs <= runs.timeNs(run);
    }

    private void accept(HalfConnection half, int before, int run) {
        int length = runs.length(run);
        long offset = runs.start(run);
        long end = numbersEnd(run);
        int flags = Segment.ACK | ((pages.getInt(run, MARKS) & WITH_FIN) != 0 ? Segment.FIN : 0);
        if (scratch.capacity() < length) {
            scratch = ByteBuffer.allocate(2 * length);
        }
        runs.copy(run, 0, scratch, 0, length);
        released.origin(reporter.now(), pages.getInt(run, PageCache.INTERFACE), 0, 0)
                .numbers(Sequence.add(half.base, offset), 0, flags, 0, 0)
                .payload(scratch, 0, length, length + runs.tail(run));
        unlink(half.waiting, before, run, pages.getInt(run, NEXT_HELD));
        runs.free(run);
        half.sentTo = Math.max(half.sentTo, end);
        placement.place(half, released);
    }

    private void unlink(Waiting waiting, int before, int run, int next) {
        if (before == NIL) {
            waiting.held = next;
        } else {
            pages.putInt(before, NEXT_HELD, next);
        }
        waiting.heldRuns--;
        waiting.heldBytes -= runs.length(run);
    }

    private void settle(HalfConnection half) {
        if (half.waiting != null && half.waiting.held == NIL) {
            TimeQueue.leave(half.waiting);
        }
        memory.settle(half);
    }
}
