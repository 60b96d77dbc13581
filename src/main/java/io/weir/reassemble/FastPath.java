package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.ZERO_WINDOW;

import io.weir.decode.Segment;

/**
 * What happens to a segment that is nothing but the next bytes of a direction that waits for none, or an acknowledgement of
 * what was delivered: nearly all segments. It does what {@link SlowPath} would do with them, and asks once for everything that
 * rules out all the rest, after Van Jacobson's header prediction in a TCP receiver.
 */
final class FastPath {
    private static final int RARE_FLAGS = Segment.SYN | Segment.FIN | Segment.RST | Segment.URG | Segment.ACK;
    private static final int RARE_OPTIONS = ~(Segment.OPTION_TIMESTAMPS | Segment.OPTION_SACK);
    private static final long UNSIGNED = 0xFFFFFFFFL;

    private final Timers timers;
    private final Gate gate;
    private final Acknowledgements acknowledgements;
    private final Delivery delivery;
    private final Callbacks callbacks;

    FastPath(Timers timers, Gate gate, Acknowledgements acknowledgements, Delivery delivery, Callbacks callbacks) {
        this.timers = timers;
        this.gate = gate;
        this.acknowledgements = acknowledgements;
        this.delivery = delivery;
        this.callbacks = callbacks;
    }

    /**
     * Takes the segment in if it is such a one.
     *
     * @return false if it is not; nothing has changed then
     */
    boolean take(HalfConnection half, HalfConnection peer, Segment segment) {
        if (!half.connection.ordinary()
                || !isNext(half, segment)
                || !answersWhatIsKnown(peer, segment.acknowledgement())
                || !gate.isOrdinary(half, peer, segment)) {
            return false;
        }
        long timeNs = segment.timeNs();
        half.lastSeenNs = Math.max(half.lastSeenNs, timeNs);
        Connection connection = half.connection;
        timers.touch(connection, timeNs);
        FlowDirection direction = connection.direction(half);
        if (callbacks.accept(connection, segment, direction, segment.sequence() & UNSIGNED)
                == Stream.Acceptance.REFUSE) {
            half.refuse(segment.payloadLength());
            return true;
        }
        Gate.ordinary(half, segment);
        acknowledgements.ordinary(half, peer, segment);
        int length = segment.payloadLength();
        Acknowledgements.sentNext(half, half.next + length);
        if (length > 0) {
            delivery.deliverOnly(half, direction, segment);
        }
        return true;
    }

    private static boolean isNext(HalfConnection half, Segment segment) {
        return (half.state & (STARTED | CLOSED | ZERO_WINDOW)) == STARTED
                && segment.sequence() == half.base + (int) half.next
                && (segment.flags() & RARE_FLAGS) == Segment.ACK
                && (segment.options() & RARE_OPTIONS) == 0
                && segment.payloadLength() == segment.payloadWireLength()
                && segment.hopLimit() == half.hopLimit
                && half.waiting == null
                && half.beyondWindow == 0
                && half.acked <= half.next;
    }

    /** Whether the number acknowledges bytes that were delivered, and no more was acknowledged before. */
    private static boolean answersWhatIsKnown(HalfConnection peer, int number) {
        if (peer.hasHeld()) {
            return false;
        }
        int state = peer.state & (STARTED | CLOSED);
        if (state != STARTED) {
            return state == 0 && !peer.isTimed();
        }
        long acked = peer.offset(number);
        return acked >= 0 && acked >= peer.acked && acked <= peer.next;
    }
}
