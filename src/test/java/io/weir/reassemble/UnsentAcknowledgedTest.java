package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Linux drops a segment that acknowledges what was never sent, whatever else it says; the capture may only have missed it. */
class UnsentAcknowledgedTest {
    private final Conversation conversation = Conversation.open();

    @Test
    @DisplayName("evasion: a FIN that acknowledges what was never sent ends nothing")
    void aFinThatAcknowledgesWhatWasNeverSentEndsNothing() {
        conversation.client().at(1).ackingOnce(100_000).fin();
        conversation.client().at(1).data("good");
        conversation.server().ack(5);
        conversation.client().at(5).data(" end");
        assertThat(conversation.stream().client()).isEqualTo("good end");
        assertThat(conversation.count(Anomaly.DATA_AFTER_FIN)).isZero();
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_UNSENT)).isEqualTo(1);
    }

    @Test
    void aFinThatAcknowledgesWhatOnlyTheCaptureMissedEndsItsDirectionOnceItIsAnswered() {
        conversation.client().data("ask");
        conversation.client().acking(501).fin();
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isFalse();
        conversation.server().at(501).acking(5).fin();
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        conversation.after(100 * MS);
        assertThat(conversation.stream().server()).isEqualTo("[500 not-captured]");
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }

    @Test
    void anAnswerToTheBytesBeforeAHeldFinIsNoneToTheFin() {
        conversation.client().ackingOnce(501).with(Segment.FIN).data("EVIL");
        conversation.client().at(1).data("good");
        conversation.server().ack(5);
        conversation.client().at(5).data(" end");
        assertThat(conversation.stream().client()).isEqualTo("good end");
    }

    @Test
    @DisplayName("evasion: a retransmission that acknowledges what was never sent brings no new bytes")
    void aRetransmissionThatAcknowledgesWhatWasNeverSentBringsNoNewBytes() {
        conversation.client().at(1).data("abc");
        conversation.client().at(1).ackingOnce(501).data("abcEVIL");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        conversation.client().at(4).data("good");
        conversation.server().ack(8);
        assertThat(conversation.stream().client()).isEqualTo("abcgood");
    }

    @Test
    @DisplayName("evasion: what is held is not confirmed by the other side's next bytes")
    void whatIsHeldIsNotConfirmedByTheOtherSidesNextBytes() {
        conversation.client().at(1).ackingOnce(4).data("EVIL");
        conversation.server().data("abcdef");
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    @DisplayName("evasion: the timestamp of a segment that acknowledges what was never sent makes no other stale")
    void theTimestampOfASegmentThatAcknowledgesWhatWasNeverSentMakesNoOtherStale() {
        for (String payload : new String[] {"", "EVIL"}) {
            Conversation stamped = Conversation.begin();
            stamped.client().timestamps(1_000, 0).syn();
            stamped.server().timestamps(70_000, 1_000).synAck();
            stamped.client().timestamps(1_001, 70_000).ack(1);
            stamped.client()
                    .timestamps(1_000 + (1 << 30), 70_000)
                    .ackingOnce(100_000)
                    .send(Segment.ACK, payload);
            stamped.client().timestamps(1_002, 70_000).at(1).data("good");
            assertThat(stamped.stream().client()).isEqualTo("good");
            assertThat(stamped.count(Anomaly.STALE_TIMESTAMP)).isZero();
        }
    }

    @Test
    @DisplayName("evasion: an acknowledgement of what was never sent confirms no segment with a wrong checksum")
    void anAcknowledgementOfWhatWasNeverSentConfirmsNoSegmentWithAWrongChecksum() {
        conversation.server().ackingOnce(100_000).ack();
        conversation.client().at(1).checksum(Checksum.WRONG).data("EVIL");
        assertThat(conversation.stream().client()).isEmpty();
        conversation.server().ackingOnce(100_000).ack();
        conversation.server().ackingOnce(1).ack();
        assertThat(conversation.stream().client()).isEmpty();
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().clientHalf().ackedTo()).isZero();
    }

    @Test
    @DisplayName("evasion: a real acknowledgement refutes one that ran ahead, and a reset at its number is not obeyed")
    void aRealAcknowledgementRefutesOneThatRanAhead() {
        conversation.client().data("AAAA");
        conversation.server().ackingOnce(1_001).ack();
        conversation.server().ackingOnce(5).ack();
        conversation.client().at(1_001).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().ending).isNull();
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(4);
    }

    @Test
    @DisplayName("evasion: an acknowledgement beyond every window is nobody's, nor is a reset at its number")
    void anAcknowledgementBeyondEveryWindowIsNobodys() {
        conversation.client().data("AAAA");
        conversation.server().ackingOnce(50_000_001).ack();
        conversation.client().at(50_000_001).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().ending).isNull();
        assertThat(conversation.stream().clientHalf().ackedTo()).isLessThanOrEqualTo(4);
    }

    @Test
    void anAcknowledgementThatRanAheadCountsWhenTheBytesAreSeen() {
        conversation.server().ack(9);
        assertThat(conversation.stream().clientHalf().ackedTo()).isZero();
        conversation.client().at(5).data("EFGH");
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(8);
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("[4 not-captured]EFGH");
    }

    @Test
    @DisplayName("evasion: an empty segment far beyond the window moves nothing")
    void anEmptySegmentFarBeyondTheWindowMovesNothing() {
        conversation.client().at(60_000_001).ack();
        conversation.server().ackingOnce(50_000_001).ack();
        conversation.client().at(1).checksum(Checksum.WRONG).data("EVIL");
        conversation.client().at(1).data("good");
        conversation.server().ack(5);
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(4);
    }

    @Test
    void anAcknowledgementThatIsOlderThanTwoGibibytesAcknowledgesNothingNew() {
        LeanProbe probe = new LeanProbe(Options.with("historyBytes", 0));
        while (probe.nextOffset() <= 1L << 31) {
            probe.inOrder(1 << 16);
        }
        probe.inOrder(1 << 16);
        assertThat(probe.ackedTo()).isZero();
    }

    private Conversation held(String payload) {
        conversation.client().at(1).ackingOnce(100_000).data(payload);
        return conversation;
    }

    @Test
    @DisplayName("evasion: bytes that a receiver left unanswered while it spoke were not taken")
    void bytesThatAReceiverLeftUnansweredWhileItSpokeWereNotTaken() {
        held("EVIL").after(500 * MS);
        conversation.server().ackingOnce(1).data("banner");
        conversation.after(2 * SECOND);
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    @DisplayName("evasion: bytes that a receiver left unanswered were not taken, although it said nothing since")
    void bytesThatAReceiverLeftUnansweredWereNotTakenAlthoughItSaidNothingSince() {
        held("EVIL").after(2 * SECOND);
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("evasion: bytes that a receiver left unanswered do not end the stream")
    void bytesThatAReceiverLeftUnansweredDoNotEndTheStream() {
        held("EVIL");
        conversation.client().at(1).rst();
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.stream().client()).isEmpty();
    }

    @Test
    @DisplayName("evasion: a probe into a closed window that is never acknowledged is no data")
    void aProbeIntoAClosedWindowThatIsNeverAcknowledgedIsNoData() {
        Conversation full = Conversation.begin();
        full.server().window(3);
        full.handshake();
        full.client().at(1).data("abc");
        full.server().window(0).ack(4);
        full.client().at(4).data("?");
        full.server().window(0).ack(4);
        full.after(2 * SECOND);
        full.server().window(1_000).ack(4);
        full.client().at(4).data("def");
        assertThat(full.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void whereTheReceiverIsNoLongerCapturedItsSenderIsBelieved() {
        conversation.client().acking(100_001);
        for (int index = 0; index < 40; index++) {
            conversation.client().data("x");
            conversation.after(2 * SECOND);
        }
        assertThat(conversation.stream().client()).isEqualTo("x".repeat(40));
    }

    @Test
    void bytesThatTheirReceiverHadNoTimeToAnswerAreDeliveredWhenTheCaptureEnds() {
        conversation.client().acking(501).data("ask");
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("ask");
    }

    @Test
    void theFirstBytesOfADirectionThatIsPickedUpAreKnownToBeSent() {
        Conversation pickedUp = Conversation.begin();
        pickedUp.client().syn();
        pickedUp.client().ack(1);
        pickedUp.server().at(1).data("hello");
        pickedUp.client().acking(6).data("ask");
        assertThat(pickedUp.count(Anomaly.ACKNOWLEDGES_UNSENT)).isZero();
        assertThat(pickedUp.stream().client()).isEqualTo("ask");
    }
}
