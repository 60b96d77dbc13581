package io.weir.relay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.partition.Lane;
import io.weir.partition.SegmentHandler;
import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.StreamPool;
import io.weir.relay.Bus.Content;
import io.weir.relay.Bus.Credit;
import io.weir.relay.Bus.GetContent;
import io.weir.relay.Bus.GetStream;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Subscribe;
import io.weir.relay.Bus.Unsubscribe;
import io.weir.tally.Counters;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One partition on its event loop: drains its lane through an assembler, sends events in batches, answers the queries of
 * {@link Bus}. Deploy each instance once, with {@link Bus#register} done before.
 *
 * <p>A turn of the event loop handles at most {@value #SLICE_RECORDS} segments, or looks at {@value #SLICE_STREAMS}
 * streams. Beyond that it closes whatever is due, some microseconds for each stream: as a rule as many as their last packets
 * came at once, all of them when a source ends.
 *
 * <p>Live traffic does not wait: events that the consumer has no room for are lost to it, and told. The partition of a replay
 * leaves its lane alone while the consumer holds a full window, and its source waits in turn.
 *
 * <p>Whatever is thrown while it works, an {@link Error} too, is counted and told, and costs no more than the event that was
 * being made, of which its readers are told as lost. What the JVM itself ends at, it ends at all the same.
 *
 * <p>When stopped (its source must have stopped before) it empties the lane, closes every stream with {@code stopped},
 * and waits until the consumer has dealt with the last events, at most {@value #SETTLE_MS} ms.
 */
public final class PartitionVerticle extends VerticleBase implements SegmentHandler {
    private static final int SLICE_RECORDS = 512;
    /** Of a file, looked at between two looks at the window. */
    private static final int STEP_RECORDS = 64;

    private static final int SLICE_STREAMS = 500;
    private static final int SETTLE_MS = 2_000;

    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final PartitionOptions options;
    private final Lane lane;
    private final EventWindow window;
    private final StreamRelay relay;
    private final Assembler assembler;
    private final Failures failures;
    private Promise<Void> settled;
    private boolean flushed;
    private boolean waiting;

    /**
     * @param ids of this partition
     * @param hash the one that chose the lanes
     * @param interfaceNames as {@link StreamRelay} wants it; called on the event loop
     * @param failures told of defects that it survived; called on the event loop, must not block
     */
    public PartitionVerticle(
            PartitionOptions options,
            StreamIds ids,
            FlowHash hash,
            Lane lane,
            IntFunction<String> interfaceNames,
            Consumer<PartitionFailure> failures) {
        this.options = options;
        this.lane = lane;
        RelayLedger ledger = new RelayLedger();
        this.failures = new Failures(options.index(), ledger, failures);
        window = new EventWindow(options.index(), options.windowBytes(), this::send, ledger.counters());
        relay = new StreamRelay(ids, window, options.relay(), interfaceNames, ledger);
        assembler = new Assembler(new StreamPool(relay, hash), options.assembler());
        if (options.relay().replay()) {
            window.lift();
        }
    }

    /** Any thread. */
    public RelayLedger ledger() {
        return relay.ledger();
    }

    /** Any thread. */
    public Counters<Anomaly> anomalies() {
        return assembler.anomalies();
    }

    @Override
    public Future<?> start() {
        vertx.eventBus().localConsumer(Bus.partition(options.index()), this::onMessage);
        lane.attach(() -> context.runOnContext(started -> drain()));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        settled = Promise.promise();
        waiting = false;
        drain();
        return settled.future();
    }

    private void drain() {
        if (flushed) {
            return;
        }
        boolean more = true;
        waiting = false;
        try {
            boolean patient = options.relay().replay() && settled == null;
            more = patient ? drainWhileRoom() : lane.drain(this, SLICE_RECORDS) == SLICE_RECORDS;
            window.flush();
            ledger().waiting(assembler.waitingMemory());
        } catch (RuntimeException | Error failure) {
            waiting = false;
            failures.add("reading its lane", failure, 0);
        } finally {
            // whatever happened: the lane does not wake a reader that left it in the midst
            next(more);
        }
    }

    private void next(boolean more) {
        if (waiting) {
            return;
        }
        if (more) {
            context.runOnContext(again -> drain());
        } else if (settled != null) {
            closeStreams();
        }
    }

    /** Whether there is more; if so, {@link #waiting} tells whether a credit must come before. */
    private boolean drainWhileRoom() {
        for (int records = 0; records < SLICE_RECORDS; records += STEP_RECORDS) {
            waiting = window.full();
            if (waiting) {
                return true;
            }
            if (lane.drain(this, STEP_RECORDS) < STEP_RECORDS) {
                return false;
            }
        }
        return true;
    }

    private void closeStreams() {
        flushed = true;
        window.lift();
        onEnd();
        try {
            window.flush();
        } catch (RuntimeException | Error failure) {
            failures.add("sending the last events", failure, 0);
        }
        ledger().waiting(assembler.waitingMemory());
        if (!window.settled()) {
            vertx.setTimer(SETTLE_MS, late -> settled.tryComplete());
        } else {
            settled.tryComplete();
        }
    }

    @Override
    public void onSegment(Segment segment) {
        try {
            assembler.assemble(segment);
        } catch (RuntimeException | Error failure) {
            failures.add("assembling a segment", failure, segment.timeNs());
        }
    }

    @Override
    public void onTime(long nowNs) {
        try {
            assembler.advance(nowNs);
        } catch (RuntimeException | Error failure) {
            failures.add("letting time pass", failure, nowNs);
        }
    }

    @Override
    public void onEnd() {
        try {
            assembler.flushAll();
        } catch (RuntimeException | Error failure) {
            failures.add("closing all streams", failure, 0);
        }
    }

    private void send(Bus.EventBatch batch) {
        vertx.eventBus().send(Bus.EVENTS, batch);
    }

    private void onMessage(Message<Object> message) {
        Object request = message.body();
        if (request instanceof Credit credit) {
            window.credit(credit.costBytes());
            if (waiting && !window.full()) {
                drain();
            }
            if (flushed && window.settled()) {
                settled.tryComplete();
            }
        } else if (request instanceof Subscribe subscribe) {
            subscribe(subscribe, message);
        } else if (request instanceof Unsubscribe unsubscribe) {
            if (slotExists(unsubscribe.slot())) {
                relay.unsubscribe(unsubscribe.slot());
                window.forget(unsubscribe.slot());
            }
        } else if (request instanceof Bus.Ping) {
            message.reply(request);
        } else if (request instanceof ListStreams list) {
            answer(relay.list(list), message);
        } else if (request instanceof GetStream get) {
            reply(relay.summary(get.stream()), get.stream(), message);
        } else if (request instanceof GetContent get) {
            FlowDirection direction = direction(get.from());
            Content content = direction == null ? null : relay.content(get.stream(), direction);
            reply(content, get.stream(), message);
        } else {
            message.fail(
                    BAD_REQUEST,
                    "a partition does not know " + request.getClass().getSimpleName());
        }
    }

    private void subscribe(Subscribe subscribe, Message<Object> message) {
        if (!slotExists(subscribe.slot())) {
            message.fail(BAD_REQUEST, "slot is " + subscribe.slot() + ", allowed is 0 to " + (Subscriptions.MAX - 1));
            return;
        }
        // events of the slot's former subscription go before the reply, those of the new one after it
        window.flush();
        window.forget(subscribe.slot());
        join(relay.subscribe(subscribe), message);
    }

    private void join(Joining joining, Message<Object> message) {
        if (joining.replaced()) {
            message.fail(CONFLICT, "the subscription's slot was given to another one meanwhile");
        } else if (joining.step(SLICE_STREAMS)) {
            message.reply(joining.finish());
        } else {
            context.runOnContext(next -> join(joining, message));
        }
    }

    private void answer(Listing listing, Message<Object> message) {
        if (listing.step(SLICE_STREAMS)) {
            message.reply(listing.page());
        } else {
            context.runOnContext(next -> answer(listing, message));
        }
    }

    private void reply(Object answer, String stream, Message<Object> message) {
        if (answer == null) {
            message.fail(NOT_FOUND, "no stream '" + stream + "' is open, and none of that id closed recently");
        } else {
            message.reply(answer);
        }
    }

    private static boolean slotExists(int slot) {
        return slot >= 0 && slot < Subscriptions.MAX;
    }

    private static FlowDirection direction(String sender) {
        for (FlowDirection direction : FlowDirection.values()) {
            if (direction.sender().equals(sender)) {
                return direction;
            }
        }
        return null;
    }
}
