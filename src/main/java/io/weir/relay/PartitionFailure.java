package io.weir.relay;

/**
 * A defect that a partition survived; told the first time, the tenth, the hundredth and so on of each distinct one.
 *
 * @param partition its index
 * @param where what it was doing
 * @param count how often this partition has met it so far
 */
public record PartitionFailure(int partition, String where, long count, Throwable cause) {}
