package io.weir.reassemble;

import static io.weir.decode.Segment.FIN;
import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How much is held back for how long, and what exactly takes the place of what is held. */
class HeldLimitsTest {
    private final Conversation conversation = Conversation.open();

    /** A server that is never heard, and a client that seems to finish its checksums. */
    private static Conversation oneSided() {
        Conversation conversation = Conversation.begin();
        conversation.client().syn();
        conversation.client().acking(1).ack();
        return conversation;
    }

    @Test
    void whatIsHeldIsDecidedWhenASecondHasPassedAndNotEarlier() {
        Conversation oneSided = oneSided();
        oneSided.client().checksum(Checksum.PARTIAL).data("abc");
        oneSided.after(SECOND - 1);
        assertThat(oneSided.stream().client()).isEmpty();
        oneSided.after(1);
        assertThat(oneSided.stream().client()).isEqualTo("abc");
    }

    @Test
    void whatWasHeldLaterIsDecidedLater() {
        Conversation oneSided = oneSided();
        oneSided.client().checksum(Checksum.PARTIAL).data("abc");
        oneSided.after(500 * MS);
        oneSided.client().checksum(Checksum.PARTIAL).data("def");
        oneSided.after(600 * MS);
        assertThat(oneSided.stream().client()).isEqualTo("abc");
        oneSided.after(500 * MS);
        assertThat(oneSided.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void sixteenHeldSegmentsWithoutAWordOfTheirReceiverAreBelievedAndFifteenWait() {
        for (int segments : new int[] {15, 16}) {
            Conversation silent = Conversation.open();
            silent.client().acking(501);
            for (int index = 0; index < segments; index++) {
                silent.client().data("x");
            }
            silent.after(2 * SECOND);
            assertThat(silent.stream().client()).isEqualTo(segments == 16 ? "x".repeat(16) : "");
        }
    }

    @Test
    @DisplayName("P9: of one direction 256 segments are held, one more is refused")
    void ofOneDirection256SegmentsAreHeld() {
        conversation.client().acking(501);
        for (int index = 0; index < 257; index++) {
            conversation.client().data("x");
        }
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(1);
        conversation.server().at(501).ack(257);
        assertThat(conversation.stream().client()).isEqualTo("x".repeat(256));
    }

    @Test
    @DisplayName("evasion: known bytes that acknowledge what was never sent bring no FIN")
    void knownBytesThatAcknowledgeWhatWasNeverSentBringNoFin() {
        conversation.client().data("abc");
        conversation.client().at(1).ackingOnce(501).with(FIN).data("abc");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isFalse();
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void knownBytesAreADuplicateWhateverTheyAcknowledge() {
        conversation.client().data("abc");
        conversation.client().at(1).ackingOnce(501).data("abc");
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(3);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isZero();
        assertThat(conversation.stream().anomalies).isEmpty();
    }

    @Test
    void aHeldFinWaitsOnBehindTheBytesThatComeBeforeIt() {
        conversation.client().at(4).ackingOnce(501).fin();
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isFalse();
        conversation.server().at(501).ack(5);
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    void whatAnAcceptedSegmentReplacesTakesNoMemoryAnyMore() {
        conversation.client().at(1).ackingOnce(501).data("EVIL");
        conversation.client().at(1).data("good");
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
        conversation.server().ack(5);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().overlapBytes()).isZero();
        conversation.client().at(5).ackingOnce(501).data("more");
        conversation.client().at(5).data("more");
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(8);
    }

    @Test
    void heldBytesThatTheirReceiverHadTheTimeToAnswerAreRefusedWhenTheCaptureEnds() {
        conversation.client().ackingOnce(501).data("EVIL");
        conversation.server().at(1).ack(1);
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }
}
