package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.HINT;
import static io.weir.reassemble.HalfConnection.MIDSTREAM;
import static io.weir.reassemble.HalfConnection.SCALED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.TIMESTAMPS;
import static io.weir.reassemble.HalfConnection.TIMESTAMP_SEEN;

import io.weir.decode.Segment;

/**
 * SYN and SYN-ACK. Where both sides are heard, a SYN never moves a direction that has told bytes: whether it means a new
 * connection is for the other side to say, by acknowledging it (RFC 5961 section 4). Where only one side is captured nobody
 * can tell, and a SYN, or a SYN-ACK that answers another SYN, opens another connection, as that is what it nearly always
 * means.
 */
final class Handshake {
    /** RFC 7323 section 2.3. */
    private static final int MAX_WINDOW_SCALE = 14;

    /** What the segment turned out to be. */
    enum Outcome {
        /** Part of this connection's opening; its payload, if any, belongs to it. */
        OURS,
        /** Not obeyed. */
        IGNORED,
        /** It opens another connection between the same ends. */
        NEW_CONNECTION
    }

    private final Starts starts;
    private final Delivery delivery;
    private final Reporter reporter;

    Handshake(Starts starts, Delivery delivery, Reporter reporter) {
        this.starts = starts;
        this.delivery = delivery;
        this.reporter = reporter;
    }

    Outcome syn(HalfConnection half, HalfConnection peer, Segment segment) {
        if (!peer.heard() && ofAnEarlierConnection(half, segment)) {
            starts.now(half);
            return Outcome.NEW_CONNECTION;
        }
        return segment.has(Segment.ACK) ? synAck(half, peer, segment) : bareSyn(half, peer, segment);
    }

    /** Whether what waits for its place was sent before this SYN was. */
    private boolean ofAnEarlierConnection(HalfConnection half, Segment segment) {
        boolean answersLater = segment.has(Segment.ACK)
                && half.is(ACKNOWLEDGES)
                && half.hasRuns()
                && !half.is(STARTED)
                && Sequence.difference(half.acknowledgement, segment.acknowledgement()) > 0;
        return answersLater || starts.waitsElsewhere(half, segment.sequence());
    }

    private Outcome bareSyn(HalfConnection half, HalfConnection peer, Segment segment) {
        Connection connection = half.connection;
        int first = segment.sequence() + 1;
        if (half.is(STARTED) && half.base == first) {
            if (!half.is(SYN_SEEN)) {
                note(half, segment);
            }
            return Outcome.OURS;
        }
        if (half.is(STARTED)
                && !half.is(SYN_SEEN)
                && half.next == 0
                && half.base == first + segment.payloadWireLength()) {
            // the answer, which acknowledges its bytes too, was captured before it
            starts.at(half, first);
            note(half, segment);
            return Outcome.OURS;
        }
        boolean hinted = half.is(HINT) && !opens(first, half.oddities().hint);
        boolean inside = !half.is(STARTED) && (hinted || acknowledgesLess(peer, first));
        if (!half.is(STARTED) && !inside) {
            if (peer.is(SYN_SEEN)) {
                reporter.report(half, peer.is(ACKNOWLEDGES) ? Anomaly.SPLIT_HANDSHAKE : Anomaly.SIMULTANEOUS_OPEN);
            } else if (!connection.opened) {
                connection.client(half, Roles.HANDSHAKE);
            }
            start(half, segment);
            return Outcome.OURS;
        }
        if (!peer.heard()) {
            // nobody has answered; an answer to the earlier SYN still finds it among the new connection's candidates
            return Outcome.NEW_CONNECTION;
        }
        remember(half, first);
        boolean opening = half.next == 0 && !inside && !peer.is(SYN_SEEN);
        reporter.report(half, opening ? Anomaly.SYN_AMBIGUOUS : Anomaly.SYN_INSIDE);
        return Outcome.IGNORED;
    }

    /** Whether all that was captured of a side acknowledges less than the other side's SYN, and so belongs to another connection. */
    private static boolean acknowledgesLess(HalfConnection peer, int first) {
        return peer.is(ACKNOWLEDGES) && !peer.is(SYN_SEEN) && Sequence.difference(first, peer.acknowledgement) < 0;
    }

    /** Whether a side's empty segment with the number {@code hint} came from before its first byte. */
    private static boolean opens(int first, int hint) {
        return hint == first || hint == first - 1;
    }

    private Outcome synAck(HalfConnection half, HalfConnection peer, Segment segment) {
        Connection connection = half.connection;
        int first = segment.sequence() + 1;
        int acknowledged = segment.acknowledgement();
        boolean answersAnother = !peer.is(STARTED) || peer.base != acknowledged;
        if (!peer.heard() && half.is(STARTED) && half.base != first && answersAnother) {
            return Outcome.NEW_CONNECTION;
        }
        boolean ambiguous = connection.candidates() != null && peer.base != acknowledged;
        boolean opening = peer.next == 0 && half.next == 0 && !half.is(SYN_SEEN);
        if (ambiguous && opening && peer.is(STARTED)) {
            // of several SYNs the one counts that is answered, remembered or not
            starts.at(peer, acknowledged);
        } else if (ambiguous && connection.candidates().has(peer, acknowledged)) {
            return Outcome.NEW_CONNECTION;
        } else if (!peer.is(STARTED)) {
            starts.at(peer, acknowledged);
        } else if (half.is(STARTED) && half.base != first) {
            if (half.is(MIDSTREAM) && peer.is(SYN_SEEN) && peer.base == acknowledged && peer.next == 0) {
                // what was picked up before was sent to whom the client's ports belonged earlier
                return Outcome.NEW_CONNECTION;
            }
            if (half.next == 0 && !half.hasRuns() && half.acked <= 0) {
                remember(half, first);
                reporter.report(half, Anomaly.SYN_AMBIGUOUS);
                return Outcome.IGNORED;
            }
            boolean ended = half.is(HalfConnection.CLOSED) || peer.is(HalfConnection.CLOSED);
            reporter.report(half, Anomaly.SYN_INSIDE);
            return ended ? Outcome.NEW_CONNECTION : Outcome.IGNORED;
        }
        if (!half.is(SYN_SEEN)) {
            if (!connection.opened) {
                connection.client(peer, Roles.HANDSHAKE);
            }
            if (!half.is(STARTED) && starts.isDoubtful(half)) {
                starts.ofAnEarlierConnection(half);
            }
            start(half, segment);
        }
        if (peer.hasRuns()) {
            delivery.deliverRuns(peer);
        }
        return Outcome.OURS;
    }

    /** An acknowledgement without SYN may choose between several SYN-ACKs. */
    void acknowledged(HalfConnection peer, int acknowledgement) {
        SynCandidates candidates = peer.connection.candidates();
        if (candidates != null
                && peer.is(STARTED)
                && peer.next == 0
                && !peer.hasRuns()
                && peer.acked <= 0
                && peer.base != acknowledgement
                && candidates.has(peer, acknowledgement)) {
            starts.at(peer, acknowledgement);
        }
    }

    private void start(HalfConnection half, Segment segment) {
        if (half.is(STARTED)) {
            // known from the other side's acknowledgement, or picked up midstream
            note(half, segment);
            return;
        }
        starts.at(half, segment.sequence() + 1);
        half.set(SYN_SEEN);
        starts.settleRoles(half.connection);
        note(half, segment);
        delivery.deliverStart(half);
        delivery.deliverRuns(half);
    }

    private void note(HalfConnection half, Segment segment) {
        half.set(SYN_SEEN);
        Gate.maximumSegmentSize(half, segment.maximumSegmentSize());
        if (segment.hasOption(Segment.OPTION_WINDOW_SCALE)) {
            half.set(SCALED);
            half.windowScale = (byte) Math.min(segment.windowScale(), MAX_WINDOW_SCALE);
            if (segment.windowScale() > MAX_WINDOW_SCALE) {
                reporter.report(half, Anomaly.WINDOW_SCALE_TOO_LARGE);
            }
        }
        if (segment.hasOption(Segment.OPTION_TIMESTAMPS)) {
            half.set(TIMESTAMPS | TIMESTAMP_SEEN);
            half.newestTimestamp = segment.timestampValue();
        }
    }

    private void remember(HalfConnection half, int first) {
        Connection connection = half.connection;
        if (connection.candidates() == null) {
            connection.candidates(new SynCandidates());
        }
        connection.candidates().add(half, first);
    }
}
