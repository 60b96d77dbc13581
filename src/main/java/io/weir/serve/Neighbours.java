package io.weir.serve;

import java.util.List;

/**
 * What the rest of the probe offers to the service.
 *
 * @param partitions how many listen on the event bus; at most 256
 * @param livePartitions how many of them, from the first on, get live traffic; the others get replays
 * @param capture control of the sources
 * @param filters compiles filters of subscriptions and lists
 * @param checks asked by {@code /livez} and {@code /readyz}, in this order
 * @param metrics counters of the other stages are bound to it by who joins them
 */
public record Neighbours(
        int partitions,
        int livePartitions,
        CaptureControl capture,
        FilterCompiler filters,
        List<Check> checks,
        Metrics metrics) {}
