package io.weir.relay;

import java.util.function.Consumer;

/** Defects of ours that a partition has survived, never of the traffic: counted, and each distinct one told with its count. */
final class Failures {
    private final int partition;
    private final RelayLedger ledger;
    private final Consumer<PartitionFailure> told;

    Failures(int partition, RelayLedger ledger, Consumer<PartitionFailure> told) {
        this.partition = partition;
        this.ledger = ledger;
        this.told = told;
    }

    /** @param failure what it suppresses are failures of other streams in the same call, see {@link io.weir.reassemble.Stream} */
    void add(String where, Throwable failure, long timeNs) {
        addOne(where, failure, timeNs);
        for (Throwable other : failure.getSuppressed()) {
            addOne(where, other, timeNs);
        }
    }

    private void addOne(String where, Throwable failure, long timeNs) {
        ledger.counters().increment(RelayCounter.FAILURES);
        long count = ledger.failures().observe(where, failure.toString(), timeNs);
        if (count > 0) {
            told.accept(new PartitionFailure(partition, where, count, failure));
        }
    }
}
