package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wrong checksums: a forgery for the probe's eyes, or the sender's own card that had not finished it yet. */
class ChecksumTest {
    @Test
    @DisplayName("evasion: a segment with a wrong checksum is no data, the right one that follows is")
    void aSegmentWithAWrongChecksumIsNoData() {
        for (ChecksumRule rule : new ChecksumRule[] {ChecksumRule.AUTO, ChecksumRule.ON}) {
            Conversation conversation = Conversation.open(Options.with("checksum", rule));
            conversation.client().at(1).checksum(Checksum.WRONG).data("EVIL");
            assertThat(conversation.stream().client()).isEmpty();
            assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
            conversation.client().at(1).data("good");
            conversation.probe.end();
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("good");
            assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        }
    }

    @Test
    void withoutVerificationEverythingIsTaken() {
        Conversation conversation = Conversation.open(Options.with("checksum", ChecksumRule.OFF));
        conversation.client().at(1).checksum(Checksum.WRONG).data("abc");
        conversation.client().at(4).checksum(Checksum.PARTIAL).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void aSenderWhoseChecksumsAreAllWrongHasThemOffloaded() {
        Conversation conversation = Conversation.begin();
        conversation.client().checksum(Checksum.WRONG).syn();
        conversation.server().synAck();
        conversation.client().checksum(Checksum.WRONG).ack(1);
        conversation.client().checksum(Checksum.WRONG).data("ask");
        conversation.server().acking(4).data("answer");
        conversation.server().checksum(Checksum.WRONG).data("EVIL");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @ParameterizedTest
    @EnumSource(
            value = Checksum.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"WRONG", "PARTIAL"})
    void whatIsNotWrongIsTaken(Checksum checksum) {
        for (ChecksumRule rule : ChecksumRule.values()) {
            Conversation conversation = Conversation.open(Options.with("checksum", rule));
            conversation.client().checksum(checksum).data("abc");
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("abc");
            assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isZero();
        }
    }

    @Test
    @DisplayName("evasion: a checksum that looks as if it was left to the card is wrong if the sender finishes its own")
    void aPartialChecksumIsWrongIfTheSenderFinishesItsOwn() {
        for (ChecksumRule rule : new ChecksumRule[] {ChecksumRule.AUTO, ChecksumRule.ON}) {
            Conversation conversation = Conversation.open(Options.with("checksum", rule));
            conversation.client().at(1).checksum(Checksum.PARTIAL).data("EVIL");
            conversation.client().at(1).data("good");
            conversation.client().at(5).checksum(Checksum.PARTIAL).fin();
            conversation.client().at(5).checksum(Checksum.PARTIAL).rst();
            conversation.client().at(5).data(" end");
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("good end");
            assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("evasion: a partial checksum that is never answered brings nothing, not even at the end")
    void aPartialChecksumThatIsNeverAnsweredBringsNothing() {
        Conversation conversation = Conversation.open();
        conversation.client().checksum(Checksum.PARTIAL).data("EVIL");
        conversation.after(400 * Options.SECOND);
        assertThat(conversation.stream().client()).isEmpty();
    }

    @Test
    void aSenderThatLeavesItsChecksumsToTheCardIsBelieved() {
        for (ChecksumRule rule : ChecksumRule.values()) {
            Conversation conversation = new Probe(Options.with("checksum", rule)).conversation();
            conversation.client().checksum(Checksum.PARTIAL).syn();
            conversation.server().synAck();
            conversation.client().checksum(Checksum.PARTIAL).ack(1);
            conversation.client().checksum(Checksum.RIGHT_OR_PARTIAL).data("a");
            conversation.client().checksum(Checksum.PARTIAL).data("bc");
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("abc");
        }
    }

    @Test
    void aPartialChecksumIsDeliveredOnceItsReceiverAnswers() {
        for (ChecksumRule rule : new ChecksumRule[] {ChecksumRule.AUTO, ChecksumRule.ON}) {
            Conversation conversation = Conversation.open(Options.with("checksum", rule));
            conversation.client().data("a");
            conversation.client().checksum(Checksum.PARTIAL).data("bc");
            conversation.client().data("d");
            assertThat(conversation.stream().client()).isEqualTo("a");
            conversation.server().ack(5);
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("abcd");
        }
    }

    @Test
    void whatTheReceivingHostPutTogetherIsLargerThanASegmentAndTakenAtOnce() {
        Conversation conversation = Conversation.begin();
        conversation.client().maximumSegmentSize(1_460).syn();
        conversation.server().maximumSegmentSize(1_460).synAck();
        conversation.client().ack(1);
        conversation.client().checksum(Checksum.PARTIAL).data("x".repeat(2_896));
        assertThat(conversation.stream().client()).hasSize(2_896);
        conversation.client().checksum(Checksum.PARTIAL).data("E".repeat(1_460));
        assertThat(conversation.stream().client()).hasSize(2_896);
    }

    @Test
    void whatAHostPutTogetherIsTakenAtOnceAlsoWhereTheReceiversSynWasNotCaptured() {
        Conversation oneSided = Conversation.begin();
        oneSided.server().maximumSegmentSize(1_460).synAck();
        for (int index = 0; index < 1_000; index++) {
            oneSided.server().data("x".repeat(1_448));
            oneSided.server().checksum(Checksum.PARTIAL).data("x".repeat(2_896));
        }
        assertThat(oneSided.stream().serverHalf().bytes()).isEqualTo(1_000 * 4_344);
    }

    @Test
    @DisplayName("evasion: where larger frames come a partial checksum may be as large")
    void whereLargerFramesComeAPartialChecksumMayBeAsLarge() {
        Conversation jumbo = Conversation.begin();
        jumbo.client().ack(1);
        jumbo.client().data("x".repeat(8_948));
        jumbo.client().checksum(Checksum.PARTIAL).data("E".repeat(8_000));
        assertThat(jumbo.stream().clientHalf().bytes()).isEqualTo(8_948);
        jumbo.client().at(8_948).checksum(Checksum.PARTIAL).data("y".repeat(17_896));
        assertThat(jumbo.stream().clientHalf().bytes()).isEqualTo(8_948 + 17_896);
    }

    @Test
    void whereTheReceiverIsNotCapturedAPartialChecksumWaitsForASecond() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().syn();
        oneSided.client().acking(1).ack();
        oneSided.client().checksum(Checksum.PARTIAL).data("abc");
        assertThat(oneSided.stream().client()).isEmpty();
        oneSided.after(2 * Options.SECOND);
        assertThat(oneSided.stream().client()).isEqualTo("abc");
    }

    @Test
    @DisplayName("evasion: a wrong checksum makes no new connection of one that has just ended")
    void aWrongChecksumOpensNoStreamWhereTheSendersChecksumsWereRight() {
        Conversation conversation = Conversation.open();
        conversation.client().data("ask");
        conversation.server().acking(4).data("answer");
        conversation.goodbye();

        conversation.client().checksum(Checksum.WRONG).syn(900_000_000);
        conversation.client().at(2_000_000_000L).checksum(Checksum.WRONG).data("EVIL");
        assertThat(conversation.probe.streams).hasSize(1);
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(2);

        conversation.client().syn(900_000_000);
        assertThat(conversation.probe.streams).hasSize(2);
    }

    @Test
    void aSenderThatLeavesAllChecksumsToItsCardOpensANewConnectionLikeAnyOther() {
        for (ChecksumRule rule : new ChecksumRule[] {ChecksumRule.AUTO, ChecksumRule.OFF}) {
            Conversation conversation = new Probe(Options.with("checksum", rule)).conversation();
            conversation.client().checksum(Checksum.WRONG).syn();
            conversation.server().synAck();
            conversation.client().checksum(Checksum.WRONG).ack(1);
            conversation.client().checksum(Checksum.WRONG).fin();
            conversation.server().acking(conversation.client().next()).fin();

            conversation.client().checksum(Checksum.WRONG).syn(900_000_000);
            assertThat(conversation.probe.streams).as("%s", rule).hasSize(2);
        }
    }

    @Test
    void withoutVerificationAWrongChecksumOpensANewConnectionLikeAnyOther() {
        Conversation conversation = Conversation.open(Options.with("checksum", ChecksumRule.OFF));
        conversation.goodbye();
        conversation.client().checksum(Checksum.WRONG).syn(900_000_000);
        assertThat(conversation.probe.streams).hasSize(2);
    }

    @Test
    void underTheStrictRuleAWrongSynOpensNothing() {
        Conversation conversation = new Probe(Options.with("checksum", ChecksumRule.ON)).conversation();
        conversation.client().checksum(Checksum.WRONG).syn();
        assertThat(conversation.probe.streams).isEmpty();
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
    }

    @Test
    void aSenderThatFinishesTheChecksumsOfEmptySegmentsOnlyMayLeaveThoseOfOthersToTheCard() {
        Conversation conversation = Conversation.open();
        conversation.client().checksum(Checksum.PARTIAL).fin();
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isZero();
    }

    @Test
    void whatASenderWithOffloadedChecksumsSendsNeedsNoAnswer() {
        Conversation conversation = Conversation.begin();
        conversation.client().checksum(Checksum.WRONG).syn();
        conversation.server().synAck();
        conversation.client().checksum(Checksum.WRONG).data("ask");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isZero();
        assertThat(conversation.stream().log).first().isEqualTo("open handshake");
    }

    @Test
    @DisplayName("evasion: only who begins with a wrong checksum has them offloaded")
    void onlyWhoBeginsWithAWrongChecksumHasThemOffloaded() {
        Conversation conversation = Conversation.begin();
        conversation.client().syn();
        conversation.client().checksum(Checksum.WRONG).at(1).data("EVIL");
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
        conversation.server().synAck();
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    void whenTheCaptureEndsAPartialChecksumIsBelievedUnlessItsSenderFinishedOneOfData() {
        Conversation offloading = Conversation.open();
        offloading.client().checksum(Checksum.PARTIAL).data("abc");
        offloading.probe.end();
        assertThat(offloading.stream().client()).isEqualTo("abc");
        Conversation finishing = Conversation.open();
        finishing.client().data("a");
        finishing.client().checksum(Checksum.PARTIAL).data("EVIL");
        finishing.probe.end();
        assertThat(finishing.stream().client()).isEqualTo("a");
    }

    @Test
    @DisplayName("evasion: the wrong checksum of bytes that were delivered makes them no conflict")
    void theWrongChecksumOfBytesThatWereDeliveredMakesThemNoConflict() {
        Conversation conversation = Conversation.open();
        conversation.client().data("abc");
        conversation.client().at(1).checksum(Checksum.WRONG).data("xyz");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(3);
        assertThat(conversation.stream().clientHalf().overlapBytes()).isZero();
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
    }
}
