package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.SYN;
import static io.weir.reassemble.Options.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A SYN tells the same when it is captured late, and one that is not the connection's own tells nothing. */
class LateSynTest {
    private final Conversation conversation = Conversation.begin();

    /** The server has announced 10 000 bytes, which its scale of 7 makes 1 280 000 if both sides scale. */
    private void expectNoScale(long serverAcknowledges) {
        conversation.server().window(10_000).ack(serverAcknowledges);
        conversation.client().at(300_001).data("EVIL");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
    }

    @Test
    void aSynThatIsCapturedAfterItsAnswerTellsThatNoWindowIsScaled() {
        conversation.server().windowScale(7).synAck();
        conversation.client().syn();
        expectNoScale(1);
    }

    @Test
    void aSynWithDataThatIsCapturedAfterItsAnswerTellsThatNoWindowIsScaled() {
        conversation.server().windowScale(7).acking(4).synAck();
        conversation.client().at(0).send(SYN, "one");
        expectNoScale(4);
        conversation.server().ack(4);
        assertThat(conversation.stream().client()).isEqualTo("one");
    }

    @Test
    void aSynAckThatIsCapturedAfterTheServersFirstBytesTellsThatNoWindowIsScaled() {
        conversation.client().syn();
        conversation.client().ack(1);
        conversation.server().window(10).at(1).data("hello");
        conversation.server().at(0).windowScale(7).synAck();
        expectNoScale(1);
        assertThat(conversation.stream().server()).isEqualTo("hello");
    }

    @Test
    void aSynThatIsCapturedAfterItsAnswerTellsTheScale() {
        conversation.server().window(1_000).windowScale(7).synAck();
        conversation.client().windowScale(2).syn();
        conversation.server().window(10_000).ack(1);
        conversation.client().at(1_280_001).data("late");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isZero();
        conversation.client().at(1_280_002).data("EVIL");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
    }

    @Test
    void aSynThatIsCapturedAfterItsAnswerTellsTheTimestamp() {
        conversation.server().timestamps(70_000, 2_000).synAck();
        conversation.client().timestamps(2_000, 0).syn();
        conversation.client().timestamps(1_500, 70_000).at(1).data("EVIL");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: what a receiver of jumbo frames takes in one piece may still have a wrong checksum")
    void theSynTellsHowLargeASegmentMayBe() {
        conversation.client().maximumSegmentSize(8_960).syn();
        conversation.server().maximumSegmentSize(8_960).synAck();
        conversation.client().ack(1);
        conversation.client().checksum(Checksum.PARTIAL).data("E".repeat(8_960));
        assertThat(conversation.stream().client()).isEmpty();
        conversation.client().at(1).checksum(Checksum.PARTIAL).data("x".repeat(8_961));
        assertThat(conversation.stream().client()).isEqualTo("x".repeat(8_961));
    }

    @Test
    @DisplayName("RFC 7323: a scale of 14 is the largest that is no anomaly")
    void aScaleOf14IsTheLargestThatIsNoAnomaly() {
        conversation.client().windowScale(14).syn();
        conversation.server().windowScale(14).synAck();
        assertThat(conversation.count(Anomaly.WINDOW_SCALE_TOO_LARGE)).isZero();
        Conversation larger = Conversation.begin();
        larger.client().windowScale(15).syn();
        larger.server().windowScale(14).synAck();
        assertThat(larger.stream().anomalies).containsExactly(Anomaly.WINDOW_SCALE_TOO_LARGE);
        assertThat(larger.count(Anomaly.WINDOW_SCALE_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void whatWasCapturedBeforeTheSynIsDeliveredWithIt() {
        conversation.client().at(1).data("ask");
        conversation.client().syn();
        assertThat(conversation.stream().client()).isEqualTo("ask");
    }

    @Test
    @DisplayName("evasion: data in a SYN inside an open connection is no data, acknowledged or not")
    void dataInASynInsideAnOpenConnectionIsNoData() {
        conversation.handshake();
        conversation.client().at(100).send(SYN, "EVIL");
        conversation.server().ack(105);
        conversation.after(100 * MS);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
        assertThat(conversation.count(Anomaly.SYN_DATA)).isZero();
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).doesNotContain("EVIL");
    }

    @Test
    void anotherSynBeforeAnyAnswerToTheFirstIsAmbiguousAndOneInsideIsNot() {
        conversation.client().syn();
        conversation.server().at(0).send(ACK, "");
        conversation.client().syn(9_000);
        assertThat(conversation.count(Anomaly.SYN_AMBIGUOUS)).isEqualTo(1);
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isZero();
        Conversation talking = Conversation.begin();
        talking.client().syn();
        talking.server().at(0).send(ACK, "");
        talking.client().data("ask");
        talking.client().syn(900_000);
        assertThat(talking.count(Anomaly.SYN_AMBIGUOUS)).isZero();
        assertThat(talking.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
    }

    @Test
    void aSynThatComesAgainWithBytesThatWereDeliveredBringsThemAgain() {
        conversation.client().at(0).send(SYN, "fast");
        conversation.server().acking(5).synAck();
        conversation.client().at(0).send(SYN, "fast");
        assertThat(conversation.stream().client()).isEqualTo("fast");
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().conflictBytes()).isZero();
    }

    @Test
    @DisplayName("evasion: data in a SYN is no data until it is acknowledged, also where the snap length cut all of it")
    void dataInASynOfWhichNothingWasCapturedWaitsForItsAnswer() {
        conversation.client().at(0).cut(4).send(SYN, "EVIL");
        conversation.server().acking(1).synAck();
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        Conversation answered = Conversation.begin();
        answered.client().at(0).cut(4).send(SYN, "fast");
        answered.server().acking(5).synAck();
        answered.client().at(5).data(" open");
        assertThat(answered.stream().client()).isEqualTo("[4 truncated] open");
    }

    @Test
    void dataWithoutAckFlagIsAllThatIsKnownOfAnUnheardConnection() {
        conversation.client().at(1).without(ACK).data("abc");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.NO_ACK_FLAG)).isZero();
    }

    @Test
    @DisplayName("evasion: data without ACK flag is refused as soon as a SYN shows that it was forged")
    void dataWithoutAckFlagIsRefutedByASyn() {
        conversation.client().at(1).without(ACK).data("EVIL");
        conversation.client().syn();
        assertThat(conversation.count(Anomaly.NO_ACK_FLAG)).isEqualTo(1);
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        conversation.server().synAck();
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    @DisplayName("evasion: data without ACK flag is refused where the other side was heard, and behind a SYN")
    void dataWithoutAckFlagIsRefusedWhereMoreIsKnown() {
        conversation.server().at(1).data("banner");
        conversation.client().at(1).without(ACK).data("EVIL");
        assertThat(conversation.count(Anomaly.NO_ACK_FLAG)).isEqualTo(1);
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.client().at(1).without(ACK).data("EVIL");
        assertThat(oneSided.count(Anomaly.NO_ACK_FLAG)).isEqualTo(1);
        assertThat(oneSided.stream().client()).isEmpty();
    }

    @Test
    void aConnectionWhoseSegmentsAreSignedIsPickedUpMidstream() {
        conversation.client().option(Segment.OPTION_SIGNATURE).at(1).data("abc");
        conversation.client().option(Segment.OPTION_SIGNATURE).at(4).data("def");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.SIGNATURE_OPTION)).isZero();
    }
}
