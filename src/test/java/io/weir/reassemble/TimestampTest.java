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

    @Test
    void aTimestampOlderByOneTickDoesNotMakeTheNextOlderOneFresh() {
        conversation.client().timestamps(2_000, 70_000).at(1).data("abc");
        conversation.client().timestamps(1_999, 70_000).at(4).data("def");
        conversation.client().timestamps(1_998, 70_000).at(7).data("EVIL");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.count(Anomaly.STALE_TIMESTAMP)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: a stale timestamp is one also where no SYN was captured")
    void aStaleTimestampIsOneAlsoWhereNoSynWasCaptured() {
        Conversation pickedUp = Conversation.begin();
        pickedUp.client().timestamps(2_000, 1).at(1).data("abc");
        pickedUp.after(100 * Options.MS);
        pickedUp.client().timestamps(2_001, 1).at(4).data("def");
        pickedUp.client().timestamps(1_500, 1).at(7).data("EVIL");
        assertThat(pickedUp.stream().client()).isEqualTo("abcdef");
        assertThat(pickedUp.count(Anomaly.STALE_TIMESTAMP)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: where one side's SYN was captured and offers timestamps they count")
    void whereOneSidesSynOffersTimestampsTheyCount() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().timestamps(1_000, 0).syn();
        oneSided.client().timestamps(2_000, 1).at(1).data("abc");
        oneSided.client().timestamps(1_500, 1).at(4).data("EVIL");
        assertThat(oneSided.stream().client()).isEqualTo("abc");
        Conversation answer = Conversation.begin();
        answer.server().timestamps(70_000, 1_000).synAck();
        answer.client().timestamps(2_000, 1).at(1).data("abc");
        answer.client().timestamps(2_001, 1).at(4).data("def");
        answer.client().timestamps(1_500, 1).at(7).data("EVIL");
        assertThat(answer.stream().client()).isEqualTo("abcdef");
    }

    @Test
    void whereOneSidesSynRefusesTimestampsTheyMeanNothing() {
        Conversation refused = Conversation.begin();
        refused.client().syn();
        refused.server().timestamps(70_000, 0).synAck();
        refused.client().timestamps(2_000, 1).at(1).data("abc");
        refused.client().timestamps(1_000, 1).at(4).data("def");
        refused.server().timestamps(60_000, 1).at(1).data("answer");
        assertThat(refused.stream().client()).isEqualTo("abcdef");
        assertThat(refused.stream().server()).isEqualTo("answer");
        assertThat(refused.count(Anomaly.STALE_TIMESTAMP)).isZero();
    }

    @Test
    @DisplayName("RFC 7323 section 5.5: a timestamp that is 24 days old makes nothing stale")
    void aTimestampThatIs24DaysOldMakesNothingStale() {
        long day = 24 * 3_600 * Options.SECOND;
        for (int early = 0; early < 2; early++) {
            Conversation quiet = new Probe(Options.with("idleTimeoutNs", 30 * day)).conversation();
            quiet.client().timestamps(1_000, 0).syn();
            quiet.server().timestamps(70_000, 1_000).synAck();
            quiet.client().timestamps(2_000, 70_000).at(1).data("abc");
            quiet.after(24 * day - Probe.STEP_NS - early);
            quiet.client().timestamps(1_000, 70_000).at(4).data("def");
            assertThat(quiet.stream().client()).isEqualTo(early == 0 ? "abcdef" : "abc");
        }
    }
}
