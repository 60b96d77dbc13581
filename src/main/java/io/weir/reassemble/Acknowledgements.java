package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.SCALED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.ZERO_WINDOW;

import io.weir.decode.Segment;

/**
 * What one side's acknowledgements and windows say of the other side's bytes. An acknowledgement counts up to what its
 * addressee was seen to send; the rest of it counts as soon as that is seen, unless its sender has acknowledged less
 * since: nobody takes an acknowledgement back, so the one that ran ahead was not the sender's own.
 */
final class Acknowledgements {
    private static final int UNKNOWN_SCALE = 14;

    private final Held held;
    private final Starts starts;
    private final Placement placement;

    Acknowledgements(Held held, Starts starts, Placement placement) {
        this.held = held;
        this.starts = starts;
        this.placement = placement;
    }

    /**
     * @param half whose segment it is
     * @param peer whose bytes it acknowledges
     */
    void take(HalfConnection half, HalfConnection peer, Segment segment) {
        int number = segment.acknowledgement();
        newest(half, number);
        if (!peer.is(STARTED)) {
            starts.acknowledged(peer, number);
            return;
        }
        long acked = peer.offset(number);
        if (acked > peer.sentTo && acked > limit(peer, peer.sentTo)) {
            return;
        }
        if (peer.hasHeld()) {
            held.confirm(peer, acked);
        }
        if (acked > peer.next && peer.next == 0 && !half.is(STARTED) && peer.is(SYN_SEEN)) {
            // the SYN, whose sender has not gone on from it, may still wait for its answer, and this be an earlier
            // connection's
            return;
        }
        if (acked <= peer.sentTo) {
            peer.ackedAhead(-1);
            window(half, peer, segment, acked);
            raise(peer, acked);
        } else {
            peer.ackedAhead(acked);
            raise(peer, peer.sentTo);
        }
    }

    /** {@link #take} where nothing waits for the answer: what was acknowledged before, or bytes that were delivered. */
    void ordinary(HalfConnection half, HalfConnection peer, Segment segment) {
        int number = segment.acknowledgement();
        newest(half, number);
        if (peer.is(STARTED)) {
            long acked = peer.offset(number);
            peer.acked = acked;
            peer.ackedAhead(-1);
            window(half, peer, segment, acked);
        }
    }

    private static void newest(HalfConnection half, int number) {
        if (!half.is(ACKNOWLEDGES) || Sequence.difference(half.acknowledgement, number) > 0) {
            half.acknowledgement = number;
            half.set(ACKNOWLEDGES);
        }
    }

    /** Beyond this an acknowledgement is nobody's: no receiver's window reaches so far. */
    private static long limit(HalfConnection half, long sentTo) {
        return Math.max(half.windowEdge, sentTo) + Gate.WINDOW_SLACK_BYTES;
    }

    /** What the other side acknowledged of a direction before it was known that {@code sequence} is its first byte's. */
    static long before(HalfConnection half, int sequence) {
        HalfConnection peer = half.peer();
        long acked = peer.is(ACKNOWLEDGES) ? Sequence.difference(sequence, peer.acknowledgement) : -1;
        return acked <= limit(half, 0) ? Math.max(acked, -1) : -1;
    }

    /** The sender was seen to send up to {@code offset}; what was acknowledged ahead of that counts now. */
    void sent(HalfConnection half, long offset) {
        if (offset <= half.sentTo) {
            return;
        }
        half.sentTo = offset;
        if (half.ackedAhead() > half.acked) {
            raise(half, Math.min(half.ackedAhead(), offset));
        }
    }

    /** {@link #sent} of bytes that are delivered at once and leave no hole. */
    static void sentNext(HalfConnection half, long offset) {
        if (offset > half.sentTo) {
            half.sentTo = offset;
            half.acked = Math.max(half.acked, Math.min(half.ackedAhead(), offset));
        }
    }

    private void raise(HalfConnection peer, long acked) {
        if (peer.is(CLOSED)) {
            acked = Math.min(acked, peer.next);
        }
        if (acked <= peer.acked) {
            return;
        }
        peer.acked = acked;
        if (acked > peer.next && !peer.is(CLOSED)) {
            placement.settle(peer);
        }
    }

    private static void window(HalfConnection half, HalfConnection peer, Segment segment, long acked) {
        int both = half.state & peer.state;
        int shift = UNKNOWN_SCALE;
        if (segment.has(Segment.SYN)) {
            shift = 0;
        } else if ((both & SYN_SEEN) != 0) {
            shift = (both & SCALED) != 0 ? half.windowScale : 0;
        }
        long edge = acked + ((long) segment.window() << shift);
        if (edge > peer.windowEdge) {
            peer.windowEdge = edge;
            peer.clear(ZERO_WINDOW);
        }
        if (segment.window() == 0 && edge == peer.windowEdge && !segment.has(Segment.SYN)) {
            peer.set(ZERO_WINDOW);
        }
    }
}
