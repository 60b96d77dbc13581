package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.weir.relay.Bus;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamPlace;
import io.weir.relay.StreamSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Answers as a partition does, with streams that the test puts in. Any thread. */
final class FakePartition {
    final List<Bus.Subscribe> subscribes = new CopyOnWriteArrayList<>();
    final List<Integer> unsubscribed = new CopyOnWriteArrayList<>();
    final AtomicLong credit = new AtomicLong();
    final Map<String, StreamSummary> summaries = new ConcurrentHashMap<>();
    final Map<String, List<StreamEvent>> beginnings = new ConcurrentHashMap<>();
    final Map<String, Bus.Content> contents = new ConcurrentHashMap<>();

    volatile boolean fails;
    /** Whose bytes alone are not told. */
    volatile String failsFor = "";
    /** Lists are not answered. */
    volatile boolean silent;

    final AtomicLong lists = new AtomicLong();

    private final Map<Integer, Bus.Subscribe> slots = new ConcurrentHashMap<>();
    private final Map<String, StreamEvent.Open> opened = new HashMap<>();
    private final Vertx vertx;
    private final int index;

    FakePartition(Vertx vertx, int index) {
        this.vertx = vertx;
        this.index = index;
    }

    FakePartition start() {
        Future<Void> ready =
                vertx.eventBus().consumer(Bus.partition(index), this::answer).completion();
        ready.await();
        return this;
    }

    private void answer(Message<Object> message) {
        Object body = message.body();
        if (fails) {
            message.fail(500, "out of order");
        } else if (body instanceof Bus.Subscribe subscribe) {
            subscribes.add(subscribe);
            slots.put(subscribe.slot(), subscribe);
            message.reply(new Bus.Subscribed(
                    subscribe.stream() == null ? List.of() : beginnings.getOrDefault(subscribe.stream(), List.of())));
        } else if (body instanceof Bus.Unsubscribe unsubscribe) {
            unsubscribed.add(unsubscribe.slot());
            slots.remove(unsubscribe.slot());
        } else if (body instanceof Bus.Credit back) {
            credit.addAndGet(-back.costBytes());
        } else if (body instanceof Bus.ListStreams list) {
            lists.incrementAndGet();
            if (!silent) {
                message.reply(page(list));
            }
        } else if (body instanceof Bus.GetStream get) {
            reply(message, Optional.ofNullable(summaries.get(get.stream())));
        } else if (body instanceof Bus.GetContent get) {
            if (failsFor.equals(get.from())) {
                message.fail(500, "out of order");
            } else {
                reply(message, Optional.ofNullable(contents.get(get.stream() + '/' + get.from())));
            }
        }
    }

    private Bus.Streams page(Bus.ListStreams asked) {
        Comparator<StreamPlace> order = asked.newestFirst() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        List<StreamSummary> matching = summaries.values().stream()
                .filter(summary -> asked.flows().matches(summary.open()))
                .filter(summary ->
                        asked.state() != (summary.close() == null ? ListStreams.State.CLOSED : ListStreams.State.OPEN))
                .sorted(Comparator.comparing(StreamPlace::of, order))
                .toList();
        return new Bus.Streams(
                matching.stream()
                        .filter(summary ->
                                asked.after() == null || order.compare(StreamPlace.of(summary), asked.after()) > 0)
                        .limit(asked.limit() + 1)
                        .toList(),
                matching.size());
    }

    private static void reply(Message<Object> message, Optional<?> found) {
        found.ifPresentOrElse(message::reply, () -> message.fail(404, "no such stream"));
    }

    /** Sends one batch, to the slots whose filters match the streams. */
    synchronized void send(StreamEvent... events) {
        List<Bus.Selected> batch = new ArrayList<>();
        for (StreamEvent event : events) {
            if (event instanceof StreamEvent.Open open) {
                opened.put(open.stream(), open);
            }
            batch.add(new Bus.Selected(event, matching(opened.get(event.stream()))));
        }
        send(new Bus.EventBatch(index, batch, 100 * events.length));
    }

    void send(Bus.EventBatch batch) {
        credit.addAndGet(batch.costBytes());
        vertx.eventBus().send(Bus.EVENTS, batch);
    }

    private long matching(StreamEvent.Open open) {
        long bits = 0;
        for (Bus.Subscribe subscribe : slots.values()) {
            boolean one = subscribe.stream() == null || subscribe.stream().equals(open.stream());
            bits |= one && subscribe.flows().matches(open) ? 1L << subscribe.slot() : 0;
        }
        return bits;
    }
}
