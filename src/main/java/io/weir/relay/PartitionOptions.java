package io.weir.relay;

import io.weir.reassemble.AssemblerOptions;

/**
 * Of one partition; bounds are this partition's share.
 *
 * @param index from 0; names the partition's address, see {@link Bus#partition}
 * @param windowBytes events that the consumer of {@link Bus#EVENTS} may hold, each counted with
 *     {@value EventWindow#EVENT_COST_BYTES} bytes besides its payload; more are dropped, counted and told
 */
public record PartitionOptions(int index, AssemblerOptions assembler, RelayOptions relay, long windowBytes) {
    public static final long DEFAULT_WINDOW_BYTES = 8L << 20;
    /** A window holds at least one event with the longest payload. */
    public static final long MIN_WINDOW_BYTES = 256 << 10;

    /** The most memory that a partition's events take which count for so many bytes, and which nobody else holds. */
    public static long eventMemoryBytes(long countedBytes) {
        return PayloadMemory.heldBytes(countedBytes);
    }

    public PartitionOptions {
        if (windowBytes < MIN_WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "windowBytes is " + windowBytes + ", allowed is " + MIN_WINDOW_BYTES + " or more");
        }
    }
}
