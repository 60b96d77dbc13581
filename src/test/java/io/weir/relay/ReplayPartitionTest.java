package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.partition.Lane;
import io.weir.partition.LaneOptions;
import io.weir.reassemble.AssemblerOptions;
import io.weir.relay.Bus.Credit;
import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.Subscribe;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file waits for who wants its events. */
class ReplayPartitionTest {
    private static final int WINDOW_BYTES = 256 << 10;
    private static final int SEGMENTS = 2_000;

    private final Vertx vertx = Vertx.vertx();
    private final Lane lane = new Lane(LaneOptions.of(1));
    private final List<EventBatch> batches = new CopyOnWriteArrayList<>();
    private PartitionVerticle partition;
    private String deployment;

    @BeforeEach
    void deploy() throws Exception {
        Bus.register(vertx);
        vertx.eventBus().<EventBatch>localConsumer(Bus.EVENTS, message -> batches.add(message.body()));
        partition = new PartitionVerticle(
                new PartitionOptions(
                        0,
                        AssemblerOptions.defaults(),
                        RelayOptions.onDemand(0, 0).asReplay(),
                        WINDOW_BYTES),
                new StreamIds("test", 0, 1),
                Conversation.HASH,
                lane,
                index -> "file",
                failure -> {});
        deployment = await(vertx.deployVerticle(partition));
        await(vertx.eventBus().request(Bus.partition(0), new Subscribe(0, FlowFilter.ALL, true, -1, null)));
        Conversation conversation = new Conversation(40_000, lane::offer).handshake();
        for (int count = 0; count < SEGMENTS; count++) {
            conversation.fromClient("x".repeat(1_000));
        }
        lane.flush();
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void nothingIsLostToAConsumerThatTakesItsTime() {
        Awaitility.await().until(() -> heldBytes() >= WINDOW_BYTES);
        assertThat(lane.unreadBytes()).as("what has no room waits in the lane").isPositive();
        for (int given = 0; events() < SEGMENTS + 1; ) {
            int untilNow = given;
            Awaitility.await().until(() -> batches.size() > untilNow);
            for (; given < batches.size(); given++) {
                vertx.eventBus()
                        .send(Bus.partition(0), new Credit(batches.get(given).costBytes()));
            }
        }

        assertThat(partition.ledger().counters().get(RelayCounter.EVENTS_DROPPED))
                .isZero();
        assertThat(batches).allMatch(batch -> batch.lost().isEmpty());
        assertThat(lane.unreadBytes()).isZero();
    }

    @Test
    void stoppingDoesNotWaitForACredit() throws Exception {
        Awaitility.await().until(() -> heldBytes() >= WINDOW_BYTES);

        await(vertx.undeploy(deployment));

        assertThat(events()).as("open, data, close").isEqualTo(SEGMENTS + 2);
    }

    private int heldBytes() {
        return batches.stream().mapToInt(EventBatch::costBytes).sum();
    }

    private int events() {
        return batches.stream().mapToInt(batch -> batch.events().size()).sum();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
