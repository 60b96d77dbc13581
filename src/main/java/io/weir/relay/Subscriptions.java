package io.weir.relay;

import io.weir.relay.Bus.Subscribe;

/** Who wants what: up to 32 subscriptions, each a bit. */
final class Subscriptions {
    static final int MAX = 32;

    private static final int TYPES = EventType.values().length;

    private final Subscribe[] slots = new Subscribe[MAX];
    private final int[] wantingType = new int[TYPES];

    void set(Subscribe subscription) {
        slots[subscription.slot()] = subscription;
        for (int type = 0; type < TYPES; type++) {
            int bit = 1 << subscription.slot();
            boolean wants = (subscription.types() >>> type & 1) != 0;
            wantingType[type] = wants ? wantingType[type] | bit : wantingType[type] & ~bit;
        }
    }

    void clear(int slot) {
        slots[slot] = null;
        for (int type = 0; type < TYPES; type++) {
            wantingType[type] &= ~(1 << slot);
        }
    }

    /** Bits of the subscriptions that want this type of event, of whatever stream. */
    int wanting(EventType type) {
        return wantingType[type.ordinal()];
    }

    /** Bits of the subscriptions that want this stream. */
    int wanting(RelayedStream stream) {
        int wanting = 0;
        for (int slot = 0; slot < MAX; slot++) {
            if (wants(slot, stream)) {
                wanting |= 1 << slot;
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

    /** The offset below which one of these subscriptions wants payload; 0 if none wants any. */
    long payloadBelow(int wanting) {
        long below = 0;
        for (int bits = wanting & wanting(EventType.DATA); bits != 0; bits &= bits - 1) {
            Subscribe subscription = slots[Integer.numberOfTrailingZeros(bits)];
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
