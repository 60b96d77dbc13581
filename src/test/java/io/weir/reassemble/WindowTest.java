package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.reassemble.Options.MS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a receiver refuses because of its window or of an acknowledgement number; keep-alives and window probes. */
class WindowTest {
    private final Conversation conversation = Conversation.open();

    private static Conversation scaled(int clientShift, int serverShift) {
        Conversation conversation = Conversation.begin();
        conversation.client().windowScale(clientShift).syn();
        conversation.server().windowScale(serverShift).synAck();
        conversation.client().ack(1);
        return conversation;
    }

    /** The server has room for three bytes. */
    private static Conversation full() {
        Conversation conversation = Conversation.begin();
        conversation.server().window(3);
        return conversation.handshake();
    }

    @Test
    @DisplayName("evasion, G11: data beyond the window is dropped and never buffered")
    void dataBeyondTheWindowIsDroppedAndNeverBuffered() {
        conversation.server().window(1_000).ack(1);
        conversation.client().at(200_001).data("EVIL");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().waitingBytes()).isZero();
        conversation.client().at(1).data("good");
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("evasion: a forgery beyond the window never takes the place of what is sent later")
    void aForgeryBeyondTheWindowNeverTakesThePlaceOfWhatIsSentLater() {
        for (int silence : new int[] {0, 3}) {
            Conversation conversation = Conversation.open();
            conversation.client().at(200_001).data("EVIL");
            conversation.after(silence * Options.SECOND);
            for (int index = 0; index < 20; index++) {
                conversation.client().at(1 + 10_000L * index).data("x".repeat(10_000));
                conversation.server().ack(1 + 10_000L * (index + 1));
            }
            conversation.client().at(200_001).data("good");
            conversation.server().ack(200_005);
            conversation.client().at(200_005).data(" end");
            assertThat(conversation.stream().client()).as("%d s later", silence).endsWith("xxgood end");
        }
    }

    @Test
    @DisplayName("evasion: the window is scaled as both sides agreed")
    void theWindowIsScaledAsBothSidesAgreed() {
        Conversation wide = scaled(2, 7);
        wide.server().window(10_000).ack(1);
        wide.client().at(200_001).data("late");
        assertThat(wide.count(Anomaly.BEYOND_WINDOW)).isZero();
        assertThat(wide.stream().clientHalf().waitingBytes()).isEqualTo(4);
        wide.client().at(9_000_001).data("EVIL");
        assertThat(wide.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
    }

    @Test
    @DisplayName("3.25: no scale is used unless both sides offered one")
    void noScaleIsUsedUnlessBothSidesOfferedOne() {
        Conversation half = Conversation.begin();
        half.client().syn();
        half.server().windowScale(7).synAck();
        half.client().ack(1);
        half.server().window(10_000).ack(1);
        half.client().at(300_001).data("EVIL");
        assertThat(half.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion, 3.25: a scale above 14 is used as 14")
    void aScaleAbove14IsUsedAs14() {
        Conversation huge = scaled(2, 99);
        assertThat(huge.count(Anomaly.WINDOW_SCALE_TOO_LARGE)).isEqualTo(1);
        huge.server().window(65_535).ack(1);
        huge.client().at(200_001).data("late");
        assertThat(huge.stream().clientHalf().waitingBytes()).isEqualTo(4);
    }

    @Test
    void aWindowThatWasOpenStaysUsableAlthoughALaterOneIsSmaller() {
        conversation.server().window(60_000).ack(1);
        conversation.server().window(10).ack(1);
        conversation.client().at(50_001).data("legal");
        assertThat(conversation.count(Anomaly.BEYOND_WINDOW)).isZero();
    }

    @Test
    @DisplayName("evasion: data that acknowledges what was never sent is not delivered")
    void dataThatAcknowledgesWhatWasNeverSentIsNotDelivered() {
        conversation.client().at(1).ackingOnce(100_000).data("EVIL");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_UNSENT)).isEqualTo(1);
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    void dataThatAcknowledgesWhatOnlyTheCaptureMissedIsDeliveredOnceItsReceiverAnswers() {
        // the server sent 500 bytes that the capture lost
        conversation.client().at(1).acking(501).data("ask");
        conversation.server().at(501).acking(4).data("answer");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("[500 not-captured]answer");
    }

    @Test
    void dataIsDeliveredAlthoughTheOtherDirectionWasNeverCaptured() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.client().acking(1).ack();
        oneSided.client().acking(1).data("ask");
        oneSided.client().acking(301).data(" more");
        oneSided.client().acking(901).fin();
        oneSided.probe.after(Options.SECOND).end();
        assertThat(oneSided.stream().client()).isEqualTo("ask more");
    }

    @Test
    @DisplayName("evasion: a very old acknowledgement does not matter to the data that carries it")
    void aVeryOldAcknowledgementDoesNotMatterToTheDataThatCarriesIt() {
        conversation.server().data("x".repeat(10_000));
        conversation.client().ack(10_001);
        conversation.client().at(1).ackingOnce(1).data("fine");
        assertThat(conversation.stream().client()).isEqualTo("fine");
    }

    @Test
    @DisplayName("evasion, 3.27: a keep-alive's byte is neither data nor a conflict")
    void aKeepAlivesByteIsNeitherDataNorAConflict() {
        conversation.client().at(1).data("abc");
        conversation.server().ack(4);
        conversation.client().at(3).send(ACK, "?");
        conversation.client().at(3).send(ACK, "");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.KEEP_ALIVE)).isEqualTo(2);
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
        assertThat(conversation.stream().clientHalf().conflictBytes()).isZero();
    }

    @Test
    @DisplayName("G14: one byte right below what is missing is data if it is missing")
    void oneByteThatLooksLikeAKeepAliveIsDataIfItIsMissing() {
        conversation.client().at(2).data("b");
        conversation.client().at(1).data("a");
        conversation.client().at(3).data("c");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.KEEP_ALIVE)).isZero();
    }

    @Test
    @DisplayName("evasion, 3.27: a probe into a closed window is not data until it is acknowledged")
    void aProbeIntoAClosedWindowIsNotDataUntilItIsAcknowledged() {
        Conversation conversation = full();
        conversation.client().at(1).data("abc");
        conversation.server().window(0).ack(4);
        conversation.client().at(4).data("?");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.ZERO_WINDOW_PROBE)).isEqualTo(1);
        conversation.server().window(1_000).ack(4);
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void aProbeThatTheSnapLengthCutAwayIsNoGapUntilItIsAcknowledged() {
        Conversation conversation = full();
        conversation.client().at(1).data("abc");
        conversation.server().window(0).ack(4);
        conversation.client().at(4).cut(1).data("?");
        conversation.server().window(1_000).ack(4);
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.ZERO_WINDOW_PROBE)).isEqualTo(1);
    }

    @Test
    void aProbeIntoAClosedWindowIsDataOnceItIsAcknowledged() {
        Conversation conversation = full();
        conversation.client().at(1).data("abc");
        conversation.server().window(0).ack(4);
        conversation.client().at(4).data("d");
        conversation.server().window(1_000).ack(5);
        conversation.client().at(5).data("ef");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void theWatermarkFollowsTheAcknowledgements() {
        conversation.client().data("abcdef");
        assertThat(conversation.stream().clientHalf().ackedTo()).isZero();
        conversation.server().ack(4);
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(3);
        conversation.server().ack(7);
        conversation.server().ack(2);
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(6);
    }
}
