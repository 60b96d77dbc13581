package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.STARTED;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;

/** What happens to a segment that is not simply the next bytes of its direction. */
final class SlowPath {
    private final AssemblerOptions options;
    private final Timers timers;
    private final Gate gate;
    private final Placement placement;
    private final Held held;
    private final Starts starts;
    private final Handshake handshake;
    private final Acknowledgements acknowledgements;
    private final Endings endings;
    private final Admission admission;
    private final Reporter reporter;
    private final Callbacks callbacks;
    private final TcpStateMachine machine = new TcpStateMachine();

    SlowPath(
            AssemblerOptions options,
            Timers timers,
            Gate gate,
            Placement placement,
            Held held,
            Starts starts,
            Handshake handshake,
            Acknowledgements acknowledgements,
            Endings endings,
            Admission admission,
            Reporter reporter,
            Callbacks callbacks) {
        this.options = options;
        this.timers = timers;
        this.gate = gate;
        this.placement = placement;
        this.held = held;
        this.starts = starts;
        this.handshake = handshake;
        this.acknowledgements = acknowledgements;
        this.endings = endings;
        this.admission = admission;
        this.reporter = reporter;
        this.callbacks = callbacks;
    }

    void take(HalfConnection half, HalfConnection peer, Segment segment) {
        Anomaly refusal = gate.refuses(half, peer, segment);
        if (refusal != null) {
            refuse(half, peer, segment, refusal);
            return;
        }
        Connection connection = half.connection;
        half.lastSeenNs = Math.max(half.lastSeenNs, segment.timeNs());
        timers.touch(connection, segment.timeNs());
        Stream.Acceptance acceptance = callbacks.accept(
                connection,
                segment,
                connection.direction(half),
                half.is(STARTED) ? half.expectedSequence() & 0xFFFFFFFFL : Sequence.INVALID);
        advise(half, segment);
        if (acceptance == Stream.Acceptance.REFUSE) {
            half.refuse(segment.payloadLength());
        } else if (segment.has(Segment.RST)) {
            endings.reset(half, peer, segment);
        } else {
            obey(half, peer, segment, acceptance == Stream.Acceptance.START);
        }
    }

    private void refuse(HalfConnection half, HalfConnection peer, Segment segment, Anomaly refusal) {
        boolean data = (segment.flags() & (Segment.SYN | Segment.RST | Segment.ACK)) == Segment.ACK
                && segment.payloadLength() > 0;
        if (refusal == Anomaly.CHECKSUM_WRONG
                && data
                && (options.checksum() == AssemblerOptions.ChecksumRule.AUTO || segment.checksum() == Checksum.PARTIAL)
                && (half.state & (STARTED | CLOSED)) == STARTED) {
            // damaged perhaps by the capture only: its receiver will tell
            held.hold(half, segment, refusal);
            held.confirm(half, -1);
        } else {
            half.refuse(segment.payloadLength());
            reporter.report(half, refusal);
        }
    }

    private void obey(HalfConnection half, HalfConnection peer, Segment segment, boolean start) {
        Connection connection = half.connection;
        if (connection.resetSuspected()) {
            endings.outlived(half);
        }
        if (segment.has(Segment.SYN)) {
            Handshake.Outcome outcome = handshake.syn(half, peer, segment);
            if (outcome == Handshake.Outcome.NEW_CONNECTION) {
                reuse(connection, half == connection.high, segment);
                return;
            }
            if (outcome == Handshake.Outcome.IGNORED) {
                half.refuse(segment.payloadLength());
                return;
            }
        } else if (segment.has(Segment.ACK)) {
            handshake.acknowledged(peer, segment.acknowledgement());
        }
        if (!half.is(STARTED) && start) {
            starts.forced(half, segment);
        }
        Anomaly reason = held.reason(half, peer, segment);
        if (reason != Anomaly.ACKNOWLEDGES_UNSENT) {
            gate.accepted(half, segment);
        }
        if (segment.has(Segment.ACK)) {
            acknowledgements.take(half, peer, segment);
        }
        place(half, peer, segment, reason);
        endings.settle(connection);
    }

    private void place(HalfConnection half, HalfConnection peer, Segment segment, Anomaly reason) {
        if (!half.is(STARTED)) {
            starts.midstream(half, peer, segment);
            if (half.is(STARTED)) {
                acknowledgements.sent(half, half.offset(segment.sequence()) + numbers(segment));
            }
            return;
        }
        long offset = half.offset(segment.sequence());
        int length = segment.payloadWireLength();
        if (reason != Anomaly.ACKNOWLEDGES_UNSENT) {
            acknowledgements.sent(half, offset + numbers(segment));
        }
        if (reason != null && (length > 0 || segment.has(Segment.FIN))) {
            held.hold(half, segment, reason);
            held.confirm(half, Math.max(half.acked, half.ackedAhead()));
            return;
        }
        if (length > 0 && half.hasHeld()) {
            held.replaced(half, segment, segment.has(Segment.SYN) ? offset + 1 : offset);
        }
        if (segment.has(Segment.URG) && length > 0) {
            reporter.report(half, Anomaly.URGENT, Math.max(0, offset + segment.urgentPointer() - 1), 1);
        }
        if (length == 0 && offset == half.next - 1 && !segment.has(Segment.FIN) && !segment.has(Segment.SYN)) {
            reporter.report(half, Anomaly.KEEP_ALIVE);
        }
        placement.place(half, segment);
    }

    /** Sequence numbers that the segment takes. */
    private static int numbers(Segment segment) {
        return segment.payloadWireLength() + (segment.has(Segment.SYN) ? 1 : 0) + (segment.has(Segment.FIN) ? 1 : 0);
    }

    private void advise(HalfConnection half, Segment segment) {
        Anomaly malformed = TcpOptionCheck.malformed(segment);
        if (malformed != null) {
            reporter.report(half, malformed);
        }
        int hopLimit = segment.hopLimit();
        if (hopLimit != half.hopLimit) {
            if (half.hopLimit >= 0 || hopLimit == 1) {
                reporter.report(half, Anomaly.HOP_LIMIT);
            }
            half.hopLimit = (short) hopLimit;
        }
        Connection connection = half.connection;
        // whether a reset counts is not for the flags to say
        if (!segment.has(Segment.RST)) {
            boolean fits = machine.at(connection.machine()).accept(segment.flags(), half == connection.low);
            connection.machine(machine.remembered());
            if (!fits) {
                reporter.report(half, Anomaly.STATE_UNEXPECTED);
            }
        }
    }

    /** The new connection between the ends of an open one. */
    private void reuse(Connection connection, boolean swap, Segment segment) {
        HalfConnection before = swap ? connection.high : connection.low;
        boolean unanswered = before.next == 0 && !before.peer().heard();
        int earlier = before.base;
        SynCandidates candidates = connection.candidates();
        reporter.report(before, unanswered ? Anomaly.SYN_AMBIGUOUS : Anomaly.PORT_REUSED);
        endings.close(connection, Ending.REUSED);
        if (connection.stream != null) {
            endings.forget(connection);
        }
        Connection opened = admission.open(null, segment, swap);
        if (opened == null) {
            return;
        }
        HalfConnection half = swap ? opened.high : opened.low;
        half.countPacket();
        if (unanswered) {
            opened.candidates(SynCandidates.moved(candidates, half, earlier));
        }
        take(half, opened.peer(half), segment);
    }
}
