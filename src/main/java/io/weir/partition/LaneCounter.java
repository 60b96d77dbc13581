package io.weir.partition;

/** What a lane's writer counts. */
public enum LaneCounter {
    /** Segments that went into the lane. */
    SEGMENTS,
    /** Segments that a live source gave up because the lane was full. */
    DROPPED,
    /** Segments whose payload was cut to half a lane; the reader sees them as truncated. */
    CUT,
    /** Bytes of the lane's memory that segments took. */
    BYTES,
    /** Flushes that published something. */
    BATCHES,
    /** Time marks that went into the lane. */
    TIME_MARKS,
    /** Flushes that found the reader idle and woke it. */
    WAKE_UPS
}
