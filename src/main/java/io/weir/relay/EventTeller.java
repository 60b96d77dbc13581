package io.weir.relay;

import io.weir.reassemble.FlowDirection;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Open;
import java.util.function.Supplier;

/**
 * Makes the events of one stream for those who want them, its opening first. A failure to make one, for want of memory or by
 * a defect, is told to its readers as a loss and thrown on.
 */
abstract class EventTeller {
    /** Longer deliveries are told as several data events. */
    static final int MAX_DATA_BYTES = 64 << 10;

    final StreamRelay relay;

    // bits of slots, of which only the active ones count
    private long wanted;
    private long toldOpen;
    private long payloadBelow;
    private int payloadGeneration = -1;

    EventTeller(StreamRelay relay) {
        this.relay = relay;
    }

    abstract String id();

    abstract Open openEvent();

    /** A subscription takes this slot. */
    final void subscribed(int slot, boolean wants) {
        long bit = 1L << slot;
        wanted = wants ? wanted | bit : wanted & ~bit;
        toldOpen &= ~bit;
        payloadGeneration = -1;
    }

    final void wantedBy(long slots) {
        wanted = slots;
    }

    /** The subscription in this slot learns otherwise that the stream is open. */
    final void knowsOpen(int slot) {
        toldOpen |= 1L << slot;
    }

    /** Who wants this type of this stream. */
    final long readers(EventType type) {
        return wanted & relay.subscriptions().wanting(type);
    }

    /**
     * @param readers as {@link #readers} tells them; not 0
     * @param bytes of the stream that the event tells of
     */
    final void tell(long readers, long bytes, Supplier<StreamEvent> event) {
        try {
            tellOpen(readers);
            relay.tell(event.get(), readers);
        } catch (RuntimeException | Error failure) {
            relay.lost(readers, bytes);
            throw failure;
        }
    }

    /** @param readers as {@link #readers} tells them; not 0 */
    final void tellData(Delivery delivery, long readers) {
        if (payloadGeneration != relay.subscriptions().generation()) {
            payloadBelow = relay.subscriptions().payloadBelow(wanted);
            payloadGeneration = relay.subscriptions().generation();
        }
        int done = 0;
        try {
            tellOpen(readers);
            while (done < delivery.length()) {
                int part = Math.min(MAX_DATA_BYTES, delivery.length() - done);
                tellPart(delivery, done, part, readers);
                done += part;
            }
        } catch (RuntimeException | Error failure) {
            relay.lost(readers, delivery.length() - done);
            throw failure;
        }
    }

    private void tellPart(Delivery delivery, int from, int length, long readers) {
        PayloadMemory memory = relay.payloadMemory();
        FlowDirection direction = delivery.direction();
        long offset = delivery.offset() + from;
        boolean asked = offset < payloadBelow;
        int at = asked ? memory.copy(delivery, from, length) : 0;
        byte[] bytes = asked ? memory.array() : null;
        relay.ledger().counters().add(RelayCounter.EVENT_PAYLOAD_BYTES, asked ? length : 0);
        Data data = new Data(id(), delivery.timeNs(), direction, offset, length, bytes, at, delivery.ackedTo());
        if (!relay.tell(data, readers) && asked) {
            memory.giveBack(length);
        }
    }

    /** Those who have not seen the stream open are told that first. */
    private void tellOpen(long readers) {
        if ((readers & ~toldOpen) != 0) {
            tellOpen();
        }
    }

    final void tellOpen() {
        long readers = readers(EventType.OPEN) & ~toldOpen;
        toldOpen |= wanted & relay.subscriptions().active();
        if (readers == 0) {
            return;
        }
        try {
            relay.tell(openEvent(), readers);
        } catch (RuntimeException | Error failure) {
            relay.lost(readers, 0);
            throw failure;
        }
    }
}
