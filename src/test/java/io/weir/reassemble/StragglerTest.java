package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What was sent before a reset and comes after the next SYN between the same ports. Hosts number the bytes of the two
 * connections by one clock, so that the places of the first one's lie among the second one's.
 */
class StragglerTest {
    private final Conversation conversation = Conversation.open();

    private Recording fresh() {
        assertThat(conversation.probe.streams).hasSize(2);
        return conversation.probe.streams.get(1);
    }

    /** The client has reset, and asks anew; the server's numbers and the client's move on by a little. */
    private void resetAndSynAgain() {
        conversation.server().data("x".repeat(2_000));
        conversation.client().acking(1_001).rst();
        conversation.numbers(60_000, 5_000_500);
        conversation.client().syn();
    }

    /** The old server's bytes from {@code number} of the new one's on; it has heard nothing of the client's second SYN. */
    private void straggler(long number) {
        conversation.server().at(number).ackingOnce(-58_000).data("s".repeat(50));
    }

    private void answer() {
        conversation.server().at(0).acking(1).synAck();
        conversation.client().ack(1).data("ask");
        conversation.server().at(1).acking(4).data("n".repeat(600));
    }

    private void expectOnlyTheAnswer() {
        assertThat(fresh().client()).isEqualTo("ask");
        assertThat(fresh().server()).isEqualTo("n".repeat(600));
        assertThat(fresh().ending).isNull();
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    @DisplayName(
            "soak: all that was on its way when the client reset is none of the next connection's, however much it is")
    void aWindowOfStragglersBeforeTheSynAckIsRefused() {
        resetAndSynAgain();
        for (int segment = 0; segment < 40; segment++) {
            straggler(1 + 50L * segment);
        }
        answer();
        expectOnlyTheAnswer();
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_BEFORE_START)).isEqualTo(40);
        assertThat(fresh().serverHalf().refusedBytes()).isEqualTo(2_000);
    }

    @Test
    @DisplayName(
            "soak: a server that has missed the reset acknowledges and sends again until its client answers the SYN")
    void aServerThatHasMissedTheResetGoesOnInVain() {
        resetAndSynAgain();
        conversation.server().at(1_501).ackingOnce(-58_000).ack();
        conversation.client().at(-58_000).rst();
        conversation.after(200 * MS);
        straggler(1_451);
        conversation.client().at(-58_000).rst();
        conversation.after(SECOND);
        conversation.client().at(0).syn();
        answer();
        expectOnlyTheAnswer();
    }

    @Test
    void whatAcknowledgesMoreThanTheClientHasSentBeforeTheSynAckIsDiscardedByIt() {
        resetAndSynAgain();
        for (int segment = 0; segment < 3; segment++) {
            conversation.server().at(1 + 50L * segment).ackingOnce(70_000).data("s".repeat(50));
        }
        answer();
        expectOnlyTheAnswer();
        assertThat(fresh().serverHalf().refusedBytes()).isEqualTo(150);
    }

    @Test
    @DisplayName(
            "soak: a second after the SYN, which has got lost with its answer, stragglers are still none of its stream's")
    void stragglersWaitForTheAnswerToASecondSyn() {
        for (int segments : new int[] {1, 12}) {
            Conversation lost = Conversation.begin();
            lost.client().syn();
            for (int segment = 0; segment < segments; segment++) {
                lost.server().at(501 + 50L * segment).ackingOnce(3_000).data("s".repeat(50));
                lost.client().at(3_000).rst();
            }
            lost.after(SECOND);
            lost.client().at(0).syn();
            lost.server().at(0).acking(1).synAck();
            lost.client().at(1).ack(1).at(1).data("ask");
            lost.server().at(1).acking(4).data("answer");
            assertThat(lost.stream().client()).isEqualTo("ask");
            assertThat(lost.stream().server()).isEqualTo("answer");
            assertThat(lost.stream().serverHalf().refusedBytes()).isEqualTo(50L * segments);
            assertThat(lost.count(Anomaly.ACKNOWLEDGES_UNSENT)).isPositive();
        }
    }

    @Test
    @DisplayName(
            "soak: a server whose last connection waits for its end answers for that one; the client's reset is meant for it")
    void aSynThatMeetsTheEndOfTheLastConnectionIsSentAgainAfterAReset() {
        for (long straggler : new long[] {4_521, 8_331}) {
            expectTheSecondSynToBeAnswered(straggler);
        }
    }

    private static void expectTheSecondSynToBeAnswered(long straggler) {
        Conversation again = Conversation.begin();
        again.client().syn();
        again.server().at(500).ackingOnce(8_331).ack();
        again.client().at(straggler).ackingOnce(-20_000).ack();
        again.client().at(8_331).rst();
        again.after(10 * MS);
        again.client().at(0).syn();
        again.server().at(0).acking(1).synAck();
        again.client().at(1).ack(1).at(1).data("ask");
        again.server().at(1).acking(4).data("answer");
        assertThat(again.probe.streams).hasSize(1);
        assertThat(again.stream().client()).isEqualTo("ask");
        assertThat(again.stream().server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("soak: what a server acknowledges of the last connection makes no gap in the next one")
    void anAcknowledgementBeforeTheSynAckMakesNoGap() {
        Conversation again = Conversation.begin();
        again.client().syn();
        again.client().at(8_331).ackingOnce(500).ack();
        again.server().at(500).ackingOnce(8_331).ack();
        again.after(SECOND);
        again.client().at(0).syn();
        again.server().at(0).acking(1).synAck();
        again.client().at(1).ack(1).at(1).data("ask");
        assertThat(again.stream().client()).isEqualTo("ask");
        assertThat(again.stream().clientHalf().duplicateBytes()).isZero();
    }

    @Test
    void whatAServerAcknowledgesCountsOnceItIsHeard() {
        Conversation gappy = Conversation.begin();
        gappy.client().syn();
        gappy.client().at(4).ack(1).at(4).data("def");
        gappy.server().at(1).ack(7);
        gappy.after(SECOND);
        assertThat(gappy.stream().client()).isEmpty();
        gappy.server().at(1).acking(7).data("answer");
        gappy.client().at(7).ack(7);
        gappy.server().ack(7);
        gappy.after(SECOND);
        assertThat(gappy.stream().client()).isEqualTo("[3 not-captured]def");
    }

    @Test
    void whatASilentServerAcknowledgesCountsOnceItsClientHasGoneOnFromTheSyn() {
        Conversation upload = Conversation.begin();
        upload.client().syn();
        upload.client().ack(1).data("abc");
        upload.client().at(7).data("ghi");
        upload.server().at(1).ack(10);
        upload.after(100 * MS);
        assertThat(upload.stream().client()).isEqualTo("abc[3 not-captured]ghi");
    }

    @Test
    @DisplayName("RFC 9293 section 3.10.7.3: who has only sent its SYN takes no reset without an acknowledgement")
    void aResetOfALateServerDoesNotRefuseTheSyn() {
        Conversation opening = Conversation.begin();
        opening.client().syn();
        opening.client().at(1).ackingOnce(9_000).ack();
        opening.server().at(9_000).rst();
        opening.server().at(0).acking(1).synAck();
        opening.client().at(1).ack(1).at(1).data("ask");
        opening.server().at(1).acking(4).data("answer");
        assertThat(opening.probe.streams).hasSize(1);
        assertThat(opening.stream().client()).isEqualTo("ask");
        assertThat(opening.stream().server()).isEqualTo("answer");
    }

    @Test
    void whereTheClientIsNotHeardAgainTheServersBytesAreBelievedLater() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.server().at(1).acking(3_000).data("one ").data("two");
        oneSided.after(2 * SECOND);
        assertThat(oneSided.stream().server()).isEmpty();
        oneSided.after(2 * SECOND);
        assertThat(oneSided.stream().server()).isEqualTo("one two");
        oneSided.server().data(" three");
        assertThat(oneSided.stream().server()).isEqualTo("one two three");
    }

    @Test
    void whereTheClientAcknowledgesThemTheServersBytesAreBelievedAtOnce() {
        Conversation gappy = Conversation.begin();
        gappy.client().syn();
        gappy.server().at(1).acking(3_000).data("answer");
        gappy.client().at(3_000).ack(7);
        assertThat(gappy.stream().server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("what was believed although it came before the SYN's answer is another stream than what that begins")
    void stragglersThatWerePickedUpAsTheServersBytesEndWithTheSynAck() {
        resetAndSynAgain();
        for (int segment = 2; segment < 6; segment++) {
            conversation.server().at(1 + 50L * segment).ackingOnce(70_000).data("s".repeat(50));
        }
        conversation.after(4 * SECOND);
        answer();
        assertThat(conversation.probe.streams).hasSize(3);
        assertThat(conversation.probe.streams.get(1).server()).isEqualTo("s".repeat(200));
        assertThat(conversation.probe.streams.get(1).ending).isEqualTo(Ending.REUSED);
        assertThat(conversation.newest().client()).isEqualTo("ask");
        assertThat(conversation.newest().server()).isEqualTo("n".repeat(600));
    }

    @Test
    @DisplayName("random: both sides' stragglers fit each other, and are none of the connection's that the SYN opens")
    void stragglersOfBothSidesAfterTheSynAreNoPartOfItsConnection() {
        for (long above : new long[] {8_331, 400_000_000}) {
            Conversation again = Conversation.begin();
            again.client().syn();
            for (int segment = 0; segment < 20; segment++) {
                again.client().at(above).ackingOnce(500).ack();
            }
            again.server().at(500).ackingOnce(above).data("stale");
            again.server().at(0).acking(1).synAck();
            again.client().at(1).ack(1).at(1).data("ask");
            again.server().at(1).acking(4).data("answer");
            assertThat(again.newest().client()).isEqualTo("ask");
            assertThat(again.newest().server()).isEqualTo("answer");
            // those from too far away say nothing, and the others are a stream of their own
            assertThat(again.probe.streams).hasSize(above == 8_331 ? 2 : 1);
        }
    }

    @Test
    void stragglersOfAConnectionThatNobodyRemembersAreAnotherStreamThanTheNextSyns() {
        for (long waitNs : new long[] {0, 100 * MS, SECOND}) {
            Conversation unknown = Conversation.begin();
            unknown.server().at(1).ackingOnce(-500).data("old ");
            unknown.after(waitNs);
            unknown.client().syn();
            unknown.server().at(5).ackingOnce(-500).data("bytes");
            unknown.server().at(0).acking(1).synAck();
            unknown.client().ack(1).data("ask");
            unknown.server().at(1).acking(4).data("answer");
            assertThat(unknown.probe.streams).hasSize(2);
            assertThat(unknown.newest().client()).isEqualTo("ask");
            assertThat(unknown.newest().server()).isEqualTo("answer");
        }
    }

    @Test
    @DisplayName("a copy from before the reset that comes after the new SYN is no part of the new connection")
    void dataThatAcknowledgesLessThanTheNewSynIsOfTheOldConnection() {
        conversation.client().data("old");
        conversation.client().rst();
        conversation.numbers(700_000, 900_000);
        conversation.client().syn();
        conversation.server().at(4).ackingOnce(-500).data("stale");
        conversation.server().synAck();
        conversation.client().ack(1);
        conversation.server().at(5).ackingOnce(-500).data("stale");
        conversation.server().at(1).acking(1).data("begins anew");
        assertThat(fresh().server()).isEqualTo("begins anew");
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_BEFORE_START)).isEqualTo(2);
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
    }

    @Test
    @DisplayName(
            "soak: an acknowledgement from before the reset that comes after the new SYN acknowledges none of its bytes")
    void anAcknowledgementFromBeforeTheNewSynSaysNothing() {
        conversation.client().data("old");
        conversation.client().rst();
        conversation.numbers(700_000, 4_990_000);
        conversation.client().syn();
        conversation.server().synAck();
        conversation.client().at(-690_000).ackingOnce(9_000).ack();
        // what a server's kernel answers to that, and its client takes no notice of
        conversation.server().at(9_000).rst();
        conversation.client().ack(1).data("ask");
        conversation.server().at(1).data("answer");
        assertThat(fresh().client()).isEqualTo("ask");
        assertThat(fresh().server()).isEqualTo("answer");
        assertThat(fresh().ending).isNull();
        assertThat(conversation.count(Anomaly.BEFORE_START)).isEqualTo(1);
    }

    @Test
    void aKeepAliveProbeBeforeTheFirstByteStillAcknowledges() {
        conversation.server().data("greeting");
        conversation.client().at(0).ack(9);
        assertThat(conversation.stream().connection.half(FlowDirection.SERVER_TO_CLIENT).acked)
                .isEqualTo(8);
        assertThat(conversation.count(Anomaly.BEFORE_START)).isZero();
    }

    @Test
    @DisplayName(
            "a SYN that nobody answers, perhaps a forged one, silences the other side only until it has had its time")
    void whoGoesOnWithoutRegardToASynIsBelievedInTheEnd() {
        Conversation midst = Conversation.begin();
        midst.client().syn();
        midst.server().at(1).acking(-500);
        for (int second = 0; second < 20; second++) {
            midst.server().data("four");
            if (second % 4 == 0) {
                midst.client().at(0).syn();
            }
            midst.after(SECOND);
        }
        midst.probe.end();
        assertThat(midst.probe.streams.get(0).server()).isEmpty();
        assertThat(midst.newest().server()).isEqualTo("four".repeat(10));
    }
}
