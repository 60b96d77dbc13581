package io.weir.reassemble;

import io.weir.decode.Segment;

/**
 * Receives one connection's bytes in order, both directions. Written by the library's user; called on the assembler's
 * thread.
 *
 * <p>Order of calls: for each packet at most one {@link #accept}, then any of {@link #anomaly} and {@link #reassembled},
 * then at most one {@link #complete}. {@link #opened} comes once, before the first {@code reassembled}, {@code anomaly}
 * or {@code complete}. Timers (see {@link Assembler#advance}) make the same calls without a packet.
 *
 * <p>A call that throws counts as done: {@code accept} as if it had refused the segment, {@code complete} as if it had
 * returned true. The assembler first finishes what it was about to do for this stream and all others; then its own method
 * throws what was thrown first, with what else was thrown (sixteen at most) as suppressed.
 */
public interface Stream {
    /** Answer to {@link #accept}. */
    enum Acceptance {
        ACCEPT,
        /** Accept, and if the direction has not started, let it start at this segment although no SYN was seen. */
        START,
        /** Ignore the segment; it is counted as refused. */
        REFUSE
    }

    /**
     * Asked for each segment of the connection, also for one that arrives after a direction ended.
     *
     * @param nextSequence the sequence number that the sender's next byte should have, or -1 if its start is not known
     */
    default Acceptance accept(Segment segment, FlowDirection direction, long nextSequence) {
        return Acceptance.ACCEPT;
    }

    /** Client and server are settled and will not change again: {@link Connection#roles} says how they were found. */
    default void opened(Connection connection) {}

    /**
     * The next bytes of one direction, or a gap, or its end.
     *
     * @param data reused after the call; copy what you keep, or tell it with {@link ScatterGather#keepFrom}
     */
    void reassembled(ScatterGather data);

    /**
     * Something was odd. Never means that a delivered byte was wrong.
     *
     * @param anomaly reused after the call
     */
    default void anomaly(AnomalyReport anomaly) {}

    /**
     * Nothing more will come.
     *
     * @param connection its {@link Connection#half} still tells the totals of both directions
     * @param timeNs capture time of the packet, or the assembler's time, that ended the connection
     * @return true to forget the connection (stragglers are then swallowed by a tombstone); false to keep it, so that
     *     later packets still reach {@link #accept} and are then ignored, until it idles out
     */
    boolean complete(Connection connection, Ending ending, long timeNs);
}
