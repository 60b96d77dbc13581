package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.reassemble.Ending;
import io.weir.relay.StreamEvent.Data;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Defects of ours in the midst of a partition's work. */
@Timeout(60)
class PartitionFailureTest extends DeployedPartition {
    @Test
    void aDefectIsReportedWithItsCountAndThePartitionGoesOn() {
        subscribe(0);
        nameFailure = new IllegalStateException("no such interface");
        for (int port = 40_000; port < 40_035; port++) {
            conversation(port).handshake();
        }
        lane.flush();
        Awaitility.await().until(() -> counter(RelayCounter.FAILURES) >= 35 && reported.size() >= 2);
        nameFailure = null;
        conversation(50_000).handshake().fromClient("still here");
        lane.flush();

        Awaitility.await().until(() -> events().stream().anyMatch(event -> event instanceof Data));
        assertThat(partition.ledger().failures().observations()).hasSize(1);
        assertThat(reported).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.partition()).isEqualTo(INDEX);
            assertThat(failure.where()).isEqualTo("assembling a segment");
            assertThat(failure.cause()).hasMessage("no such interface");
        });
        assertThat(reported).extracting(PartitionFailure::count).containsExactly(1L, 10L);
    }

    @Test
    void anErrorDoesNotEndThePartition() {
        subscribe(0);
        nameFailure = new NoClassDefFoundError("of a class that is needed seldom");
        conversation(40_000).handshake();
        lane.flush();
        Awaitility.await().until(() -> counter(RelayCounter.FAILURES) > 0);
        nameFailure = null;

        assertThatConversationsComeThrough();
        assertThat(reported.get(0).cause()).isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void thePartitionGoesOnEvenIfADefectCannotBeReported() {
        subscribe(0);
        nameFailure = new StackOverflowError("too deep");
        reportingFails = true;
        conversation(40_000).handshake();
        lane.flush();
        Awaitility.await().until(() -> counter(RelayCounter.FAILURES) > 0);
        nameFailure = null;

        assertThatConversationsComeThrough();
    }

    @Test
    void anErrorWhileStreamsAreClosedDoesNotKeepThePartitionFromStopping() {
        subscribe(0);
        conversation(40_000).handshake();
        lane.flush();
        Awaitility.await().until(() -> partition.ledger().openStreams() == 1);
        nameFailure = new StackOverflowError("too deep");
        conversation(40_001).handshake();
        lane.flush();

        await(vertx.undeploy(deployment));

        assertThat(lane.unreadBytes()).isZero();
        assertThat(partition.ledger().openStreams()).isZero();
    }

    @Test
    void streamsThatFailWhenAllAreClosedAreCountedAndTheOthersClose() {
        subscribe(0);
        for (int port = 40_000; port < 40_003; port++) {
            conversation(port).handshake();
        }
        // picked up in their midst: where they begin is settled when they close, and only then are they opened
        for (int port = 50_000; port < 50_003; port++) {
            conversation(port).fromClient("who is this?");
        }
        lane.flush();
        Awaitility.await().until(() -> partition.ledger().openStreams() == 3 && lane.unreadBytes() == 0);
        nameFailure = new IllegalStateException("no such interface");

        await(vertx.undeploy(deployment));

        assertThat(types()).containsExactly("Open", "Open", "Open", "Close", "Close", "Close");
        assertThat(partition.ledger().closed().get(Ending.STOPPED)).isEqualTo(3);
        assertThat(reported).extracting(PartitionFailure::where).containsOnly("closing all streams");
    }

    private void assertThatConversationsComeThrough() {
        conversation(50_000).handshake().fromClient("still here");
        lane.flush();
        Awaitility.await().until(() -> events().stream().anyMatch(event -> event instanceof Data));
    }
}
