package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.relay.Bus;
import io.weir.relay.EventType;
import io.weir.relay.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * The slots that partitions know, and the subscriptions in them. A subscription whose last reader has gone lingers; when a
 * slot is needed, the one that lingers longest goes. One event loop.
 */
final class Subscriptions {
    private final Vertx vertx;
    private final Partitions partitions;
    private final EventRing ring;
    private final Duration linger;
    private final ObjLongConsumer<StreamEvent> beginnings;

    private final Subscription[] slots = new Subscription[ServeOptions.MAX_SUBSCRIBERS];
    /** For each partition, the slots whose subscription it has confirmed. */
    private final long[] confirmed;
    /** For each type of event, the slots that want it. */
    private final long[] wanted = new long[EventType.values().length];

    /** @param beginnings takes an event of a stream's beginning, and the slot's bit */
    Subscriptions(
            Vertx vertx,
            Partitions partitions,
            EventRing ring,
            Duration linger,
            ObjLongConsumer<StreamEvent> beginnings) {
        this.vertx = vertx;
        this.partitions = partitions;
        this.ring = ring;
        this.linger = linger;
        this.beginnings = beginnings;
        confirmed = new long[partitions.count()];
    }

    /** The slots whose present subscription the partition has confirmed; its events carry no earlier one. */
    long confirmed(int partition) {
        return confirmed[partition];
    }

    /** The slots that want this type. */
    long wanting(EventType type) {
        return wanted[type.ordinal()];
    }

    Subscription inSlot(int slot) {
        return slots[slot];
    }

    void forEach(Consumer<Subscription> action) {
        for (Subscription subscription : slots) {
            if (subscription != null) {
                action.accept(subscription);
            }
        }
    }

    /** Clients that wait for their subscription to become ready. */
    int joining() {
        int sum = 0;
        for (Subscription subscription : slots) {
            sum += subscription == null ? 0 : subscription.joining;
        }
        return sum;
    }

    /** The subscription that a client with this key was reading when it saw an event with that number, or null. */
    Subscription known(String key, long number) {
        Subscription newest = null;
        for (Subscription subscription : slots) {
            if (subscription != null
                    && subscription.request.key().equals(key)
                    && subscription.firstNumber <= number + 1
                    && (newest == null || subscription.firstNumber > newest.firstNumber)) {
                newest = subscription;
            }
        }
        return newest;
    }

    /**
     * A new subscription. It starts after a mark, so that a client which has seen the number before it (of an earlier
     * subscription) and one that has seen all there is can be told apart.
     *
     * @param partition the one that has the stream asked for, or -1 for all
     * @return null if all slots are taken
     */
    Subscription create(EventRequest request, int partition) {
        int slot = freeSlot();
        if (slot < 0) {
            return null;
        }
        ring.mark();
        Subscription subscription = new Subscription(request, slot, ring.next());
        slots[slot] = subscription;
        for (EventType type : EventType.values()) {
            boolean wants = (request.types() & type.bit()) != 0;
            long others = wanted[type.ordinal()] & ~subscription.bit();
            wanted[type.ordinal()] = wants ? others | subscription.bit() : others;
        }
        subscription.ready = subscribe(subscription, partition);
        return subscription;
    }

    private Future<Void> subscribe(Subscription subscription, int partition) {
        EventRequest request = subscription.request;
        // the end of the one stream asked for ends the response, whether its event is wanted or not
        int types = request.stream() == null ? request.types() : request.types() | EventType.CLOSE.bit();
        Bus.Subscribe message = new Bus.Subscribe(
                subscription.slot, types, request.flows(), request.payload(), request.maxBytes(), request.stream());
        List<Future<Bus.Subscribed>> replies = new ArrayList<>();
        for (int index = 0; index < partitions.count(); index++) {
            if (partition < 0 || partition == index) {
                int answering = index;
                replies.add(partitions
                        .<Bus.Subscribed>ask(index, message)
                        .onSuccess(reply -> confirm(subscription, answering, reply)));
            }
        }
        return Future.all(replies).<Void>mapEmpty().recover(cause -> Future.failedFuture(Partitions.silent(cause)));
    }

    private void confirm(Subscription subscription, int partition, Bus.Subscribed reply) {
        if (slots[subscription.slot] == subscription) {
            for (StreamEvent event : reply.beginning()) {
                beginnings.accept(event, subscription.bit());
            }
            confirmed[partition] |= subscription.bit();
        }
    }

    private int freeSlot() {
        Subscription longestIdle = null;
        for (int slot = 0; slot < slots.length; slot++) {
            Subscription subscription = slots[slot];
            if (subscription == null) {
                return slot;
            }
            if (subscription.idle() && (longestIdle == null || subscription.idleSince < longestIdle.idleSince)) {
                longestIdle = subscription;
            }
        }
        if (longestIdle == null) {
            return -1;
        }
        remove(longestIdle);
        return longestIdle.slot;
    }

    /** A client came (back). */
    void keep(Subscription subscription) {
        if (subscription.lingerTimer >= 0) {
            vertx.cancelTimer(subscription.lingerTimer);
            subscription.lingerTimer = -1;
        }
    }

    /** A client left; if it was the last, the subscription lingers. */
    void lingerIfIdle(Subscription subscription) {
        if (!subscription.idle() || slots[subscription.slot] != subscription) {
            return;
        }
        if (linger.isZero()) {
            remove(subscription);
            return;
        }
        subscription.idleSince = System.nanoTime();
        subscription.lingerTimer = vertx.setTimer(linger.toMillis(), timer -> {
            subscription.lingerTimer = -1;
            remove(subscription);
        });
    }

    void remove(Subscription subscription) {
        if (slots[subscription.slot] != subscription) {
            return;
        }
        keep(subscription);
        slots[subscription.slot] = null;
        for (int partition = 0; partition < partitions.count(); partition++) {
            confirmed[partition] &= ~subscription.bit();
            partitions.tell(partition, new Bus.Unsubscribe(subscription.slot));
        }
    }
}
