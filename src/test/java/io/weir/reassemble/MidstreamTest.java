package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations whose beginning was not captured. */
class MidstreamTest {
    private final Conversation conversation = new Conversation(new Probe(), 40_000, 80);

    @Test
    @DisplayName("3.10, R10: without a SYN the first bytes are delivered after a short wait, and marked")
    void withoutASynTheFirstBytesAreDeliveredAfterAShortWaitAndMarked() {
        conversation.client().at(500).data("abc");
        conversation.after(100 * MS);
        conversation.client().at(503).data("def");
        assertThat(conversation.stream().log)
                .containsExactly("open port midstream", "client 0:abc unknown-start", "client 3:def");
        assertThat(conversation.stream().connection.midstream()).isTrue();
    }

    @Test
    @DisplayName("3.23: without a handshake the lower, known port is the server's")
    void withoutAHandshakeTheLowerKnownPortIsTheServers() {
        conversation.server().at(900).data("answer");
        conversation.client().at(500).data("ask");
        conversation.after(100 * MS);
        assertThat(conversation.stream().connection.serverPort()).isEqualTo(80);
        assertThat(conversation.stream().server()).isEqualTo("answer");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().connection.roles()).isEqualTo(Roles.PORT);
    }

    @Test
    void betweenTwoUnknownPortsTheFirstSenderIsTheClient() {
        Conversation unknown = new Conversation(new Probe(), 40_000, 40_001);
        unknown.server().at(900).data("first");
        unknown.client().at(500).data("second");
        unknown.after(100 * MS);
        assertThat(unknown.stream().connection.roles()).isEqualTo(Roles.FIRST);
        assertThat(unknown.stream().connection.clientPort()).isEqualTo(40_001);
        assertThat(unknown.stream().client()).isEqualTo("first");
        assertThat(unknown.stream().server()).isEqualTo("second");
    }

    @Test
    @DisplayName("3.10: data that arrives before its SYN loses nothing")
    void dataThatArrivesBeforeItsSynLosesNothing() {
        conversation.client().startAt(1_000);
        conversation.client().at(1).data("abc");
        conversation.client().syn();
        conversation.server().synAck();
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.stream().connection.midstream()).isFalse();
        assertThat(conversation.stream().log).first().isEqualTo("open handshake");
        assertThat(conversation.count(Anomaly.DATA_BEFORE_SYN)).isEqualTo(1);
    }

    @Test
    @DisplayName("3.10: data out of order while the start is not known is put in order")
    void dataOutOfOrderWhileTheStartIsNotKnownIsPutInOrder() {
        conversation.client().at(503).data("def");
        conversation.client().at(500).data("abc");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.stream().clientHalf().gapBytes()).isZero();
    }

    @Test
    @DisplayName("3.9: a keep-alive at the beginning does not shift the start")
    void aKeepAliveAtTheBeginningDoesNotShiftTheStart() {
        conversation.client().at(499).send(ACK, "");
        conversation.server().at(900).ack(500);
        conversation.client().at(500).data("abc");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.stream().clientHalf().gapBytes()).isZero();
    }

    @Test
    @DisplayName("3.9: a keep-alive with a byte at the beginning does not become data")
    void aKeepAliveWithAByteAtTheBeginningDoesNotBecomeData() {
        conversation.server().at(900).ack(500);
        conversation.client().at(499).send(ACK, "?");
        conversation.client().at(500).data("abc");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abc");
    }

    @Test
    @DisplayName("R7: accept can start a direction at once")
    void acceptCanStartADirectionAtOnce() {
        Probe probe = new Probe(
                AssemblerOptions.defaults(), connection -> new Recording().accepting(Stream.Acceptance.START));
        Conversation forced = new Conversation(probe, 40_000, 80);
        forced.client().at(500).data("abc");
        assertThat(forced.stream().client()).isEqualTo("abc");
        forced.client().at(503).data("def");
        assertThat(forced.stream().client()).isEqualTo("abcdef");
    }

    @Test
    @DisplayName("3.11: a forced start with older data in the queue stops nothing")
    void aForcedStartWithOlderDataInTheQueueStopsNothing() {
        Recording recording = new Recording();
        Conversation forced =
                new Conversation(new Probe(AssemblerOptions.defaults(), connection -> recording), 40_000, 80);
        forced.client().at(500).data("abc");
        recording.accepting(Stream.Acceptance.START);
        forced.client().at(506).data("ghi");
        forced.client().at(509).data("jkl");
        forced.after(6 * SECOND);
        assertThat(recording.client()).endsWith("ghijkl");
        assertThat(forced.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    void theOtherDirectionStartsWhereItIsAcknowledged() {
        conversation.client().at(500).acking(900).data("ask");
        conversation.server().at(903).acking(503).data("wer");
        conversation.server().at(900).acking(503).data("ans");
        conversation.after(100 * MS);
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @Test
    void aSynAckThatWasNotCapturedLeavesOneDirectionToBePickedUp() {
        conversation.client().syn();
        conversation.client().acking(1).ack();
        conversation.server().at(1).data("hello");
        conversation.after(100 * MS);
        assertThat(conversation.stream().server()).isEqualTo("hello");
        assertThat(conversation.stream().connection.midstream()).isFalse();
    }

    @Test
    void aConversationThatIsPickedUpEndsByItsFins() {
        conversation.client().at(500).data("ask");
        conversation.server().at(900).acking(503).data("answer");
        conversation.after(100 * MS);
        conversation.client().at(503).acking(906).fin();
        conversation.server().at(906).acking(504).fin();
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }

    @Test
    void aFinAloneOfAConversationThatWasNeverSeenDeliversNothing() {
        conversation.client().at(500).fin();
        conversation.server().at(900).acking(501).fin();
        conversation.client().at(501).ack(901);
        conversation.probe.end();
        assertThat(conversation.probe.streams).allSatisfy(stream -> assertThat(stream.client() + stream.server())
                .isEmpty());
    }

    @Test
    void theOffsetsOfAPickedUpDirectionBeginAtItsFirstByteEvenAtTheWrap() {
        conversation.client().startAt(0xFFFF_FFF0L);
        conversation.client().at(14).data("abc");
        conversation.client().at(17).data("def");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.stream().clientHalf().nextOffset()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aForcedStartOnAnAcknowledgementDeliversWhatWaitsThere(boolean byTime) {
        Recording recording = new Recording();
        Conversation forced =
                new Conversation(new Probe(AssemblerOptions.defaults(), connection -> recording), 40_000, 80);
        forced.client().at(500).data("abc");
        recording.accepting(Stream.Acceptance.START);
        forced.client().at(500).ack();
        assertThat(recording.client()).isEqualTo("abc");
        if (byTime) {
            forced.after(6 * SECOND);
        }
        forced.client().at(503).data("def");
        forced.probe.end();
        assertThat(recording.client()).isEqualTo("abcdef");
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aForcedStartInsideWhatWaitsDeliversTheRestOfIt() {
        Recording recording = new Recording();
        Conversation forced =
                new Conversation(new Probe(AssemblerOptions.defaults(), connection -> recording), 40_000, 80);
        forced.client().at(500).data("abcdef");
        forced.client().at(506).fin();
        recording.accepting(Stream.Acceptance.START);
        forced.client().at(503).ack();
        assertThat(recording.client()).isEqualTo("def");
        assertThat(recording.ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        forced.probe.end();
        assertThat(recording.clientHalf().refusedBytes()).isEqualTo(3);
    }

    @Test
    @DisplayName("random: of runs that overlap, the last one does not end last")
    void theRunThatReachesFurthestTellsHowMuchWasSent() {
        Conversation overlapping = Conversation.begin();
        overlapping.server().at(1).data("x".repeat(35));
        overlapping.server().at(42).data("x".repeat(10));
        overlapping.server().at(36).data("x".repeat(20));
        overlapping.client().at(1).acking(56).ack();
        overlapping.after(100 * MS);
        assertThat(overlapping.stream().serverHalf().sentTo).isEqualTo(55);
        assertThat(overlapping.stream().server()).isEqualTo("x".repeat(55));
    }
}
