package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where exactly the window ends for whom, and after how many segments beyond it the capture is taken to be wrong. */
class WindowLimitTest {
    private static final long SLACK = 4L << 20;
    private static final long JUMP = 64L << 20;

    /** The server has room for so many bytes, and never had for more. */
    private static Conversation room(int bytes) {
        Conversation conversation = Conversation.begin();
        conversation.server().window(bytes);
        return conversation.handshake();
    }

    @Test
    void theLastByteOfTheSlackIsDeliveredOnceItIsAcknowledgedAndTheOneBehindItIsRefused() {
        Conversation conversation = room(1_000);
        conversation.client().at(1 + 1_000 + SLACK).data("late");
        conversation.server().ack(1 + 1_000 + SLACK + 4);
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("[4195304 not-captured]late");
        Conversation beyond = room(1_000);
        beyond.client().at(1 + 1_000 + SLACK + 1).data("EVIL");
        assertThat(beyond.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(beyond.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
    }

    @Test
    void whereNoWindowIsKnownASegmentMayLieSixtyFourMebibytesAhead() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.client().at(1 + JUMP).data("late");
        assertThat(oneSided.stream().clientHalf().waitingBytes()).isEqualTo(4);
        assertThat(oneSided.count(Anomaly.BEYOND_WINDOW)).isZero();
        oneSided.client().at(1 + JUMP + 1).data("EVIL");
        assertThat(oneSided.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
        assertThat(oneSided.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("evasion: a window that was closed from the beginning is a window")
    void aWindowThatWasClosedFromTheBeginningIsAWindow() {
        Conversation closed = room(0);
        closed.client().at(1 + 1).data("EVIL");
        assertThat(closed.count(Anomaly.BEYOND_WINDOW)).isEqualTo(1);
        closed.client().at(1 + SLACK + 1).data("EVIL");
        assertThat(closed.count(Anomaly.BEYOND_WINDOW)).isEqualTo(2);
        assertThat(closed.stream().clientHalf().refusedBytes()).isEqualTo(4);
        closed.server().window(1_000).ack(1);
        closed.client().at(1).data("good");
        assertThat(closed.stream().client()).isEqualTo("good");
    }

    @Test
    void theSixteenthSegmentInARowBeyondTheWindowIsTakenForWhatTheCaptureMissed() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.client().at(1).data("abc");
        for (int index = 0; index < 20; index++) {
            oneSided.client().at(100_000_001L + 10 * index).data("0123456789");
        }
        assertThat(oneSided.count(Anomaly.BEYOND_WINDOW)).isEqualTo(15);
        assertThat(oneSided.stream().clientHalf().refusedBytes()).isEqualTo(150);
        assertThat(oneSided.stream().clientHalf().waitingBytes()).isEqualTo(50);
        oneSided.after(6 * SECOND);
        assertThat(oneSided.stream().client())
                .isEqualTo("abc[100000147 timeout]01234567890123456789012345678901234567890123456789");
    }

    @Test
    void aSegmentWithinTheWindowBeginsTheCountAnew() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        for (int index = 0; index < 40; index++) {
            oneSided.client().at(100_000_001L + 10 * index).data("EVIL");
            oneSided.client().at(1 + index).data("x");
        }
        assertThat(oneSided.count(Anomaly.BEYOND_WINDOW)).isEqualTo(40);
        assertThat(oneSided.stream().client()).isEqualTo("x".repeat(40));
        assertThat(oneSided.stream().clientHalf().waitingBytes()).isZero();
    }

    @Test
    @DisplayName(
            "evasion: forgeries beyond the window are refused as long as their sender acknowledges at its own place")
    void anAcknowledgementAtTheNextByteBeginsTheCountAnew() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        for (int index = 0; index < 40; index++) {
            oneSided.client().at(100_000_001L + 10 * index).data("EVIL");
            oneSided.client().at(1).ack(1);
        }
        assertThat(oneSided.count(Anomaly.BEYOND_WINDOW)).isEqualTo(40);
        assertThat(oneSided.stream().clientHalf().waitingBytes()).isZero();
    }

    @Test
    void whoGoesOnAcknowledgingWhatNobodyCapturedIsBelieved() {
        Conversation conversation = Conversation.begin();
        long before = 1 - 4_000_000;
        conversation.client().acking(1).at(1).data("abc");
        conversation.server().startAt(9_000_000).syn();
        conversation.client().acking(before).at(4).data("def");
        conversation.after(100 * MS);
        // a SYN that nobody has acknowledged says nothing of the sides either
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_BEFORE_START)).isZero();
    }

    @Test
    void whereTheOtherSideIsPickedUpWhatItsReceiverTookBeforeIsNotKnown() {
        Conversation conversation = Conversation.begin();
        conversation.server().at(501).data("later");
        conversation.after(100 * MS);
        conversation.client().at(1).acking(1).data("abc");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_BEFORE_START)).isZero();
    }
}
