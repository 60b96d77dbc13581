package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Protection against wrapped sequence numbers (RFC 7323 section 5), as Linux applies it. */
class TimestampTest {
    private final Conversation conversation = Conversation.begin();

    TimestampTest() {
        conversation.client().timestamps(1_000, 0).syn();
        conversation.server().timestamps(70_000, 1_000).synAck();
        conversation.client().timestamps(1_001, 70_000).ack(1);
    }

    @Test
    @DisplayName("evasion: data with a stale timestamp is dropped, a fresh copy is delivered")
    void dataWithAStaleTimestampIsDroppedAFreshCopyIsDelivered() {
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        conversation.client().timestamps(1_500, 70_000).at(4).data("EVIL");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        conversation.client().timestamps(2_001, 70_000).at(4).data("good");
        assertThat(conversation.stream().client()).isEqualTo("abcgood");
    }

    @Test
    @DisplayName("evasion: Linux accepts a segment that lacks the agreed timestamp")
    void aSegmentThatLacksTheAgreedTimestampIsDelivered() {
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isZero();
    }

    @Test
    void aTimestampOlderByOneTickIsNotStale() {
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        conversation.client().timestamps(1_999, 70_000).at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void theTimestampOfASegmentThatWaitsMakesNoOtherStale() {
        conversation.client().timestamps(5_000, 70_000).at(4).data("def");
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isZero();
    }

    @Test
    void aRetransmissionOfAcknowledgedBytesMakesNoLateSegmentStale() {
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        conversation.server().timestamps(70_001, 2_000).ack(4);
        conversation.client().timestamps(2_001, 70_000).at(7).data("ghi");
        conversation.client().timestamps(2_010, 70_000).at(1).data("ab");
        conversation.client().timestamps(2_001, 70_000).at(4).data("def");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghi");
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isZero();
    }

    @Test
    void timestampsWrap() {
        Conversation wrapping = Conversation.begin();
        wrapping.client().timestamps(0xFFFF_FFF0, 0).syn();
        wrapping.server().timestamps(1, 0xFFFF_FFF0).synAck();
        wrapping.client().timestamps(0xFFFF_FFFF, 1).at(1).data("abc");
        wrapping.client().timestamps(0x0000_0005, 1).at(4).data("def");
        wrapping.client().timestamps(0xFFFF_FFF1, 1).at(7).data("EVIL");
        assertThat(wrapping.stream().client()).isEqualTo("abcdef");
        assertThat(wrapping.count(Anomaly.STALE_TIMESTAMP)).isEqualTo(1);
    }

    @Test
    void timestampsThatWereNotAgreedOnMeanNothing() {
        Conversation without = Conversation.open();
        without.client().timestamps(2_000, 0).at(1).data("abc");
        without.client().timestamps(1_000, 0).at(4).data("def");
        assertThat(without.stream().client()).isEqualTo("abcdef");
        assertThat(without.count(Anomaly.STALE_TIMESTAMP)).isZero();
    }

    @Test
    void timestampsThatOnlyOneSideOfferedMeanNothing() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().timestamps(1_000, 0).syn();
        oneSided.server().synAck();
        oneSided.client().ack(1);
        oneSided.client().timestamps(2_000, 0).at(1).data("abc");
        oneSided.client().timestamps(1_000, 0).at(4).data("def");
        assertThat(oneSided.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void eachDirectionHasItsOwnClock() {
        conversation.client().timestamps(2_000_000, 70_000).at(1).data("abc");
        conversation.server().timestamps(70_001, 2_000_000).at(1).data("answer");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }
}
