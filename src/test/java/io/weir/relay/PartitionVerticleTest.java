package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.reassemble.Ending;
import io.weir.relay.Bus.Content;
import io.weir.relay.Bus.Credit;
import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.GetContent;
import io.weir.relay.Bus.GetStream;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Lost;
import io.weir.relay.Bus.Streams;
import io.weir.relay.Bus.Subscribe;
import io.weir.relay.Bus.Subscribed;
import io.weir.relay.Bus.Unsubscribe;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PartitionVerticleTest extends DeployedPartition {
    @Test
    void whatGoesIntoTheLaneComesOutAsEvents() {
        subscribe(0);
        conversation(40_000).handshake().fromClient("GET /").fins();
        lane.flush();

        awaitEvents(3);
        assertThat(types()).containsExactly("Open", "Data", "Close");
        assertThat(batches).allMatch(batch -> batch.partition() == INDEX);
        assertThat(StreamIds.partition(events().get(0).stream(), 4)).isEqualTo(INDEX);
    }

    @Test
    void timeInTheLaneLetsStreamsGoIdle() {
        subscribe(0);
        conversation(40_000).handshake();
        lane.offerTime(Conversation.START_NS + TimeUnit.HOURS.toNanos(1));
        lane.flush();

        awaitEvents(2);
        assertThat(((Close) events().get(1)).reason()).isEqualTo(Ending.IDLE);
    }

    @Test
    void manyConversationsComeThroughSliceBySlice() {
        subscribe(0);
        for (int port = 1_024; port < 3_024; port++) {
            conversation(port)
                    .handshake()
                    .fromClient("GET /")
                    .fromServer("200 OK")
                    .fins();
            lane.flush();
        }

        Awaitility.await().until(() -> events().size() + lost() == 8_000);
        assertThat(lane.unreadBytes()).isZero();
        assertThat(counter(RelayCounter.EVENTS_OFFERED)).isEqualTo(8_000);
        assertThat(counter(RelayCounter.EVENTS_SENT)).isEqualTo(events().size());
        assertThat(counter(RelayCounter.EVENTS_DROPPED)).isEqualTo(lost());
        assertThat(partition.ledger().openStreams()).isZero();
    }

    @Test
    void aConsumerThatHoldsTheWindowLosesEventsAndIsToldHowMany() {
        subscribe(0);
        givesCredit = false;
        Conversation conversation = conversation(40_000).handshake();
        for (int count = 0; count < 1_000; count++) {
            conversation.fromClient("x".repeat(1_000));
        }
        lane.flush();
        Awaitility.await().until(() -> counter(RelayCounter.EVENTS_OFFERED) == 1_001);
        int held = batches.stream().mapToInt(EventBatch::costBytes).sum();
        assertThat(held).isBetween(WINDOW_BYTES - 2_000, WINDOW_BYTES);
        long dropped = counter(RelayCounter.EVENTS_DROPPED);
        assertThat(dropped).isPositive();

        givesCredit = true;
        vertx.eventBus().send(Bus.partition(INDEX), new Credit(held));

        Awaitility.await().until(() -> lost() > 0);
        EventBatch last = batches.get(batches.size() - 1);
        assertThat(last.lost()).containsExactly(new Lost(0, dropped, 1_000 * dropped));
        conversation.fromClient("last");
        lane.flush();
        Awaitility.await().until(() -> events().stream()
                .anyMatch(event -> event instanceof Data data && data.offset() == 1_000_000));
    }

    @Test
    void aPartitionOfReplaysWaitsForItsConsumerAndLosesNothing() {
        await(vertx.undeploy(deployment));
        deploy(RelayOptions.onDemand(1 << 20, 100).asReplay());
        subscribe(0);
        givesCredit = false;
        Conversation conversation = conversation(40_000).handshake();
        for (int count = 0; count < 4_000; count++) {
            conversation.fromClient("x".repeat(1_000));
        }
        lane.flush();
        Awaitility.await().until(() -> heldBytes() >= WINDOW_BYTES / 2);
        Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> lane.unreadBytes() > 0);
        assertThat(counter(RelayCounter.EVENTS_OFFERED)).isLessThan(1_000);

        givesCredit = true;
        vertx.eventBus().send(Bus.partition(INDEX), new Credit(heldBytes()));

        awaitEvents(4_001);
        assertThat(counter(RelayCounter.EVENTS_DROPPED)).isZero();
        assertThat(lost()).isZero();
    }

    private int heldBytes() {
        return batches.stream().mapToInt(EventBatch::costBytes).sum();
    }

    @Test
    void queriesAreAnswered() {
        conversation(40_000).handshake().fromClient("GET /").fins();
        conversation(40_001).handshake();
        lane.flush();
        Awaitility.await().until(() -> partition.ledger().openStreams() == 1);

        Streams streams = ask(new ListStreams(FlowFilter.ALL, ListStreams.State.ALL, true, null, 4_000));
        assertThat(streams.streams()).hasSize(2);
        StreamSummary closed = streams.streams().get(1);
        String id = closed.open().stream();
        assertThat(this.<StreamSummary>ask(new GetStream(id))).isEqualTo(closed);
        Content content = ask(new GetContent(id, "client"));
        assertThat(new String(content.pieces().get(0).bytes())).isEqualTo("GET /");
        Subscribed subscribed = ask(new Subscribe(0, FlowFilter.ALL, true, -1, id));
        assertThat(subscribed.beginning()).hasSize(3);
        assertThatThrownBy(() -> ask(new GetStream("nonsense"))).hasMessageContaining("no stream 'nonsense'");
        assertThatThrownBy(() -> ask(new Subscribe(64, FlowFilter.ALL, true, -1, null)))
                .hasMessageContaining("slot is 64, allowed is 0 to 63");
    }

    @Test
    void whoUnsubscribedGetsNothing() {
        subscribe(0);
        vertx.eventBus().send(Bus.partition(INDEX), new Unsubscribe(0));
        subscribe(1);
        conversation(40_000).handshake().fins();
        lane.flush();

        awaitEvents(2);
        assertThat(batches.stream().flatMap(batch -> batch.events().stream()))
                .allMatch(selected -> selected.subscribers() == 2);
    }

    @Test
    void stoppingEmptiesTheLaneAndClosesEveryStream() {
        subscribe(0);
        for (int port = 1_024; port < 4_024; port++) {
            conversation(port).handshake().fromClient("GET /");
            lane.flush();
        }
        Awaitility.await().until(() -> partition.ledger().openStreams() > 2_000);
        Streams listed = ask(new ListStreams(FlowFilter.ALL, ListStreams.State.ALL, true, null, 4_000));
        assertThat(listed.streams().size()).isBetween(2_001, 3_000);

        await(vertx.undeploy(deployment));

        assertThat(partition.ledger().openStreams()).isZero();
        assertThat(partition.ledger().closed().get(Ending.STOPPED)).isEqualTo(3_000);
        assertThat(events().size() + lost()).isEqualTo(9_000);
        assertThat(types().stream().filter("Close"::equals))
                .as("the last events are not dropped")
                .hasSize(3_000);
    }

    @Test
    void stoppingDoesNotWaitForADeadConsumerForEver() {
        subscribe(0);
        givesCredit = false;
        conversation(40_000).handshake();
        lane.flush();

        await(vertx.undeploy(deployment));

        assertThat(types()).endsWith("Close");
    }
}
