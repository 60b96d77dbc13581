package io.weir.reassemble;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;

/** What must be known of an ended connection to tell its stragglers from the first segment of a new one. Reusable. */
final class Epitaph {
    /** A straggler's number is nearer to the connection's than this; anything else is a new conversation. */
    private static final int STRAGGLER_DISTANCE_BYTES = 64 << 20;

    /** A SYN that comes again later than this was sent again; before, it may be a second copy of the first one. */
    private static final long SYN_AGAIN_NS = 100_000_000L;

    /** What a segment after the end is. */
    enum Verdict {
        STRAGGLER,
        /** A straggler that brings bytes, which are lost. */
        LATE_DATA,
        /** Its sender goes on with the connection, although a reset seemed to have ended it. */
        OUTLIVED_RESET,
        /** Its checksum is wrong, though its sender's were right: no kernel takes notice of it. */
        DAMAGED,
        NEW_CONNECTION
    }

    /** Whether a reset ended it. */
    boolean reset;

    /** When it ended, or was seen last. */
    long sinceNs;

    boolean lowStarted;
    int lowBase;
    int lowNext;
    /** Behind what was seen to be sent, FIN included; of a side that is not captured, behind what was acknowledged. */
    int lowSent;
    /** Whether its sender is known to finish its checksums. */
    boolean lowChecksumsRight;

    boolean highStarted;
    int highBase;
    int highNext;
    int highSent;
    boolean highChecksumsRight;

    Epitaph of(Connection connection) {
        HalfConnection low = connection.low;
        HalfConnection high = connection.high;
        reset = connection.ending() == Ending.RST;
        sinceNs = connection.lastSeenNs();
        lowStarted = low.is(HalfConnection.STARTED);
        lowBase = low.base;
        lowNext = Sequence.add(low.base, low.next);
        lowSent = sent(low);
        lowChecksumsRight = low.is(HalfConnection.CHECKSUM_RIGHT);
        highStarted = high.is(HalfConnection.STARTED);
        highBase = high.base;
        highNext = Sequence.add(high.base, high.next);
        highSent = sent(high);
        highChecksumsRight = high.is(HalfConnection.CHECKSUM_RIGHT);
        return this;
    }

    private static int sent(HalfConnection half) {
        long sent = Math.max(half.sentTo, half.next);
        HalfConnection peer = half.peer();
        boolean acknowledgedOnly = !half.heard() && peer.is(HalfConnection.ACKNOWLEDGES);
        return Sequence.add(half.base, acknowledgedOnly ? Math.max(sent, half.offset(peer.acknowledgement)) : sent);
    }

    /**
     * Whether a segment between the ends of the connection belongs to it still.
     *
     * @param checksums whether they are looked at
     */
    Verdict verdict(Segment segment, boolean swap, boolean checksums) {
        Verdict verdict = verdict(segment, swap);
        boolean goesOn = verdict == Verdict.NEW_CONNECTION || verdict == Verdict.OUTLIVED_RESET;
        boolean right = swap ? highChecksumsRight : lowChecksumsRight;
        return goesOn && checksums && right && segment.checksum() == Checksum.WRONG ? Verdict.DAMAGED : verdict;
    }

    /** Of a SYN, or an answer to one, with the ended connection's number: whoever was refused may ask again. */
    private Verdict repeated(Segment segment, boolean answered) {
        if (!reset || answered) {
            return Verdict.STRAGGLER;
        }
        if (segment.has(Segment.ACK)) {
            return Verdict.OUTLIVED_RESET;
        }
        return segment.timeNs() - sinceNs > SYN_AGAIN_NS ? Verdict.NEW_CONNECTION : Verdict.STRAGGLER;
    }

    private Verdict verdict(Segment segment, boolean swap) {
        boolean started = swap ? highStarted : lowStarted;
        boolean peerStarted = swap ? lowStarted : highStarted;
        if (segment.has(Segment.SYN)) {
            boolean repeated = segment.has(Segment.ACK)
                    ? peerStarted && (swap ? lowBase : highBase) == segment.acknowledgement()
                    : started && (swap ? highBase : lowBase) == segment.sequence() + 1;
            return repeated ? repeated(segment, started && peerStarted) : Verdict.NEW_CONNECTION;
        }
        if (reset && segment.has(Segment.ACK) && !segment.has(Segment.RST) && peerStarted) {
            int beyond = Sequence.difference(swap ? lowSent : highSent, segment.acknowledgement());
            if (beyond > 1 && beyond < STRAGGLER_DISTANCE_BYTES) {
                // its receiver acknowledges what was sent after the reset
                return Verdict.OUTLIVED_RESET;
            }
        }
        if (segment.payloadLength() == 0) {
            return Verdict.STRAGGLER;
        }
        int distance = Sequence.difference(swap ? highNext : lowNext, segment.sequence());
        boolean far = distance > STRAGGLER_DISTANCE_BYTES || distance < -STRAGGLER_DISTANCE_BYTES;
        return started && far ? Verdict.NEW_CONNECTION : Verdict.LATE_DATA;
    }
}
