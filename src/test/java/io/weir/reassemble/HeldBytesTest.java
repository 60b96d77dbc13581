package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.RST;
import static io.weir.decode.Segment.SYN;
import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is held back until its receiver answers is not lost in ordinary traffic: bytes that were captured are no gap. */
class HeldBytesTest {
    private final Conversation conversation = Conversation.open();

    @Test
    void aRetransmissionThatIsCutAnotherWayTakesOnlyItsOwnBytesFromWhatIsHeld() {
        conversation.client().at(5).acking(501).data("efghijkl");
        conversation.client().at(1).ackingOnce(1).data("abcdef");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        conversation.server().ack(13);
        assertThat(conversation.stream().client()).isEqualTo("abcdefghijkl");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(2);
    }

    @Test
    void bytesBeyondTheWindowAreKeptWhenARetransmissionReachesIntoThem() {
        Conversation small = Conversation.begin();
        small.server().window(6);
        small.handshake();
        small.client().at(8).data("hijkl");
        small.client().at(4).data("defgh");
        small.client().at(1).data("abc");
        small.server().window(100).ack(9);
        small.server().ack(13);
        assertThat(small.stream().client()).isEqualTo("abcdefghijkl");
    }

    @Test
    @DisplayName("evasion: what follows other bytes than the accepted ones is refused with them")
    void whatFollowsOtherBytesThanTheAcceptedOnesIsRefusedWithThem() {
        conversation.client().at(1).ackingOnce(501).data("EVILEVIL");
        conversation.client().at(1).data("good");
        conversation.server().ack(9);
        conversation.client().at(9).data(" end");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("good[4 not-captured] end");
    }

    @Test
    void aCutSegmentThatComesAgainWithMoreBytesIsTruncatedOnlyAsFarAsItWent() {
        conversation.client().cut(6).data("abcdefgh");
        conversation.client().at(1).acking(501).cut(10).data("abcdefghijkl");
        conversation.client().at(13).data("mno");
        conversation.server().at(501).ack(16);
        conversation.after(SECOND);
        assertThat(conversation.stream().log).contains("client gap 8+4 truncated");
        assertThat(conversation.stream().client()).isEqualTo("ab[6 truncated][4 truncated]mno");
    }

    @Test
    void aCutRetransmissionTakesNoBytesThatItDoesNotBring() {
        conversation.client().at(5).acking(501).data("efgh");
        conversation.client().at(1).ackingOnce(1).cut(10).data("abcdefghijkl");
        conversation.server().at(501).ack(9);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isZero();
        assertThat(conversation.stream().client()).isEqualTo("ab[10 truncated]");
    }

    @Test
    void theResetThatEndsAConnectionMayAnswerForWhatItsSenderTook() {
        conversation.client().acking(501).data("ask");
        conversation.server().at(501).acking(4).send(RST | ACK, "");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
    }

    @Test
    void aResetThatAcknowledgesLessAnswersForNothing() {
        conversation.client().ackingOnce(501).data("EVIL");
        conversation.server().at(1).acking(1).send(RST | ACK, "");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    void heldBytesKnowTheInterfaceThatTheyWereCapturedOn() {
        int[] seen = new int[1];
        Recording recording = new Recording().keeping(data -> {
            seen[0] = data.length() > 0 ? data.captureInfo(0).interfaceIndex() : 0;
            return -1;
        });
        Conversation held = new Probe(AssemblerOptions.defaults(), connection -> recording).conversation();
        held.handshake();
        held.client().acking(501).data("ask");
        held.server().at(501).ack(4);
        assertThat(seen).containsExactly(3);
    }

    @Test
    void whereTheReceiverIsNoLongerCapturedNothingWaitsAnyMore() {
        conversation.client().acking(501);
        for (int index = 0; index < 20; index++) {
            conversation.client().data("x");
        }
        conversation.after(2 * SECOND);
        for (int index = 0; index < 1_000; index++) {
            conversation.client().data("x");
        }
        assertThat(conversation.stream().client()).isEqualTo("x".repeat(1_020));
    }

    @Test
    @DisplayName("evasion: a receiver that is heard again is asked again")
    void aReceiverThatIsHeardAgainIsAskedAgain() {
        whereTheReceiverIsNoLongerCapturedNothingWaitsAnyMore();
        conversation.server().at(501).ack(1_021);
        conversation.client().ackingOnce(10_000).data("EVIL");
        conversation.client().at(1_021).data("good");
        assertThat(conversation.stream().client()).endsWith("xgood");
    }

    @Test
    @DisplayName("RFC 7413: data in a SYN that nobody answered is no data")
    void dataInASynThatNobodyAnsweredIsNoData() {
        Conversation unanswered = Conversation.begin();
        unanswered.client().at(0).send(SYN, "fast");
        unanswered.after(20 * SECOND);
        assertThat(unanswered.stream().client()).isEmpty();
        assertThat(unanswered.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("RFC 7413: data in a SYN waits for an answer that takes longer than a second")
    void dataInASynWaitsForALateAnswer() {
        Conversation slow = Conversation.begin();
        slow.client().at(0).send(SYN, "fast");
        slow.after(1_500 * MS);
        slow.server().acking(5).synAck();
        assertThat(slow.stream().client()).isEqualTo("fast");
    }

    @Test
    void dataInASynOfASenderThatWentOnBehindItIsDeliveredWhereTheServerIsNotCaptured() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().at(0).send(SYN, "fast");
        oneSided.client().at(5).ack(1);
        oneSided.after(2 * SECOND);
        assertThat(oneSided.stream().client()).isEqualTo("fast");
    }

    @Test
    void theNewBytesOfARetransmissionWithAWrongChecksumWaitForTheirReceiver() {
        conversation.client().data("abc");
        conversation.client().at(1).checksum(Checksum.PARTIAL).data("abcdef");
        conversation.after(10 * MS);
        assertThat(conversation.stream().client()).isEqualTo("abc");
        conversation.server().ack(7);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }
}
