package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.CHECKSUMS_WRONG;
import static io.weir.reassemble.HalfConnection.CHECKSUM_RIGHT;
import static io.weir.reassemble.HalfConnection.DATA_CHECKSUM_RIGHT;
import static io.weir.reassemble.HalfConnection.MIDSTREAM;
import static io.weir.reassemble.HalfConnection.SEGMENT_SIZE_SHIFT;
import static io.weir.reassemble.HalfConnection.SIGNED;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.TIMESTAMPS;
import static io.weir.reassemble.HalfConnection.TIMESTAMP_SEEN;
import static io.weir.reassemble.HalfConnection.UNFLAGGED;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;

/**
 * Decides which segments the receiving kernel throws away unread. The truth for each rule is what a Linux socket does.
 */
final class Gate {
    /** Beyond the window by less than this, a segment may still be what this capture missed the window update for. */
    static final int WINDOW_SLACK_BYTES = 4 << 20;

    /** Where no window is known, a jump of more than this is taken for a forgery. */
    private static final int JUMP_LIMIT_BYTES = 64 << 20;

    /** After so many segments in a row beyond the window it is the capture that is wrong. */
    private static final int RESYNCHRONISE_AFTER = 16;

    /** What is left of the state's bits can say no more. */
    private static final int MAX_SEGMENT_SIZE = (1 << 15) - 1;

    /** What fits into a frame of 1500 bytes, and into one of 9000. */
    private static final int LINK_PAYLOAD_BYTES = 1_460;

    private static final int JUMBO_PAYLOAD_BYTES = 8_960;

    /** RFC 7323 section 5.5: a timestamp older than this may have wrapped. */
    private static final long TIMESTAMP_AGE_NS = 24L * 24 * 3600 * 1_000_000_000L;

    private final AssemblerOptions.ChecksumRule rule;

    Gate(AssemblerOptions.ChecksumRule rule) {
        this.rule = rule;
    }

    /** Why the segment is refused, or null. Takes note of what the segment tells about its sender. */
    Anomaly refuses(HalfConnection half, HalfConnection peer, Segment segment) {
        if (wrongChecksum(half, peer, segment)) {
            return Anomaly.CHECKSUM_WRONG;
        }
        if (segment.hasOption(Segment.OPTION_SIGNATURE) && !half.is(SIGNED)) {
            if (half.packets() > 1 && !segment.has(Segment.SYN)) {
                return Anomaly.SIGNATURE_OPTION;
            }
            half.set(SIGNED);
        }
        if (segment.has(Segment.RST) || segment.has(Segment.SYN)) {
            return null;
        }
        if (!segment.has(Segment.ACK)) {
            if (!peer.heard() && !half.is(STARTED)) {
                // all that was captured of the connection so far; a SYN after it would refute it
                half.set(UNFLAGGED);
                return null;
            }
            return segment.has(Segment.FIN) && segment.payloadWireLength() == 0
                    ? Anomaly.FIN_WITHOUT_ACK
                    : Anomaly.NO_ACK_FLAG;
        }
        if (beforeStart(half, segment)) {
            return Anomaly.BEFORE_START;
        }
        if (peer.offset(segment.acknowledgement()) < 0 && ofAnEarlierConnection(half, peer, segment)) {
            return Anomaly.ACKNOWLEDGES_BEFORE_START;
        }
        if (segment.payloadWireLength() == 0 && !segment.has(Segment.FIN)) {
            return beyondWindow(half, peer, segment) ? Anomaly.BEYOND_WINDOW : null;
        }
        if (staleTimestamp(half, peer, segment)) {
            return Anomaly.STALE_TIMESTAMP;
        }
        return beyondWindow(half, peer, segment) ? Anomaly.BEYOND_WINDOW : null;
    }

    /**
     * Takes note of the timestamp of a segment that was accepted. One whose bytes were all acknowledged before sets no
     * timestamp (RFC 7323 section 4.3, rule 2): the receiver drops it, and what was sent before it may still be on its way.
     */
    void accepted(HalfConnection half, Segment segment) {
        if (segment.hasOption(Segment.OPTION_TIMESTAMPS)
                && half.is(STARTED)
                && half.offset(segment.sequence()) <= half.next
                && half.offset(segment.sequence()) + segment.payloadWireLength() >= half.acked
                && (!half.is(TIMESTAMP_SEEN) || segment.timestampValue() - half.newestTimestamp > 0)) {
            half.newestTimestamp = segment.timestampValue();
            half.set(TIMESTAMP_SEEN);
        }
    }

    /** Whether {@link #refuses} would let pass, and note nothing of, a segment that begins at its direction's next byte. */
    boolean isOrdinary(HalfConnection half, HalfConnection peer, Segment segment) {
        if (segment.hasOption(Segment.OPTION_TIMESTAMPS)
                && (!half.is(TIMESTAMP_SEEN) || segment.timestampValue() - half.newestTimestamp < 0)) {
            return false;
        }
        Checksum checksum = segment.checksum();
        if (checksum == Checksum.RIGHT) {
            int length = segment.payloadLength();
            int right = length > 0 ? CHECKSUM_RIGHT | DATA_CHECKSUM_RIGHT : CHECKSUM_RIGHT;
            return (half.state & (right | CHECKSUMS_WRONG)) == right
                    && (length <= LINK_PAYLOAD_BYTES || peer.is(SYN_SEEN));
        }
        return checksum == Checksum.UNVERIFIED || checksum == Checksum.OFFLOADED;
    }

    /** {@link #accepted} for such a segment. */
    static void ordinary(HalfConnection half, Segment segment) {
        if (segment.hasOption(Segment.OPTION_TIMESTAMPS)) {
            half.newestTimestamp = segment.timestampValue();
        }
    }

    private boolean wrongChecksum(HalfConnection half, HalfConnection peer, Segment segment) {
        Checksum checksum = segment.checksum();
        int length = segment.payloadWireLength();
        if (checksum == Checksum.RIGHT) {
            int right = length > 0 ? CHECKSUM_RIGHT | DATA_CHECKSUM_RIGHT : CHECKSUM_RIGHT;
            half.state = half.state & ~CHECKSUMS_WRONG | right;
            if (length > LINK_PAYLOAD_BYTES && !peer.is(SYN_SEEN) && length > largestPayload(peer)) {
                maximumSegmentSize(peer, Math.min(length, JUMBO_PAYLOAD_BYTES));
            }
            return false;
        }
        if (checksum == Checksum.PARTIAL) {
            // empty ones cannot be held until they are answered, so they take more to be refused
            return rule != AssemblerOptions.ChecksumRule.OFF
                    && half.is(length > 0 ? CHECKSUM_RIGHT : DATA_CHECKSUM_RIGHT)
                    && half.is(STARTED)
                    && !segment.has(Segment.SYN)
                    && length <= largestPayload(peer);
        }
        if (checksum != Checksum.WRONG) {
            return false;
        }
        if (half.packets() <= 1) {
            half.set(CHECKSUMS_WRONG);
        }
        return switch (rule) {
            case OFF -> false;
            case ON -> true;
            case AUTO -> !half.is(CHECKSUMS_WRONG);
        };
    }

    /**
     * What can come over a link to this receiver in one piece. More was put together by a host on the way, or the receiving
     * one, after it had verified the pieces, and carries no finished checksum. Where the receiver's SYN was not captured
     * standard Ethernet is taken for granted until a larger piece has come: hosts put together two segments and more.
     */
    private static int largestPayload(HalfConnection receiver) {
        int size = receiver.state >>> SEGMENT_SIZE_SHIFT;
        return size > 0 ? size : LINK_PAYLOAD_BYTES;
    }

    /** Notes the largest payload that a side takes in one segment, as its SYN or its peer's segments say; 0 if unknown. */
    static void maximumSegmentSize(HalfConnection half, int bytes) {
        int size = Math.min(bytes, MAX_SEGMENT_SIZE);
        half.state = half.state & (1 << SEGMENT_SIZE_SHIFT) - 1 | size << SEGMENT_SIZE_SHIFT;
    }

    private static boolean staleTimestamp(HalfConnection half, HalfConnection peer, Segment segment) {
        if (!segment.hasOption(Segment.OPTION_TIMESTAMPS) || !half.is(TIMESTAMP_SEEN)) {
            return false;
        }
        boolean refusedOption = half.is(SYN_SEEN) && !half.is(TIMESTAMPS) || peer.is(SYN_SEEN) && !peer.is(TIMESTAMPS);
        return !refusedOption
                && half.newestTimestamp - segment.timestampValue() > 1
                && segment.timeNs() - half.lastSeenNs < TIMESTAMP_AGE_NS;
    }

    /**
     * Whether what acknowledges less than the peer's SYN cannot be of this connection: Linux takes no acknowledgement of bytes
     * that it never sent. Who goes on without regard to a SYN, a forged one perhaps, is believed when nobody has answered that
     * in time and its connection is closed.
     */
    private static boolean ofAnEarlierConnection(HalfConnection half, HalfConnection peer, Segment segment) {
        SynCandidates candidates = half.connection.candidates();
        boolean beforeEverySyn = candidates == null || candidates.isBefore(peer, segment.acknowledgement());
        if (!peer.is(STARTED) || peer.is(MIDSTREAM) || !beforeEverySyn) {
            return false;
        }
        if (half.is(ACKNOWLEDGES) && Sequence.difference(half.acknowledgement, segment.acknowledgement()) >= 0) {
            // it goes on acknowledging what nobody has captured, for gibibytes perhaps
            return false;
        }
        return half.is(SYN_SEEN) || !half.is(STARTED) && peer.is(SYN_SEEN);
    }

    /**
     * Whether a segment ends before its sender's SYN, and before a keep-alive probe of the first byte: it is an earlier
     * connection's, and what it acknowledges is too, whose numbers need not lie far from this one's.
     */
    private static boolean beforeStart(HalfConnection half, Segment segment) {
        return (half.state & (STARTED | SYN_SEEN)) == (STARTED | SYN_SEEN)
                && half.offset(segment.sequence()) + segment.payloadWireLength() < -1
                && half.connection.candidates() == null;
    }

    private static boolean beyondWindow(HalfConnection half, HalfConnection peer, Segment segment) {
        if (!half.is(STARTED)) {
            return false;
        }
        long start = half.offset(segment.sequence());
        long limit = half.windowEdge < 0
                ? half.next + JUMP_LIMIT_BYTES
                : Math.max(half.windowEdge, half.next) + WINDOW_SLACK_BYTES;
        if (start <= limit) {
            half.beyondWindow = 0;
            return false;
        }
        boolean unanswered = half.is(SYN_SEEN) && half.next == 0 && !peer.is(STARTED);
        if (unanswered) {
            // what its SYN's sender goes on with so far away was an earlier connection's, however much of it there is
            return true;
        }
        if (half.beyondWindow < RESYNCHRONISE_AFTER) {
            half.beyondWindow++;
        }
        return half.beyondWindow < RESYNCHRONISE_AFTER;
    }
}
