package io.weir.serve;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/**
 * A request for events that the partitions know under a slot, and its readers: several if they ask the same, none while it
 * lingers for a reader to come back. One thread.
 */
final class Subscription {
    final EventRequest request;
    final int slot;
    /** The slot belongs to this subscription from this number on. */
    final long firstNumber;

    final List<Reader> readers = new ArrayList<>();
    /** Completes when all partitions concerned send its events. */
    Future<Void> ready;
    /** Readers that wait for {@link #ready}. */
    int joining;
    /** Number of the last event that can ever come, once known; else 0. */
    long lastNumber;
    /** When the last reader went away, by {@link System#nanoTime}. */
    long idleSince;
    /** Timer that ends it then; -1 while there is none. */
    long lingerTimer = -1;

    Subscription(EventRequest request, int slot, long firstNumber) {
        this.request = request;
        this.slot = slot;
        this.firstNumber = firstNumber;
    }

    long bit() {
        return 1L << slot;
    }

    boolean idle() {
        return readers.isEmpty() && joining == 0;
    }
}
