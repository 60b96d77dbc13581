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

/**
 * Segments that the receiver may or may not have taken: data in a SYN, data into a closed window, data that
 * acknowledges what the other side was not seen to send, or whose checksum is wrong. Their bytes are held back until the
 * receiver acknowledges them, other bytes take their place, or {@link Timers#HOLD_NS} have passed.
 */
final class Held {
    /** Held segments of one direction; one more is refused. A receiver whose answers are not captured may need many. */
    private static final int MAX_SEGMENTS = 256;

    /** So many held segments of which their receiver said nothing: its side is no longer captured. */
    private static final int BELIEVE_AFTER = 16;

    private final HeldRuns list;
    private final Runs runs;
    private final Memory memory;
    private final Timers timers;
    private final Placement placement;
    private final Reporter reporter;
    private final Segment released = new Segment();

    Held(PageCache pages, Runs runs, Memory memory, Timers timers, Placement placement, Reporter reporter) {
        this.runs = runs;
        list = new HeldRuns(pages, runs);
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
            return segment.payloadWireLength() > 0 ? Anomaly.SYN_DATA : null;
        }
        if (!half.is(STARTED) || peer.lastSeenNs <= half.believedNs()) {
            return null;
        }
        if (peer.is(STARTED)
                && peer.heard()
                && peer.offset(segment.acknowledgement()) > peer.sentTo
                && peer.offset(segment.acknowledgement()) > list.sentTo(peer)) {
            return Anomaly.ACKNOWLEDGES_UNSENT;
        }
        if (segment.payloadWireLength() == 0) {
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

    void hold(HalfConnection half, Segment segment, Anomaly why) {
        long offset = half.offset(segment.sequence()) + (segment.has(Segment.SYN) ? 1 : 0);
        int length = segment.payloadLength();
        int at = segment.payloadOffset();
        long end = offset + segment.payloadWireLength();
        long numbersEnd = segment.has(Segment.FIN) ? end + 1 : end;
        boolean droppedWhole = why == Anomaly.ACKNOWLEDGES_UNSENT || why == Anomaly.CHECKSUM_WRONG;
        if (offset < half.next && droppedWhole && numbersEnd > half.next) {
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
        int run = runs.create(offset, segment.memory(), at, length, segment.interfaceIndex(), segment.timeNs(), (int)
                (end - offset - length));
        list.add(waiting, run, marks(segment, why));
        if (waiting.heldRuns == 1) {
            timers.held.add(waiting, segment.timeNs());
        }
    }

    private static int marks(Segment segment, Anomaly why) {
        int marks =
                switch (why) {
                    case SYN_DATA -> HeldRuns.SYN_DATA;
                    case CHECKSUM_WRONG ->
                        segment.checksum() == Checksum.PARTIAL ? HeldRuns.PARTIAL_CHECKSUM : HeldRuns.WRONG_CHECKSUM;
                    case BEYOND_WINDOW -> HeldRuns.BEYOND_WINDOW;
                    default -> 0;
                };
        return segment.has(Segment.FIN) ? marks | HeldRuns.WITH_FIN : marks;
    }

    /**
     * A segment was accepted, whose payload begins at {@code start}: what was held for the place of its bytes is refused. What
     * was held together with them behind their end stays if the bytes in their place are the same: then the sender has only
     * cut them another way.
     */
    void replaced(HalfConnection half, Segment segment, long start) {
        long end = start + segment.payloadLength();
        int before = NIL;
        for (int run = half.waiting.held; run != NIL; ) {
            int next = list.next(run);
            if (runs.start(run) < start || runs.start(run) >= end) {
                before = run;
            } else if (end < runs.end(run) && list.begins(run, segment, (int) (runs.start(run) - start))) {
                list.refuseHead(half, run, (int) (end - runs.start(run)));
                before = run;
            } else {
                list.refuse(half, before, run);
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
        boolean ahead = acked > list.sentTo(half);
        boolean again = true;
        while (again && half.hasHeld()) {
            again = false;
            int before = NIL;
            for (int run = half.waiting.held; run != NIL; before = run, run = list.next(run)) {
                boolean damaged = list.is(run, HeldRuns.WRONG_CHECKSUM | HeldRuns.PARTIAL_CHECKSUM);
                if (acked >= list.end(run) && !(ahead && damaged)) {
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
     * for a wrong checksum, what lies beyond the window, and data in a SYN, which waits until its sender goes on. A
     * receiver that has spoken since would have acknowledged what it took: the rest is refused. As long as it has not,
     * the bytes go on waiting, unless so many wait that its side seems to be no longer captured: then they are accepted, and
     * what follows them waits no more, until the receiver is heard again.
     */
    void release(HalfConnection half, HalfConnection peer, long heldByNs) {
        boolean patient = half.waiting.heldRuns < BELIEVE_AFTER;
        while (half.hasHeld() && runs.timeNs(half.waiting.held) <= heldByNs) {
            int run = half.waiting.held;
            // neither side has gone on since the SYN
            boolean opening = list.is(run, HeldRuns.SYN_DATA) && !peer.is(ACKNOWLEDGES) && !half.is(ACKNOWLEDGES);
            if (opening || patient && peer.is(ACKNOWLEDGES) && mayBeTaken(half, peer, run, false)) {
                timers.held.add(half.waiting, reporter.now());
                return;
            }
            boolean taken = mayBeTaken(half, peer, run, false);
            if (taken && peer.is(ACKNOWLEDGES)) {
                half.oddities().believedNs = reporter.now();
            }
            resolve(half, run, taken);
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
        list.refuse(half, NIL, run);
    }

    /** Whether nothing speaks against it that the receiver has taken the run. */
    private boolean mayBeTaken(HalfConnection half, HalfConnection peer, int run, boolean partialToo) {
        if (list.is(run, HeldRuns.WRONG_CHECKSUM | HeldRuns.BEYOND_WINDOW)) {
            return false;
        }
        boolean heard = peer.is(ACKNOWLEDGES);
        if (list.is(run, HeldRuns.SYN_DATA)) {
            return !heard && half.is(ACKNOWLEDGES) && half.sentTo >= runs.end(run);
        }
        // a receiver drops a wrong checksum without a word
        return !heard
                || (partialToo || !list.is(run, HeldRuns.PARTIAL_CHECKSUM)) && peer.lastSeenNs <= runs.timeNs(run);
    }

    private void accept(HalfConnection half, int before, int run) {
        int length = runs.length(run);
        long offset = runs.start(run);
        long end = list.end(run);
        int flags = Segment.ACK | (list.is(run, HeldRuns.WITH_FIN) ? Segment.FIN : 0);
        released.origin(reporter.now(), list.interfaceIndex(run), 0, 0)
                .numbers(Sequence.add(half.base, offset), 0, flags, 0, 0)
                .payload(list.bytes(run, length), 0, length, length + runs.tail(run));
        list.drop(half.waiting, before, run);
        half.sentTo = Math.max(half.sentTo, end);
        placement.place(half, released);
    }

    private void settle(HalfConnection half) {
        if (half.waiting != null && half.waiting.held == NIL) {
            TimeQueue.leave(half.waiting);
        }
        memory.settle(half);
    }
}
