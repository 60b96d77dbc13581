package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.ZERO_WINDOW;
import static io.weir.reassemble.PageCache.LEFT;
import static io.weir.reassemble.PageCache.NIL;
import static io.weir.reassemble.PageCache.PARENT;
import static io.weir.reassemble.PageCache.RIGHT;

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

    // marks of a held run, in its PARENT field
    private static final int SYN_DATA = 1;
    private static final int UNSENT_ACKNOWLEDGED = 2;
    private static final int WRONG_CHECKSUM = 4;
    private static final int BEYOND_WINDOW = 8;
    private static final int WITH_FIN = 16;

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
        if (segment.payloadLength() == 0 || half.is(CLOSED)) {
            return null;
        }
        if (segment.has(Segment.SYN)) {
            return Anomaly.SYN_DATA;
        }
        if (!half.is(STARTED)) {
            return null;
        }
        if (peer.is(STARTED) && peer.heard() && peer.offset(segment.acknowledgement()) > sentTo(peer)) {
            return Anomaly.ACKNOWLEDGES_UNSENT;
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
        for (int run = half.hasHeld() ? half.waiting.held : NIL; run != NIL; run = pages.getInt(run, LEFT)) {
            sentTo = Math.max(sentTo, runs.end(run));
        }
        return sentTo;
    }

    void hold(HalfConnection half, Segment segment, Anomaly why) {
        long offset = half.offset(segment.sequence()) + (segment.has(Segment.SYN) ? 1 : 0);
        int length = segment.payloadLength();
        if (offset < half.next && why != Anomaly.CHECKSUM_WRONG) {
            placement.place(half, segment);
            return;
        }
        reporter.report(half, why, offset, length);
        if (offset < half.next) {
            half.refuse(length);
            return;
        }
        if (half.hasHeld() && half.waiting.heldRuns >= MAX_SEGMENTS || !memory.fits(length)) {
            half.refuse(length);
            return;
        }
        Waiting waiting = memory.waiting(half);
        int run = runs.create(
                offset,
                segment.memory(),
                segment.payloadOffset(),
                length,
                segment.interfaceIndex(),
                segment.timeNs(),
                segment.payloadWireLength() - length);
        int marks = marks(why);
        pages.putInt(run, PARENT, segment.has(Segment.FIN) ? marks | WITH_FIN : marks);
        pages.putInt(run, RIGHT, segment.acknowledgement());
        pages.putInt(run, LEFT, NIL);
        if (waiting.held == NIL) {
            waiting.held = run;
            timers.held.add(waiting, segment.timeNs());
        } else {
            int last = waiting.held;
            while (pages.getInt(last, LEFT) != NIL) {
                last = pages.getInt(last, LEFT);
            }
            pages.putInt(last, LEFT, run);
        }
        waiting.heldRuns++;
    }

    private static int marks(Anomaly why) {
        return switch (why) {
            case SYN_DATA -> SYN_DATA;
            case ACKNOWLEDGES_UNSENT -> UNSENT_ACKNOWLEDGED;
            case CHECKSUM_WRONG -> WRONG_CHECKSUM;
            case BEYOND_WINDOW -> BEYOND_WINDOW;
            default -> 0;
        };
    }

    /** Bytes {@code start..end} were accepted: what was held for their place is refused. */
    void replaced(HalfConnection half, long start, long end) {
        int before = NIL;
        for (int run = half.waiting.held; run != NIL; ) {
            int next = pages.getInt(run, LEFT);
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

    /** The receiver has acknowledged more, or the sender went on: accepts what is confirmed by that. */
    void confirm(HalfConnection half, HalfConnection peer) {
        boolean again = true;
        while (again && half.hasHeld()) {
            again = false;
            int before = NIL;
            for (int run = half.waiting.held; run != NIL; before = run, run = pages.getInt(run, LEFT)) {
                if (confirmed(half, peer, run)) {
                    accept(half, before, run);
                    again = true;
                    break;
                }
            }
        }
        settle(half);
    }

    private boolean confirmed(HalfConnection half, HalfConnection peer, int run) {
        int marks = pages.getInt(run, PARENT);
        return peer.is(ACKNOWLEDGES) && half.offset(peer.acknowledgement) >= runs.end(run)
                || (marks & UNSENT_ACKNOWLEDGED) != 0
                        && peer.is(STARTED)
                        && peer.offset(pages.getInt(run, RIGHT)) <= peer.sentTo;
    }

    /**
     * Time is up, or the connection ends. Data in a SYN that was not acknowledged goes, unless the other side was never
     * seen and the sender went on behind it; so do bytes with a wrong checksum or beyond
     * the window. Other held bytes are accepted.
     */
    void release(HalfConnection half, HalfConnection peer) {
        while (half.hasHeld()) {
            int run = half.waiting.held;
            int marks = pages.getInt(run, PARENT);
            boolean unheard = !peer.is(ACKNOWLEDGES) && half.sentTo >= runs.end(run);
            if ((marks & SYN_DATA) != 0 && !unheard || (marks & (WRONG_CHECKSUM | BEYOND_WINDOW)) != 0) {
                half.refuse(runs.length(run));
                unlink(half.waiting, NIL, run, pages.getInt(run, LEFT));
                runs.free(run);
            } else {
                accept(half, NIL, run);
            }
        }
        settle(half);
    }

    private void accept(HalfConnection half, int before, int run) {
        int length = runs.length(run);
        long offset = runs.start(run);
        int flags = Segment.ACK | ((pages.getInt(run, PARENT) & WITH_FIN) != 0 ? Segment.FIN : 0);
        if (scratch.capacity() < length) {
            scratch = ByteBuffer.allocate(2 * length);
        }
        runs.copy(run, 0, scratch, 0, length);
        released.origin(reporter.now(), pages.getInt(run, PageCache.INTERFACE), 0, 0)
                .numbers(Sequence.add(half.base, offset), 0, flags, 0, 0)
                .payload(scratch, 0, length, length + runs.tail(run));
        unlink(half.waiting, before, run, pages.getInt(run, LEFT));
        runs.free(run);
        half.sentTo = Math.max(half.sentTo, offset + length);
        placement.place(half, released);
        HalfConnection peer = half.peer();
        if (peer.hasHeld()) {
            confirm(peer, half);
        }
    }

    private void unlink(Waiting waiting, int before, int run, int next) {
        if (before == NIL) {
            waiting.held = next;
        } else {
            pages.putInt(before, LEFT, next);
        }
        waiting.heldRuns--;
    }

    private void settle(HalfConnection half) {
        if (half.waiting != null && half.waiting.held == NIL) {
            TimeQueue.leave(half.waiting);
        }
        memory.settle(half);
    }
}
