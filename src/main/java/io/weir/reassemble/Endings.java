package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.FIN_DELIVERED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;

import io.weir.decode.Segment;

/** Resets, the closing of connections, and what is remembered of closed ones. */
final class Endings {
    private final AssemblerOptions options;
    private final StreamPool pool;
    private final Timers timers;
    private final Delivery delivery;
    private final Placement placement;
    private final Held held;
    private final Starts starts;
    private final Reporter reporter;
    private final Callbacks callbacks;
    private final Epitaph epitaph = new Epitaph();

    Endings(
            AssemblerOptions options,
            StreamPool pool,
            Timers timers,
            Delivery delivery,
            Placement placement,
            Held held,
            Starts starts,
            Reporter reporter,
            Callbacks callbacks) {
        this.options = options;
        this.pool = pool;
        this.timers = timers;
        this.delivery = delivery;
        this.placement = placement;
        this.held = held;
        this.starts = starts;
        this.reporter = reporter;
        this.callbacks = callbacks;
    }

    /**
     * A reset. Only one at exactly the receiver's next byte, or at the number of the FIN that it has taken, is obeyed (RFC 5961
     * section 3.2, as Linux does); one that may be meant so ends the connection if it then stays silent; any other is ignored.
     */
    void reset(HalfConnection half, HalfConnection peer, Segment segment) {
        if (segment.payloadWireLength() > 0) {
            half.refuse(segment.payloadLength());
            reporter.report(half, Anomaly.DATA_IN_RST);
        }
        if (!half.is(STARTED)) {
            // who has only sent its SYN takes no reset that does not acknowledge it (RFC 9293 section 3.10.7.3)
            boolean opening = peer.is(SYN_SEEN) && peer.next == 0 && !segment.has(Segment.ACK);
            boolean receiversNext = !opening && peer.is(ACKNOWLEDGES) && peer.acknowledgement == segment.sequence();
            boolean refusal = segment.has(Segment.ACK) && peer.is(STARTED) && answers(peer, segment);
            if (refusal || receiversNext) {
                close(half.connection, Ending.RST);
            } else {
                suspect(half);
            }
            return;
        }
        long offset = half.offset(segment.sequence());
        // who only opens a connection answers a wrong acknowledgement with its number, and stays (RFC 9293 section
        // 3.5.2)
        boolean answer = half.next == 0 && !segment.has(Segment.ACK);
        boolean receiversNext = !answer && offset >= 0 && (offset == half.acked || offset == half.ackedAhead());
        long expected = half.is(FIN_DELIVERED) ? half.next + 1 : half.next;
        boolean atFin = half.is(FIN_DELIVERED) && offset == half.next;
        if (offset == expected || atFin || offset > expected && receiversNext) {
            // its number tells how much was sent, seen or not
            half.sentTo = Math.max(half.sentTo, offset);
            half.acked = receiversNext ? Math.max(half.acked, offset) : half.acked;
            if (segment.has(Segment.ACK) && peer.hasHeld()) {
                held.confirm(peer, peer.offset(segment.acknowledgement()));
            }
            close(half.connection, Ending.RST);
        } else if (offset < expected && !receiversNext) {
            reporter.report(half, Anomaly.RST_IGNORED);
        } else {
            suspect(half);
        }
    }

    private static boolean answers(HalfConnection peer, Segment segment) {
        long acked = peer.offset(segment.acknowledgement());
        return acked >= 0 && acked <= peer.sentTo;
    }

    private void suspect(HalfConnection half) {
        reporter.report(half, Anomaly.RST_IN_WINDOW);
        half.connection.resetSuspected(true);
        timers.suspected.add(half.connection, reporter.now());
    }

    /** The connection goes on, so it outlived the reset. */
    void outlived(HalfConnection half) {
        half.connection.resetSuspected(false);
        timers.open.add(half.connection, reporter.now());
        reporter.report(half, Anomaly.RST_IGNORED);
    }

    /** After whatever a segment or a timer did: the timers anew, and the connection's end if both sides have ended. */
    void settle(Connection connection) {
        if (connection.ended()) {
            return;
        }
        HalfConnection low = connection.low;
        HalfConnection high = connection.high;
        placement.settle(low);
        placement.settle(high);
        boolean answered = low.is(STARTED) && high.is(STARTED) && low.heard() && high.heard();
        if (connection.halfOpen() && (answered || low.next > 0 || high.next > 0)) {
            connection.halfOpen(false);
            timers.open.add(connection, reporter.now());
        }
        closeIfBothEnded(connection);
    }

    /** Closes the connection if both directions have ended. */
    private void closeIfBothEnded(Connection connection) {
        if (connection.low.is(HalfConnection.CLOSED) && connection.high.is(HalfConnection.CLOSED)) {
            close(connection, Ending.FIN);
        }
    }

    /** Delivers what waits, oldest first, with its gaps; ends both directions; completes the stream. */
    void close(Connection connection, Ending ending) {
        HalfConnection low = connection.low;
        HalfConnection high = connection.high;
        held.releaseAll(low, high, ending);
        held.releaseAll(high, low, ending);
        starts.now(low);
        starts.now(high);
        starts.settleRoles(connection);
        unseen(low);
        unseen(high);
        while (placement.hasHole(low) || placement.hasHole(high)) {
            HalfConnection half = older(low, high);
            placement.giveUpHole(half, half.acked > half.next ? GapCause.NOT_CAPTURED : GapCause.TIMEOUT);
        }
        HalfConnection client = connection.half(FlowDirection.CLIENT_TO_SERVER);
        delivery.end(client);
        delivery.end(client.peer());
        placement.discard(low);
        placement.discard(high);
        low.leaveQueue();
        high.leaveQueue();
        connection.end(ending);
        pool.ended();
        boolean forget = callbacks.complete(connection, ending, reporter.now());
        if (!forget) {
            timers.lingering.add(connection, reporter.now());
        } else if (isKnownToEnd(connection, ending) && options.tombstoneNs() > 0) {
            timers.bury(connection, reporter.now());
            forget(connection);
        } else {
            forget(connection);
        }
    }

    /** Whether nothing of the connection is to come: a SYN that only fell silent after a doubtful reset is sent again perhaps. */
    private static boolean isKnownToEnd(Connection connection, Ending ending) {
        boolean answered = connection.low.is(STARTED) && connection.high.is(STARTED);
        return ending == Ending.FIN || ending == Ending.RST && (answered || !connection.resetSuspected());
    }

    /** What the other side acknowledged within its window and nobody saw is missing; one number may have been a FIN. */
    private static void unseen(HalfConnection half) {
        if (half.is(STARTED)
                && !half.is(HalfConnection.CLOSED)
                && half.ackedAhead() > half.sentTo + 1
                && half.ackedAhead() <= half.windowEdge) {
            half.acked = half.ackedAhead();
        }
    }

    private HalfConnection older(HalfConnection low, HalfConnection high) {
        if (!placement.hasHole(low)) {
            return high;
        }
        return placement.hasHole(high) && placement.waitsSinceNs(high) < placement.waitsSinceNs(low) ? high : low;
    }

    /** Takes an ended connection out of the table. */
    void forget(Connection connection) {
        TimeQueue.leave(connection);
        pool.remove(connection);
    }

    /**
     * Whether a segment is the straggler of a connection that has ended. If not, it opens a new connection, and the ended
     * one is forgotten.
     *
     * @param kept the ended connection, if it is kept on its stream's wish; else null
     */
    boolean straggler(Connection kept, Segment segment, boolean swap) {
        Tombstones tombstones = timers.tombstones;
        int tombstone = kept != null ? Tombstones.NONE : tombstones.find(segment, swap, pool.hash(segment));
        if (kept == null && tombstone == Tombstones.NONE) {
            return false;
        }
        Epitaph ended = kept != null ? epitaph.of(kept) : tombstones.epitaph(tombstone);
        switch (ended.verdict(segment, swap, options.checksum() != AssemblerOptions.ChecksumRule.OFF)) {
            case STRAGGLER -> {
                return true;
            }
            case LATE_DATA -> {
                reporter.count(Anomaly.DATA_AFTER_CLOSE);
                return true;
            }
            case DAMAGED -> {
                reporter.count(Anomaly.CHECKSUM_WRONG);
                return true;
            }
            case OUTLIVED_RESET -> reporter.count(Anomaly.RST_IGNORED);
            case NEW_CONNECTION -> {}
        }
        if (kept != null) {
            forget(kept);
        } else {
            tombstones.drop(tombstone);
        }
        return false;
    }
}
