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
        assertThat(conversation.stream().client()).isEqualTo("abc");
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
            names = {"WRONG"})
    void whatIsNotWrongIsTaken(Checksum checksum) {
        for (ChecksumRule rule : ChecksumRule.values()) {
            Conversation conversation = Conversation.open(Options.with("checksum", rule));
            conversation.client().checksum(checksum).data("abc");
            assertThat(conversation.stream().client()).as("%s", rule).isEqualTo("abc");
            assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isZero();
        }
    }

    @Test
    void underTheStrictRuleAWrongSynOpensNothing() {
        Conversation conversation = new Probe(Options.with("checksum", ChecksumRule.ON)).conversation();
        conversation.client().checksum(Checksum.WRONG).syn();
        assertThat(conversation.probe.streams).isEmpty();
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
    }
}
