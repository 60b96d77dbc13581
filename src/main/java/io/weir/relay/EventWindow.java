package io.weir.relay;

import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.Lost;
import io.weir.relay.Bus.Selected;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Collects events into batches and sends them while the consumer keeps up: it may hold batches up to the window, and gives
 * room back with credits. Events that find no room are dropped and counted, and the next batch tells each subscription
 * how many it lost. One thread.
 */
final class EventWindow implements EventSink {
    /** What an event weighs besides its payload. */
    static final int EVENT_COST_BYTES = 256;

    /** As many as one turn of a partition makes of full-sized segments: a batch costs two wake-ups. */
    private static final int MAX_BATCH_EVENTS = 512;

    private static final int MAX_BATCH_BYTES = 1 << 20;

    private final int partition;
    private final long windowBytes;
    private final Consumer<EventBatch> consumer;
    private final Counters<RelayCounter> counters;
    private final long[] lostEvents = new long[Subscriptions.MAX];
    private final long[] lostBytes = new long[Subscriptions.MAX];
    private List<Selected> pending = new ArrayList<>();
    private int pendingBytes;
    private long losers;
    private long heldBytes;
    private boolean unlimited;

    EventWindow(int partition, long windowBytes, Consumer<EventBatch> consumer, Counters<RelayCounter> counters) {
        this.partition = partition;
        this.windowBytes = windowBytes;
        this.consumer = consumer;
        this.counters = counters;
    }

    @Override
    public boolean event(StreamEvent event, long subscribers) {
        counters.increment(RelayCounter.EVENTS_OFFERED);
        int cost = cost(event);
        if (!unlimited && heldBytes + pendingBytes + cost > windowBytes) {
            // what was collected came before the loss, and must not be told after it
            flush();
            counters.increment(RelayCounter.EVENTS_DROPPED);
            lose(subscribers, bytes(event));
            return false;
        }
        pending.add(new Selected(event, subscribers));
        pendingBytes += cost;
        if (pending.size() == MAX_BATCH_EVENTS || pendingBytes >= MAX_BATCH_BYTES) {
            flush();
        }
        return true;
    }

    @Override
    public void lost(long subscribers, long bytes) {
        if (subscribers == 0) {
            return;
        }
        try {
            flush();
        } finally {
            counters.increment(RelayCounter.EVENTS_OFFERED);
            counters.increment(RelayCounter.EVENTS_FAILED);
            lose(subscribers, bytes);
        }
    }

    /** Sends what was collected, and what is to be told about losses if that can go along. */
    void flush() {
        if (!pending.isEmpty()) {
            send();
        }
    }

    /** The consumer is done with a batch of this cost. */
    void credit(int costBytes) {
        heldBytes = Math.max(0, heldBytes - costBytes);
        if (losers != 0 && pending.isEmpty() && heldBytes + EVENT_COST_BYTES <= windowBytes) {
            pendingBytes = EVENT_COST_BYTES;
            send();
        }
    }

    /** Whether the consumer has as much as it may hold. */
    boolean full() {
        return heldBytes + pendingBytes >= windowBytes;
    }

    /** From now on nothing is dropped; who makes the events stops by itself, soon after the window is {@link #full}. */
    void lift() {
        unlimited = true;
    }

    /** Whether the consumer has given back everything. */
    boolean settled() {
        return heldBytes == 0 && pending.isEmpty();
    }

    /** Nobody is left in this slot to be told of losses. */
    void forget(int slot) {
        losers &= ~(1L << slot);
        lostEvents[slot] = 0;
        lostBytes[slot] = 0;
    }

    private void lose(long subscribers, long bytes) {
        losers |= subscribers;
        for (long bits = subscribers; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            lostEvents[slot]++;
            lostBytes[slot] += bytes;
        }
    }

    private void send() {
        List<Selected> next = new ArrayList<>(Math.min(MAX_BATCH_EVENTS, pending.size() + 16));
        EventBatch batch = new EventBatch(partition, lost(), pending, pendingBytes);
        counters.add(RelayCounter.EVENTS_SENT, pending.size());
        counters.increment(RelayCounter.BATCHES_SENT);
        heldBytes += pendingBytes;
        pending = next;
        pendingBytes = 0;
        consumer.accept(batch);
    }

    private List<Lost> lost() {
        if (losers == 0) {
            return List.of();
        }
        List<Lost> lost = new ArrayList<>();
        for (long bits = losers; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            lost.add(new Lost(slot, lostEvents[slot], lostBytes[slot]));
            lostEvents[slot] = 0;
            lostBytes[slot] = 0;
        }
        losers = 0;
        return lost;
    }

    private static long bytes(StreamEvent event) {
        return event instanceof Data data ? data.length() : event instanceof Gap gap ? gap.length() : 0;
    }

    private static int cost(StreamEvent event) {
        return EVENT_COST_BYTES + (event instanceof Data data && data.hasPayload() ? data.length() : 0);
    }
}
