package io.weir.relay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.decode.Segment;
import io.weir.partition.Lane;
import io.weir.partition.LaneOptions;
import io.weir.reassemble.AssemblerOptions;
import io.weir.relay.Bus.Credit;
import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.Lost;
import io.weir.relay.Bus.Selected;
import io.weir.relay.Bus.Subscribe;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A partition on an event loop, its lane, and a consumer of its events. */
abstract class DeployedPartition {
    static final int INDEX = 2;
    static final int WINDOW_BYTES = 256 << 10;

    final Vertx vertx = Vertx.vertx();
    final Lane lane = new Lane(LaneOptions.of(1));
    final List<EventBatch> batches = new CopyOnWriteArrayList<>();
    final List<PartitionFailure> reported = new CopyOnWriteArrayList<>();
    volatile boolean givesCredit = true;
    volatile Throwable nameFailure;
    volatile boolean reportingFails;
    PartitionVerticle partition;
    String deployment;

    @BeforeEach
    void deploy() {
        Bus.register(vertx);
        vertx.eventBus().<EventBatch>localConsumer(Bus.EVENTS, message -> {
            batches.add(message.body());
            if (givesCredit) {
                vertx.eventBus()
                        .send(Bus.partition(INDEX), new Credit(message.body().costBytes()));
            }
        });
        deploy(RelayOptions.onDemand(1 << 20, 100));
    }

    void deploy(RelayOptions options) {
        partition = new PartitionVerticle(
                new PartitionOptions(INDEX, AssemblerOptions.defaults(), options, WINDOW_BYTES),
                new StreamIds("test", INDEX, 4),
                Conversation.HASH,
                lane,
                this::interfaceName,
                this::report);
        deployment = await(vertx.deployVerticle(partition));
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private void report(PartitionFailure failure) {
        reported.add(failure);
        if (reportingFails) {
            throw new StackOverflowError("again");
        }
    }

    private String interfaceName(int index) {
        if (nameFailure instanceof Error error) {
            throw error;
        }
        if (nameFailure instanceof RuntimeException exception) {
            throw exception;
        }
        return "eth" + index;
    }

    void subscribe(int slot) {
        ask(new Subscribe(slot, FlowFilter.ALL, true, -1, null));
    }

    <T> T ask(Object request) {
        return await(vertx.eventBus().<T>request(Bus.partition(INDEX), request).map(reply -> reply.body()));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed.getMessage(), failed);
        }
    }

    Conversation conversation(int clientPort) {
        return new Conversation(clientPort, this::offer);
    }

    /** As a file source does: waits for room. */
    void offer(Segment segment) {
        while (!lane.offer(segment)) {
            lane.flush();
            Thread.onSpinWait();
        }
    }

    void awaitEvents(int count) {
        Awaitility.await().until(() -> events().size() >= count);
    }

    List<StreamEvent> events() {
        return batches.stream()
                .flatMap(batch -> batch.events().stream())
                .map(Selected::event)
                .toList();
    }

    List<String> types() {
        return events().stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    long lost() {
        return batches.stream()
                .flatMap(batch -> batch.lost().stream())
                .mapToLong(Lost::events)
                .sum();
    }

    long counter(RelayCounter name) {
        return partition.ledger().counters().get(name);
    }
}
