package io.weir.serve;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.Bus;
import io.weir.relay.EventType;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.tally.Counters;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The one consumer of {@link Bus#EVENTS}: numbers the events, keeps the newest in a ring and lets readers follow it.
 *
 * <p>One event loop. A batch is dealt with as soon as it is in the ring, so its partition gets its credit back at once,
 * whatever the readers do. Subscriptions outlive their last reader by {@link ServeOptions#linger}; a reader that comes back
 * in time with the same request sees every event once, or a {@code lost} event for exactly those it cannot see any more.
 */
final class EventHub {
    private final Vertx vertx;
    private final Context context;
    private final ServeOptions options;
    private final Partitions partitions;
    private final Counters<ServeCounter> counters;
    private final EventRing ring;
    private final EventId ids;
    private final FrameWriter frames;
    private final Subscriptions subscriptions;

    private final int livePartitions;
    private final Metrics.Latency latency;

    private int readers;
    private boolean flushScheduled;
    private MessageConsumer<Bus.EventBatch> consumer;
    private long heartbeatTimer = -1;

    /**
     * @param neighbours tells which partitions are live, and takes the histogram of their events' latency
     * @param startMs when this run began, milliseconds since 1970; part of every event's id
     */
    EventHub(
            Vertx vertx,
            ServeOptions options,
            Partitions partitions,
            Neighbours neighbours,
            Counters<ServeCounter> counters,
            long startMs) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.options = options;
        this.partitions = partitions;
        this.counters = counters;
        livePartitions = neighbours.livePartitions();
        latency = neighbours
                .metrics()
                .latency("event_latency", "from the capture of a live packet to its event in the service");
        ring = new EventRing(options.ringBytes());
        ids = new EventId(startMs);
        frames = new FrameWriter(ids, counters, this::audience);
        subscriptions = new Subscriptions(vertx, partitions, ring, options.linger(), this::publish);
    }

    void start() {
        consumer = vertx.eventBus().localConsumer(Bus.EVENTS, message -> onBatch(message.body()));
        heartbeatTimer = vertx.setPeriodic(tickMs(options), timer -> forEachReader(Reader::tick));
    }

    private static long tickMs(ServeOptions options) {
        return Math.max(1, options.heartbeat().toMillis() / Reader.TICKS_PER_HEARTBEAT);
    }

    /** Writes what the readers take, ends their responses and stops listening. */
    Future<Void> stop() {
        vertx.cancelTimer(heartbeatTimer);
        flush();
        forEachReader(Reader::end);
        subscriptions.forEach(subscriptions::remove);
        return consumer.unregister();
    }

    private void onBatch(Bus.EventBatch batch) {
        long confirmed = subscriptions.confirmed(batch.partition());
        for (Bus.Lost lost : batch.lost()) {
            if ((confirmed & 1L << lost.slot()) != 0) {
                counters.add(ServeCounter.EVENTS_DROPPED_BEFORE, lost.events());
                offer(ring.add(lost), 1L << lost.slot());
            }
        }
        long nowNs = batch.partition() < livePartitions ? nowNs() : 0;
        for (Bus.Selected selected : batch.events()) {
            if (nowNs != 0) {
                latency.record(Math.max(0, nowNs - selected.event().timeNs()));
            }
            publish(selected.event(), selected.subscribers() & confirmed);
        }
        partitions.tell(batch.partition(), new Bus.Credit(batch.costBytes()));
    }

    private static long nowNs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    private void publish(StreamEvent event, long subscribers) {
        long wanting = subscribers & subscriptions.wanting(EventType.of(event));
        if (wanting != 0) {
            offer(ring.add(event, wanting), wanting);
        }
        if (event instanceof StreamEvent.Close) {
            noteEnd(subscribers);
        }
    }

    private void offer(long number, long subscribers) {
        for (long bits = subscribers; bits != 0; bits &= bits - 1) {
            for (Reader reader : subscriptions.inSlot(Long.numberOfTrailingZeros(bits)).readers) {
                reader.offer(number);
            }
        }
        scheduleFlush();
    }

    /** Subscriptions of one stream end with its closing event, whether they wanted that event or not. */
    private void noteEnd(long subscribers) {
        for (long bits = subscribers; bits != 0; bits &= bits - 1) {
            Subscription subscription = subscriptions.inSlot(Long.numberOfTrailingZeros(bits));
            if (subscription.request.stream() != null) {
                subscription.lastNumber = ring.next() - 1;
                scheduleFlush();
            }
        }
    }

    private void scheduleFlush() {
        if (!flushScheduled) {
            flushScheduled = true;
            context.runOnContext(turn -> flush());
        }
    }

    private void flush() {
        flushScheduled = false;
        forEachReader(Reader::pump);
    }

    private int audience(long number, StreamEvent event, PayloadForm form) {
        if (readers == 1) {
            return 1;
        }
        int size = 0;
        for (long bits = ring.wantedBy(number); bits != 0; bits &= bits - 1) {
            Subscription subscription = subscriptions.inSlot(Long.numberOfTrailingZeros(bits));
            boolean same = subscription != null
                    && FrameWriter.form(event, subscription.request) == form
                    && (form == PayloadForm.NONE || !FrameWriter.cut(event, subscription.request));
            size += same ? subscription.readers.size() : 0;
        }
        return size;
    }

    private void forEachReader(Consumer<Reader> action) {
        subscriptions.forEach(subscription -> List.copyOf(subscription.readers).forEach(action));
    }

    /**
     * Finds or makes the subscription for a request. Each success is followed by one {@link #attach} or {@link #leave}.
     *
     * @param lastEventId what the client has seen last, or null
     * @param partition the one that has the stream asked for, or -1 for all
     */
    Future<Subscription> join(EventRequest request, String lastEventId, int partition) {
        boolean full = readers + subscriptions.joining() >= options.maxSubscribers();
        Subscription joined = full ? null : knownOrNew(request, lastEventId, partition);
        if (joined == null) {
            counters.increment(ServeCounter.READERS_REFUSED);
            return Future.failedFuture(new Problem(
                    ProblemKind.BUSY,
                    "all " + options.maxSubscribers() + " places for readers of events are taken; try again later"));
        }
        subscriptions.keep(joined);
        joined.joining++;
        return joined.ready.map(joined).onFailure(cause -> {
            joined.joining--;
            subscriptions.remove(joined);
        });
    }

    private Subscription knownOrNew(EventRequest request, String lastEventId, int partition) {
        Subscription known = lastEventId == null ? null : subscriptions.known(request.key(), ids.number(lastEventId));
        return known != null ? known : subscriptions.create(request, partition);
    }

    /** Whether a client that has seen this event has seen everything that the one stream asked for will ever tell. */
    boolean complete(Subscription subscription, String lastEventId) {
        if (lastEventId == null || subscription.lastNumber == 0) {
            return false;
        }
        long last = subscription.lastNumber;
        while (last >= subscription.firstNumber && ring.indexed(last) && !ring.wanted(last, subscription.slot)) {
            last--;
        }
        return ids.number(lastEventId) >= last;
    }

    /** Lets a response whose head is ready follow the subscription, until {@link #detach}. */
    Reader attach(Subscription subscription, String lastEventId, HttpServerResponse response) {
        Reader reader = new Reader(subscription, ring, frames, counters, response, options.queueBytes());
        subscription.joining--;
        subscription.readers.add(reader);
        readers++;
        counters.increment(ServeCounter.READERS);
        long number = lastEventId == null ? 0 : ids.number(lastEventId);
        if (number > 0) {
            counters.increment(ServeCounter.READERS_RESUMED);
            reader.resumeAfter(number);
        } else if (lastEventId != null) {
            reader.resumeAfterRestart(lastEventId);
        } else if (subscription.request.stream() != null) {
            reader.fromTheBeginning();
        }
        reader.greet();
        scheduleFlush();
        return reader;
    }

    /** The client went away, or has everything. */
    void detach(Reader reader) {
        Subscription subscription = reader.subscription();
        if (subscription.readers.remove(reader)) {
            readers--;
            reader.gone();
            subscriptions.lingerIfIdle(subscription);
        }
    }

    /** Instead of {@link #attach}. */
    void leave(Subscription subscription) {
        subscription.joining--;
        subscriptions.lingerIfIdle(subscription);
    }

    /** Readers that are there now. */
    int readers() {
        return readers;
    }

    /** Events that wait for readers now. */
    long waitingEvents() {
        long[] sum = new long[1];
        forEachReader(reader -> sum[0] += reader.waitingEvents());
        return sum[0];
    }

    long ringBytes() {
        return ring.heldBytes();
    }
}
