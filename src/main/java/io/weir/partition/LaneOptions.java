package io.weir.partition;

/**
 * Bounds of the lanes.
 *
 * @param lanes one for each partition
 * @param bytesPerLane a power of two; half of it holds any segment
 */
public record LaneOptions(int lanes, int bytesPerLane) {
    public static final int DEFAULT_BYTES_PER_LANE = 8 << 20;
    public static final int MAX_LANES = 256;
    /** A segment of 65 535 bytes and more must fit into half a lane. */
    public static final int MIN_BYTES_PER_LANE = 256 << 10;

    public static final int MAX_BYTES_PER_LANE = 1 << 30;

    public LaneOptions {
        if (lanes < 1 || lanes > MAX_LANES) {
            throw new IllegalArgumentException("lanes is " + lanes + ", allowed is 1 to " + MAX_LANES);
        }
        if (bytesPerLane < MIN_BYTES_PER_LANE
                || bytesPerLane > MAX_BYTES_PER_LANE
                || Integer.bitCount(bytesPerLane) != 1) {
            throw new IllegalArgumentException("bytesPerLane is " + bytesPerLane + ", allowed is a power of two from "
                    + MIN_BYTES_PER_LANE + " to " + MAX_BYTES_PER_LANE);
        }
    }

    public static LaneOptions of(int lanes) {
        return new LaneOptions(lanes, DEFAULT_BYTES_PER_LANE);
    }

    /** Memory outside the heap that all lanes take together, from their construction on. */
    public long memoryBytes() {
        return (long) lanes * bytesPerLane;
    }
}
