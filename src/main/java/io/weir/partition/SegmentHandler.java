package io.weir.partition;

import io.weir.decode.Segment;

/** Receives what a {@link Lane} carries, in the order of its writer, on the reader's thread. */
@FunctionalInterface
public interface SegmentHandler {
    /** The segment and its payload are valid during this call only. */
    void onSegment(Segment segment);

    /**
     * The source's clock has reached this time: no segment of an earlier time follows, as far as the source knows.
     *
     * @param nowNs nanoseconds since 1970
     */
    default void onTime(long nowNs) {}

    /** The source has ended; what follows comes from another one, whose time may be an earlier one. */
    default void onEnd() {}
}
