package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that come twice: what is delivered stays, differences are told, every byte is counted once. */
class OverlapTest {
    private final Conversation conversation = Conversation.open();

    @ParameterizedTest
    @EnumSource(OverlapPolicy.class)
    @DisplayName("evasion (Quantum Insert), R12: delivered bytes never change, under any policy")
    void deliveredBytesNeverChange(OverlapPolicy policy) {
        Conversation under = Conversation.open(Options.with(policy));
        under.client().at(1).data("GET /good");
        under.client().at(1).data("GET /evil");
        under.client().at(10).data(" HTTP");
        assertThat(under.stream().client()).isEqualTo("GET /good HTTP");
        assertThat(under.count(Anomaly.CONFLICT)).isEqualTo(1);
        assertThat(under.stream().clientHalf().overlapBytes()).isEqualTo(9);
        assertThat(under.stream().clientHalf().conflictBytes()).isBetween(1L, 4L);
    }

    @Test
    @DisplayName("3.28: a conflict names the bytes that differ")
    void aConflictNamesTheBytesThatDiffer() {
        conversation.client().at(1).data("abcdef");
        conversation.client().at(1).data("abXYef");
        assertThat(conversation.stream().log).endsWith("client conflict 2+2");
        assertThat(conversation.stream().clientHalf().conflictBytes()).isEqualTo(2);
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("3.28: a conflict carries the digests of both versions")
    void aConflictCarriesTheDigestsOfBothVersions() {
        List<Long> digests = new ArrayList<>();
        Conversation digested = new Probe(
                        AssemblerOptions.defaults(), connection -> new Recording().watching(anomaly -> {
                            digests.add(anomaly.keptDigest());
                            digests.add(anomaly.otherDigest());
                        }))
                .conversation()
                .handshake();
        digested.client().at(1).data("kept.");
        digested.client().at(1).data("lost.");
        assertThat(digests).containsExactly(fnv1a("kep"), fnv1a("los"));
    }

    private static long fnv1a(String text) {
        long digest = 0xCBF2_9CE4_8422_2325L;
        for (char letter : text.toCharArray()) {
            digest = (digest ^ letter) * 0x100_0000_01B3L;
        }
        return digest;
    }

    @Test
    @DisplayName("R13, 3.28: a conflict between bytes that wait is told too")
    void aConflictBetweenBytesThatWaitIsToldToo() {
        conversation.client().at(5).data("AAAA");
        conversation.client().at(6).data("BB");
        conversation.client().at(1).data("....");
        assertThat(conversation.stream().client()).isEqualTo("....AAAA");
        assertThat(conversation.stream().anomalies).containsExactly(Anomaly.CONFLICT);
        assertThat(conversation.stream().clientHalf().conflictBytes()).isEqualTo(2);
    }

    @Test
    @DisplayName("3.25, 3.27: the same bytes again are counted, and are nothing odd")
    void theSameBytesAgainAreCountedAndAreNothingOdd() {
        conversation.client().at(1).data("abcd");
        conversation.client().at(1).data("abcd");
        assertThat(conversation.stream().client()).isEqualTo("abcd");
        assertThat(conversation.stream().anomalies).isEmpty();
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().overlapBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().conflictBytes()).isZero();
    }

    @Test
    @DisplayName("3.25: a retransmission that carries new bytes delivers the new ones")
    void aRetransmissionThatCarriesNewBytesDeliversTheNewOnes() {
        conversation.client().at(1).data("abcd");
        conversation.client().at(3).data("cdef");
        assertThat(conversation.stream().log).endsWith("client 0:abcd", "client 4:ef");
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(2);
    }

    @Test
    @DisplayName("3.17: a duplicate counts its own bytes, not its distance")
    void aDuplicateCountsItsOwnBytesNotItsDistance() {
        conversation.client().at(1).data("x".repeat(1_000));
        conversation.client().at(1).data("x".repeat(10));
        assertThat(conversation.stream().clientHalf().overlapBytes()).isEqualTo(10);
    }

    @Test
    @DisplayName("3.17: trimmed and covered bytes that wait are counted as well")
    void trimmedAndCoveredBytesThatWaitAreCountedAsWell() {
        for (OverlapPolicy policy : OverlapPolicy.values()) {
            Conversation under = Conversation.open(Options.with(policy));
            under.client().at(11).data("AAAA");
            under.client().at(13).data("BBBB");
            under.client().at(9).data("CCCC");
            under.client().at(1).data("........");
            HalfConnection half = under.stream().clientHalf();
            assertThat(half.bytes()).as("%s", policy).isEqualTo(16);
            assertThat(half.overlapBytes()).as("%s", policy).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("R12: queued bytes that a delivered segment covers are not delivered again")
    void queuedBytesThatADeliveredSegmentCoversAreNotDeliveredAgain() {
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abcdefghi");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghi");
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(3);
    }

    @Test
    void aDifferenceBetweenTheSegmentThatArrivesAndTheOneThatWaitedIsTold() {
        conversation.client().at(4).data("YYY");
        conversation.client().at(1).data("abcdef");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.stream().log).contains("client conflict 3+3");
    }

    @Test
    @DisplayName("design: a conflict far below the newest byte may be forgotten, the count of bytes may not")
    void oldBytesAreCountedEvenIfTheyCannotBeComparedAnyMore() {
        Conversation shortMemory = Conversation.open(Options.with("historyBytes", 0));
        shortMemory.client().at(1).data("abcd");
        shortMemory.client().at(1).data("YYYY");
        assertThat(shortMemory.stream().client()).isEqualTo("abcd");
        assertThat(shortMemory.stream().clientHalf().overlapBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("evasion: bytes below the first one are no data")
    void bytesBelowTheFirstOneAreNoData() {
        conversation.client().at(-3).data("EVIL");
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.count(Anomaly.BEFORE_START)).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    void aSegmentThatBeginsBelowTheFirstByteLosesOnlyThatPart() {
        conversation.client().at(-3).data("EVILgood");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    @DisplayName("section 1.3: what PYROLYSE tests, the short segment that hides a long one")
    void aShortSegmentInsideALongOneDoesNotHideIt() {
        Conversation first = Conversation.open(Options.with(OverlapPolicy.FIRST));
        first.client().at(2).data("AAA");
        first.client().at(3).data("B");
        first.client().at(4).data("C");
        first.client().at(1).data("z");
        assertThat(first.stream().client()).isEqualTo("zAAA");
    }

    @Test
    void aSegmentThatBridgesThousandIslandsFreesThemAll() {
        Conversation islands = Conversation.open(
                Options.with("maxIslandsPerDirection", 2_000, "maxWaitingBytesPerDirection", 1 << 20));
        for (int index = 0; index < 1_000; index++) {
            islands.client().at(3 + 3L * index).data("i");
        }
        islands.client().at(2).data("b".repeat(3_000));
        assertThat(islands.stream().clientHalf().waitingBytes()).isBetween(3_000L, 4_001L);
        islands.client().at(1).data("^");
        assertThat(islands.stream().client()).hasSizeGreaterThanOrEqualTo(3_001);
        assertThat(islands.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    void aConflictAmongBytesThatAFinThrowsAwayIsNoDuplicate() {
        conversation.client().at(101).data("a".repeat(100));
        conversation.client().at(151).data("b".repeat(100));
        conversation.client().at(1).send(Segment.FIN | Segment.ACK, "c".repeat(90));
        conversation.probe.end();
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(half.refusedBytes()).isEqualTo(200);
        assertThat(half.overlapBytes()).isZero();
        assertThat(half.conflictBytes()).isZero();
        assertThat(half.duplicateBytes()).isZero();
    }

    @Test
    void bytesOfThreeRunsThatOverlapAreHeldAgainstWhatIsDelivered() {
        conversation.client().at(11).data("a".repeat(10));
        conversation.client().at(14).data("b".repeat(10));
        conversation.client().at(17).data("a".repeat(10));
        conversation.client().at(1).data(".".repeat(10));
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(conversation.stream().client()).isEqualTo("..........aaaaaaaaaabbbaaa");
        assertThat(half.overlapBytes()).isEqualTo(14);
        assertThat(half.conflictBytes()).isEqualTo(7 + 3);
        assertThat(half.duplicateBytes()).isEqualTo(4);
        assertThat(conversation.stream().log).contains("client conflict 13+7", "client conflict 20+3");
    }

    @Test
    void aSegmentInsideTheSecondOfTwoRunsIsHeldAgainstThatOneOnly() {
        conversation.client().at(11).data("a".repeat(20));
        conversation.client().at(21).data("b".repeat(40));
        conversation.client().at(26).data("c".repeat(25));
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(half.overlapBytes()).isEqualTo(25);
        assertThat(half.conflictBytes()).isEqualTo(25);
    }

    @Test
    void aRunThatALongerSegmentHasPassedIsHeldAgainstAllThatIsDelivered() {
        conversation.client().at(5).data("eeXX");
        conversation.client().at(7).data("gghhii");
        conversation.client().at(1).data("aabbccd");
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(conversation.stream().client()).isEqualTo("aabbccdXhhii");
        assertThat(half.overlapBytes()).isEqualTo(3 + 2);
        assertThat(half.conflictBytes()).isEqualTo(3 + 2);
        assertThat(conversation.stream().log).contains("client conflict 4+3", "client conflict 6+2");
    }
}
