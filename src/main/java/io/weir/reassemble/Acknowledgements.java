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
 * addressee was seen to send; the rest of it counts as soon as that is seen.
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
        if (!half.is(ACKNOWLEDGES) || Sequence.difference(half.acknowledgement, number) > 0) {
            half.acknowledgement = number;
            half.set(ACKNOWLEDGES);
        }
        if (!peer.is(STARTED)) {
            starts.acknowledged(peer, number);
            return;
        }
        long acked = peer.offset(number);
        if (acked <= peer.sentTo) {
            window(half, peer, segment, acked);
        }
        raise(peer, Math.min(acked, peer.sentTo));
    }

    /** The sender was seen to send up to {@code offset}; what was acknowledged ahead of that counts now. */
    void sent(HalfConnection half, HalfConnection peer, long offset) {
        if (offset <= half.sentTo) {
            return;
        }
        half.sentTo = offset;
        if (peer.is(ACKNOWLEDGES)) {
            raise(half, Math.min(half.offset(peer.acknowledgement), offset));
        }
        if (peer.hasHeld()) {
            held.confirm(peer, half);
        }
    }

    private void raise(HalfConnection peer, long acked) {
        if (peer.is(CLOSED)) {
            acked = Math.min(acked, peer.next);
        }
        boolean more = acked > peer.acked;
        if (more) {
            peer.acked = acked;
        }
        if (peer.hasHeld()) {
            held.confirm(peer, peer.peer());
        }
        if (!more) {
            return;
        }
        if (acked > peer.next && !peer.is(CLOSED)) {
            placement.settle(peer);
        }
    }

    private static void window(HalfConnection half, HalfConnection peer, Segment segment, long acked) {
        int shift = UNKNOWN_SCALE;
        if (segment.has(Segment.SYN)) {
            shift = 0;
        } else if (half.is(SYN_SEEN) && peer.is(SYN_SEEN)) {
            shift = half.is(SCALED) && peer.is(SCALED) ? half.windowScale : 0;
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
