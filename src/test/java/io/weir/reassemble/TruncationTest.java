package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.FIN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments that the snap length cut: their rest is a gap at once, and nothing behind it shifts. */
class TruncationTest {
    private final Conversation conversation = Conversation.open();

    @Test
    @DisplayName("3.37: the rest of a cut segment is a gap of its true length")
    void theRestOfACutSegmentIsAGapOfItsTrueLength() {
        conversation.client().cut(4).data("abcdefgh");
        conversation.client().data("ijk");
        assertThat(conversation.stream().client()).isEqualTo("abcd[4 truncated]ijk");
        assertThat(conversation.stream().clientHalf().gapBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().nextOffset()).isEqualTo(11);
    }

    @Test
    @DisplayName("3.37: a segment that lost all its bytes is a gap")
    void aSegmentThatLostAllItsBytesIsAGap() {
        conversation.client().cut(4).data("abcd");
        conversation.client().data("efg");
        assertThat(conversation.stream().client()).isEqualTo("[4 truncated]efg");
    }

    @Test
    @DisplayName("3.37: a cut segment that waits keeps its place")
    void aCutSegmentThatWaitsKeepsItsPlace() {
        conversation.client().at(4).cut(2).data("defg");
        conversation.client().at(8).data("hij");
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("abcde[2 truncated]hij");
    }

    @Test
    void aCutSegmentWithFinEndsItsDirection() {
        conversation.client().cut(2).send(FIN | ACK, "abcd");
        assertThat(conversation.stream().client()).isEqualTo("ab[2 truncated]");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    void aWholeCopyThatCameEarlierFillsTheRestOfACutOne() {
        conversation.client().at(5).data("efgh");
        conversation.client().at(1).cut(4).data("abcdefgh");
        assertThat(conversation.stream().client()).isEqualTo("abcdefgh");
        assertThat(conversation.stream().clientHalf().gapBytes()).isZero();
    }

    @Test
    void everySegmentOfAStreamMayBeCut() {
        for (int index = 0; index < 50; index++) {
            conversation.client().cut(6).data("0123456789");
        }
        conversation.goodbye();
        assertThat(conversation.stream().clientHalf().bytes()).isEqualTo(200);
        assertThat(conversation.stream().clientHalf().gapBytes()).isEqualTo(300);
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }

    @Test
    void whoAcknowledgesTheRestOfACutSegmentThatBeganADirectionSendsNothingSuspicious() {
        Conversation pickedUp = Conversation.begin();
        pickedUp.server().at(1).cut(4).data("abcdefgh");
        pickedUp.after(60 * Options.MS);
        assertThat(pickedUp.stream().server()).isEqualTo("abcd[4 truncated]");

        pickedUp.client().at(1).acking(9).data("next");
        pickedUp.after(60 * Options.MS);

        assertThat(pickedUp.stream().client()).isEqualTo("next");
        assertThat(pickedUp.count(Anomaly.ACKNOWLEDGES_UNSENT)).isZero();
        assertThat(pickedUp.stream().serverHalf().ackedTo()).isEqualTo(8);
    }

    @Test
    void theReceiversAcknowledgementOfACutSegmentMakesNoSecondGap() {
        conversation.client().cut(4).data("abcdefgh");
        conversation.server().ack(9);
        conversation.after(Options.SECOND);
        conversation.client().data("ijk");
        assertThat(conversation.stream().client()).isEqualTo("abcd[4 truncated]ijk");
    }

    @Test
    void whatWaitedInsideACutSegmentDoesNotHideItsRest() {
        conversation.client().at(7).data("ghij");
        conversation.client().at(1).cut(8).data("abcdefghijklmnop");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghij[6 truncated]");
    }

    @Test
    void whatWaitedBehindTheBytesOfACutSegmentDoesNotHideItsRest() {
        conversation.client().at(11).data("kl");
        conversation.client().at(1).cut(8).data("abcdefghijklmnop");
        assertThat(conversation.stream().client()).isEqualTo("abcdefgh[2 truncated]kl[4 truncated]");
    }

    @Test
    void aCutSuperSegmentThatWaitsLosesAllItsRestAtOnce() {
        conversation.client().at(101).cut(40_000).data("x".repeat(65_000));
        conversation.client().at(1).data("a".repeat(100));
        assertThat(conversation.stream().client())
                .isEqualTo("a".repeat(100) + "x".repeat(25_000) + "[40000 truncated]");
        conversation.client().at(65_101).data("more");
        assertThat(conversation.stream().client()).endsWith("[40000 truncated]more");
    }

    @Test
    void aSuperSegmentThatWaitsWithItsLastBytesCutLosesThemAtOnce() {
        conversation.client().at(2).cut(65_400).data("x".repeat(65_500));
        conversation.client().at(1).data("a");
        assertThat(conversation.stream().client()).isEqualTo("a" + "x".repeat(100) + "[65400 truncated]");
    }

    @Test
    void whatACutRetransmissionSendsAnewIsItsRest() {
        conversation.client().data("abcd");
        conversation.client().at(1).cut(6).data("abcdefgh");
        conversation.client().data("ijkl");
        assertThat(conversation.stream().client()).isEqualTo("abcd[4 truncated]ijkl");
    }

    @Test
    @DisplayName("3.37: a capture of headers alone goes on behind a hole, under every policy")
    void aCaptureOfHeadersAloneGoesOnBehindAHole() {
        for (OverlapPolicy policy : OverlapPolicy.values()) {
            Conversation headers = Conversation.open(Options.with(policy));
            headers.client().at(1).cut(4).data("abcd");
            headers.client().at(9).cut(4).data("ijkl");
            headers.client().at(13).cut(4).data("mnop");
            headers.client().at(9).cut(4).data("ijkl");
            headers.client().at(5).cut(4).data("efgh");
            headers.client().at(17).cut(2).data("qr");
            assertThat(headers.stream().client())
                    .as("%s", policy)
                    .isEqualTo("[4 truncated][4 truncated][4 truncated][4 truncated][2 truncated]");
            assertThat(headers.probe.assembler.waitingMemory()).isZero();
        }
    }

    @Test
    void whatWasCutWhollyTakesItsBytesFromACopyThatWasNot() {
        for (OverlapPolicy policy : OverlapPolicy.values()) {
            Conversation again = Conversation.open(Options.with(policy));
            again.client().at(5).cut(4).data("efgh");
            again.client().at(5).data("efgh");
            again.client().at(5).cut(4).data("efgh");
            again.client().at(1).data("abcd");
            assertThat(again.stream().client()).as("%s", policy).isEqualTo("abcdefgh");
        }
    }

    @Test
    void aCaptureOfHeadersAloneThatBeginsMidstreamIsMissingAllTheSame() {
        Conversation midstream = Conversation.begin();
        midstream.client().at(1).cut(4).data("abcd");
        midstream.client().at(5).cut(4).data("efgh");
        midstream.after(Options.SECOND);
        midstream.client().at(9).data("ijkl");
        assertThat(midstream.stream().client()).isEqualTo("[4 truncated][4 truncated]ijkl");
    }
}
