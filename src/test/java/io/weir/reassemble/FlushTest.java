package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holes that stay: when they are given up, and what is told of them. Time is the packets' time only. */
class FlushTest {
    private final Conversation conversation = Conversation.open();

    @Test
    @DisplayName("3.12, evasion: a hole that the other side acknowledges is a gap after a short grace")
    void aHoleThatTheOtherSideAcknowledgesIsAGapAfterAShortGrace() {
        conversation.client().at(1).data("AAA");
        conversation.client().at(7).data("CCC");
        conversation.server().ack(10);
        conversation.after(40 * MS);
        assertThat(conversation.stream().client()).isEqualTo("AAA");
        conversation.after(20 * MS);
        assertThat(conversation.stream().client()).isEqualTo("AAA[3 not-captured]CCC");
        assertThat(conversation.stream().log).endsWith("client gap 3+3 not-captured", "client 6:CCC");
    }

    @Test
    @DisplayName("3.12: a hole that is filled within the grace is none")
    void aHoleThatIsFilledWithinTheGraceIsNone() {
        conversation.client().at(1).data("AAA");
        conversation.client().at(7).data("CCC");
        conversation.server().ack(10);
        conversation.after(40 * MS);
        conversation.client().at(4).data("BBB");
        conversation.after(SECOND);
        assertThat(conversation.stream().client()).isEqualTo("AAABBBCCC");
    }

    @Test
    void aHoleThatNobodyAcknowledgesWaitsFiveSeconds() {
        conversation.client().at(1).data("AAA");
        conversation.client().at(7).data("CCC");
        conversation.after(4_900 * MS);
        assertThat(conversation.stream().client()).isEqualTo("AAA");
        conversation.after(200 * MS);
        assertThat(conversation.stream().client()).isEqualTo("AAA[3 timeout]CCC");
    }

    @Test
    void theTimeOfOtherPacketsRunsTheTimersToo() {
        conversation.client().at(7).data("CCC");
        conversation.probe.nowNs += 6 * SECOND;
        Conversation other = conversation.probe.conversation();
        other.client().syn();
        assertThat(conversation.probe.streams.get(0).client()).isEqualTo("[6 timeout]CCC");
    }

    @Test
    void everyHoleIsItsOwnGap() {
        conversation.client().at(2).data("b");
        conversation.client().at(4).data("d");
        conversation.client().at(7).data("g");
        conversation.server().ack(8);
        conversation.after(SECOND);
        assertThat(conversation.stream().client()).isEqualTo("[1 not-captured]b[1 not-captured]d[2 not-captured]g");
        assertThat(conversation.stream().clientHalf().gapBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().bytes()).isEqualTo(3);
    }

    @Test
    void onlyTheAcknowledgedHolesAreGaps() {
        conversation.client().at(2).data("b");
        conversation.client().at(4).data("d");
        conversation.server().ack(3);
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("[1 not-captured]b");
        conversation.client().at(3).data("c");
        assertThat(conversation.stream().client()).isEqualTo("[1 not-captured]bcd");
    }

    @Test
    void bytesThatComeAfterTheirGapWasToldAreRefused() {
        conversation.client().at(4).data("def");
        conversation.server().ack(7);
        conversation.after(100 * MS);
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("[3 not-captured]def");
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(half.bytes()).isEqualTo(3);
        assertThat(half.overlapBytes() + half.refusedBytes()).isEqualTo(3);
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
    }

    @Test
    void acknowledgedBytesThatWereNeverSeenAreAGapAsSoonAsSomethingFollows() {
        conversation.client().data("AAA");
        conversation.server().ack(10);
        conversation.client().at(10).data("DDD");
        conversation.after(100 * MS);
        assertThat(conversation.stream().client()).isEqualTo("AAA[6 not-captured]DDD");
    }

    @Test
    void acknowledgedBytesThatWereNeverSeenAreAGapAlthoughNothingFollows() {
        conversation.client().data("AAA");
        conversation.server().ack(10);
        conversation.after(10 * SECOND);
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("AAA[6 not-captured]");
    }

    @Test
    @DisplayName("section 6: one wild acknowledgement does not skip what is still coming")
    void oneWildAcknowledgementDoesNotSkipWhatIsStillComing() {
        conversation.client().data("AAA");
        conversation.server().ack(900_000_000);
        conversation.after(100 * MS);
        conversation.client().at(4).data("BBB");
        conversation.probe.end();
        assertThat(conversation.stream().client()).startsWith("AAABBB");
    }

    @Test
    @DisplayName("R24: flush gives up holes older than it is told, and closes what was silent longer than it is told")
    void flushGivesUpHolesAndClosesWhatWasSilent() {
        Conversation other = conversation.probe.conversation().handshake();
        conversation.client().at(4).data("old");
        conversation.probe.nowNs += SECOND;
        long between = conversation.probe.nowNs;
        conversation.probe.nowNs += SECOND;
        other.client().at(4).data("new");
        Assembler.Flushed flushed = conversation.probe.assembler.flush(new FlushOptions(between, 0));
        assertThat(flushed.flushed()).isEqualTo(1);
        assertThat(flushed.closed()).isZero();
        assertThat(conversation.probe.streams.get(0).client()).isEqualTo("[3 timeout]old");
        assertThat(conversation.probe.streams.get(1).client()).isEmpty();
        flushed = conversation.probe.assembler.flush(new FlushOptions(0, between));
        assertThat(flushed.closed()).isEqualTo(1);
        assertThat(conversation.probe.streams.get(0).ending).isEqualTo(Ending.IDLE);
        assertThat(conversation.probe.streams.get(1).ending).isNull();
    }

    @Test
    @DisplayName("R25: flushCloseOlderThan does both with one time")
    void flushCloseOlderThanDoesBothWithOneTime() {
        conversation.client().at(4).data("old");
        Assembler.Flushed flushed = conversation.probe.assembler.flushCloseOlderThan(conversation.probe.nowNs + 1);
        assertThat(flushed.closed()).isEqualTo(1);
        assertThat(conversation.stream().client()).isEqualTo("[3 timeout]old");
        assertThat(conversation.stream().ending).isEqualTo(Ending.IDLE);
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    @DisplayName("R25: flushAll delivers everything that waits and closes everything")
    void flushAllDeliversEverythingThatWaitsAndClosesEverything() {
        Conversation other = conversation.probe.conversation().handshake();
        conversation.client().at(4).data("def");
        other.server().at(3).data("cd");
        assertThat(conversation.probe.assembler.flushAll()).isEqualTo(2);
        assertThat(conversation.probe.streams.get(0).client()).isEqualTo("[3 timeout]def");
        assertThat(conversation.probe.streams.get(1).server()).isEqualTo("[2 timeout]cd");
        assertThat(conversation.probe.streams)
                .allSatisfy(stream -> assertThat(stream.ending).isEqualTo(Ending.STOPPED));
        assertThat(conversation.probe.pool.size()).isZero();
        assertThat(conversation.probe.assembler.flushAll()).isZero();
    }

    @Test
    @DisplayName("3.22: at a flush the older direction comes first")
    void atAFlushTheOlderDirectionComesFirst() {
        conversation.client().at(2).data("request");
        conversation.server().at(2).data("response");
        conversation.probe.end();
        assertThat(conversation.stream().log).containsSubsequence("client 1:request", "server 1:response");
    }

    @Test
    @DisplayName("3.20: packets after a flush go on")
    void packetsAfterAFlushGoOn() {
        conversation.client().at(4).data("def");
        conversation.probe.assembler.flush(new FlushOptions(conversation.probe.nowNs + 1, 0));
        conversation.client().at(7).data("ghi");
        assertThat(conversation.stream().client()).isEqualTo("[3 timeout]defghi");
    }

    @Test
    void anOpenConnectionIsClosedAfterFiveSilentMinutes() {
        conversation.client().data("abc");
        conversation.after(299 * SECOND);
        assertThat(conversation.stream().ending).isNull();
        conversation.client().data("def");
        conversation.after(299 * SECOND);
        assertThat(conversation.stream().ending).isNull();
        conversation.after(2 * SECOND);
        assertThat(conversation.stream().ending).isEqualTo(Ending.IDLE);
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    @DisplayName("R6: time that goes backwards changes nothing")
    void timeThatGoesBackwardsChangesNothing() {
        conversation.client().data("abc");
        conversation.probe.nowNs -= 3_600 * SECOND;
        conversation.client().data("def");
        conversation.probe.nowNs += 3_600 * SECOND;
        conversation.client().data("ghi");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghi");
        assertThat(conversation.stream().ending).isNull();
    }

    @Test
    @DisplayName("3.29, G11: a leap of a day in packet time closes what was silent and costs no time")
    void aLeapOfADayInPacketTimeClosesWhatWasSilent() {
        conversation.client().at(4).data("def");
        long began = System.nanoTime();
        conversation.after(86_400 * SECOND);
        assertThat(System.nanoTime() - began).isLessThan(SECOND);
        assertThat(conversation.stream().client()).isEqualTo("[3 timeout]def");
        assertThat(conversation.stream().ending).isEqualTo(Ending.IDLE);
    }
}
