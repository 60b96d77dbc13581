package io.weir.relay;

/**
 * Thrown on a partition's context, to whoever handles Vert.x's exceptions, for a defect that the partition survived: the first
 * time, the tenth, the hundredth and so on of each distinct one.
 */
public final class PartitionFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long count;

    PartitionFailure(String message, long count, RuntimeException cause) {
        super(message, cause);
        this.count = count;
    }

    /** How often this partition has met it so far. */
    public long count() {
        return count;
    }
}
