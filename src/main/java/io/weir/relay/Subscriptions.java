package io.weir.relay;

import io.weir.relay.Bus.Subscribe;

/** Who wants what: up to 64 subscriptions, each a bit. */
final class Subscriptions {
    static final int MAX = 64;

    private static final int TYPES = EventType.values().length;

    private final Subscribe[] slots = new Subscribe[MAX];
    private final long[] wantingType = new long[TYPES];
    private long active;
    private int generation;

    /** Streams that open from now on may match, but the subscription gets no event before {@link #activate}. */
    void set(Subscribe subscription) {
        clear(subscription.slot());
        slots[subscription.slot()] = subscription;
    }

    void activate(int slot) {
        generation++;
        active |= 1L << slot;
        for (int type = 0; type < TYPES; type++) {
            wantingType[type] |= (slots[slot].types() >>> type & 1L) << slot;
        }
    }

    void clear(int slot) {
        generation++;
        slots[slot] = null;
        active &= ~(1L << slot);
        for (int type = 0; type < TYPES; type++) {
            wantingType[type] &= ~(1L << slot);
        }
    }

    Subscribe inSlot(int slot) {
        return slots[slot];
    }

    /** Changes with every change of who gets what. */
    int generation() {
        return generation;
    }

    /** Bits of the subscriptions that get events. */
    long active() {
        return active;
    }

    /** Bits of the active subscriptions that want this type of event, of whatever stream. */
    long wanting(EventType type) {
        return wantingType[type.ordinal()];
    }

    /** Bits of the subscriptions that want this stream. */
    long wanting(RelayedStream stream) {
        long wanting = 0;
        for (int slot = 0; slot < MAX; slot++) {
            if (wants(slot, stream)) {
                wanting |= 1L << slot;
            }
        }
        return wanting;
    }

    boolean wants(int slot, RelayedStream stream) {
        Subscribe subscription = slots[slot];
        return subscription != null
                && (subscription.stream() == null || subscription.stream().equals(stream.id()))
                && stream.matches(subscription.flows());
    }

    /** The offset below which one of these active subscriptions wants payload; 0 if none wants any. */
    long payloadBelow(long wanting) {
        long below = 0;
        for (long bits = wanting & wanting(EventType.DATA); bits != 0; bits &= bits - 1) {
            Subscribe subscription = slots[Long.numberOfTrailingZeros(bits)];
            if (subscription.payload()) {
                below = subscription.maxBytes() < 0 ? Long.MAX_VALUE : Math.max(below, subscription.maxBytes());
            }
            if (below == Long.MAX_VALUE) {
                break;
            }
        }
        return below;
    }
}
