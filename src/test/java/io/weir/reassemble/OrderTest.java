package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments in any order become bytes in order, wherever the numbers lie. */
class OrderTest {
    private final Conversation conversation = Conversation.open();

    @Test
    @DisplayName("R10, R12: what arrives in order is delivered at once")
    void whatArrivesInOrderIsDeliveredAtOnce() {
        conversation.client().data("abc").data("def");
        assertThat(conversation.stream().log).endsWith("client 0:abc", "client 3:def");
    }

    @Test
    @DisplayName("R10: what arrives early waits for the hole below it")
    void whatArrivesEarlyWaitsForTheHoleBelowIt() {
        conversation.client().at(7).data("ghi");
        conversation.client().at(4).data("def");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.stream().clientHalf().waitingBytes()).isEqualTo(6);
        assertThat(conversation.stream().clientHalf().outOfOrderPackets()).isEqualTo(2);
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().log).endsWith("client 0:abcdefghi");
        assertThat(conversation.stream().clientHalf().waitingBytes()).isZero();
    }

    @Test
    @DisplayName("R11: an empty ACK delivers nothing")
    void anEmptyAckDeliversNothing() {
        int calls = conversation.stream().log.size();
        conversation.client().ack(1);
        conversation.server().ack(1);
        assertThat(conversation.stream().log).hasSize(calls);
    }

    @Test
    @DisplayName("G1: three bytes across the wrap keep their order")
    void threeBytesAcrossTheWrapKeepTheirOrder() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFDL, 9).handshake();
        wrapping.client().at(3).data("C");
        wrapping.client().at(1).data("A");
        wrapping.client().at(2).data("B");
        assertThat(wrapping.stream().client()).isEqualTo("ABC");
    }

    @Test
    @DisplayName("G1: two bytes in wrong order across the wrap are both delivered")
    void twoBytesInWrongOrderAcrossTheWrapAreBothDelivered() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFEL, 9).handshake();
        wrapping.client().at(2).data("B");
        wrapping.client().at(1).data("A");
        assertThat(wrapping.stream().client()).isEqualTo("AB");
    }

    @Test
    @DisplayName("R1, 3.1: every order of three segments, everywhere around the wrap")
    void everyOrderOfThreeSegmentsEverywhereAroundTheWrap() {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        String[] parts = {"abc", "def", "ghi"};
        for (long middle : new long[] {0x1_0000_0000L, 0x8000_0000L, 0x4000_0000L, 0xC000_0000L}) {
            for (int before = 0; before <= 12; before++) {
                for (int[] order : orders) {
                    Conversation around = Conversation.begin()
                            .numbers(middle - before & 0xFFFF_FFFFL, 9)
                            .handshake();
                    for (int part : order) {
                        around.client().at(1 + 3L * part).data(parts[part]);
                    }
                    assertThat(around.stream().client())
                            .as("%d before %x", before, middle)
                            .isEqualTo("abcdefghi");
                }
            }
        }
    }

    @Test
    @DisplayName("3.1: a gap across the wrap has its true length")
    void aGapAcrossTheWrapHasItsTrueLength() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFF5L, 9).handshake();
        wrapping.client().at(1).data("a");
        wrapping.client().at(22).data("b");
        wrapping.probe.end();
        assertThat(wrapping.stream().client()).isEqualTo("a[20 timeout]b");
    }

    @Test
    @DisplayName("3.1: the one byte at number FFFFFFFF can be missing")
    void theOneByteAtTheHighestNumberCanBeMissing() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFCL, 9).handshake();
        wrapping.client().at(1).data("ab");
        wrapping.client().at(4).data("d");
        wrapping.probe.end();
        assertThat(wrapping.stream().client()).isEqualTo("ab[1 timeout]d");
    }

    @Test
    @DisplayName("3.1: a retransmission across the wrap delivers no byte again")
    void aRetransmissionAcrossTheWrapDeliversNoByteAgain() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFAL, 9).handshake();
        wrapping.client().at(1).data("abcdefghij");
        wrapping.client().at(1).data("abcdefghij");
        wrapping.client().at(4).data("defghijkl");
        assertThat(wrapping.stream().client()).isEqualTo("abcdefghijkl");
    }

    @Test
    @DisplayName("G2: data 3 000 000 000 numbers ahead is old, not future")
    void dataMoreThanHalfTheNumbersAheadIsOld() {
        conversation.client().at(1).data("AB");
        conversation.client().at(3_000_000_000L).data("zz");
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("AB");
        assertThat(conversation.stream().clientHalf().bytes()).isEqualTo(2);
    }

    @Test
    @DisplayName("CVE-2003-0209: offsets go on past 4 GiB")
    void offsetsGoOnPastFourGigabytes() {
        LeanProbe probe = new LeanProbe(Options.with("historyBytes", 0));
        int segments = 70_000;
        for (int index = 0; index < segments; index++) {
            probe.inOrder(65_000);
        }
        assertThat(probe.delivered()).isEqualTo(4_550_000_000L);
        assertThat(probe.nextOffset()).isEqualTo(4_550_000_000L);
    }

    @Test
    void whoAnswersIsHeardAlsoWhenTheOtherSideHasSentGibibytes() {
        LeanProbe probe = new LeanProbe(Options.with("historyBytes", 0));
        for (int index = 0; index < 70_000; index++) {
            probe.inOrder(65_000);
            probe.answer();
        }
        assertThat(probe.delivered()).isEqualTo(4_550_000_000L + 70_000);
        assertThat(probe.ackedTo()).isEqualTo(4_550_000_000L);
    }

    @Test
    void whoAnswersIsHeardAlsoWhenGibibytesOfTheOtherSideWereNotCaptured() {
        Conversation oneSided = Conversation.begin();
        oneSided.server().acking(1).synAck();
        long acknowledged = 1;
        for (int index = 0; index < 90; index++) {
            acknowledged += 60_000_000;
            oneSided.server().acking(acknowledged).data("a");
            oneSided.after(Options.SECOND);
        }
        oneSided.probe.end();
        assertThat(oneSided.stream().server()).isEqualTo("a".repeat(90));
    }

    @Test
    @DisplayName("R14: a segment larger than a page is delivered in one piece of bytes")
    void aSegmentLargerThanAPageIsDelivered() {
        String large = "0123456789".repeat(6_500);
        conversation.client().at(2).data(large);
        conversation.client().at(1).data("^");
        assertThat(conversation.stream().client()).isEqualTo("^" + large);
    }

    @Test
    void anAlternatingOrderIsPutRight() {
        StringBuilder expected = new StringBuilder();
        for (int index = 0; index < 100; index++) {
            expected.append((char) ('a' + index % 26));
        }
        for (int index = 1; index < 100; index += 2) {
            conversation.client().at(1 + index).data(expected.substring(index, index + 1));
        }
        for (int index = 98; index >= 0; index -= 2) {
            conversation.client().at(1 + index).data(expected.substring(index, index + 1));
        }
        assertThat(conversation.stream().client()).isEqualTo(expected.toString());
    }

    @Test
    void bothDirectionsAreIndependent() {
        conversation.client().at(4).data("def");
        conversation.server().at(4).data("456");
        conversation.server().at(1).data("123");
        assertThat(conversation.stream().server()).isEqualTo("123456");
        assertThat(conversation.stream().client()).isEmpty();
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
    }

    @Test
    @DisplayName("CVE-2024-55627: holes next to every place that the stream has slid to")
    void holesNextToEveryPlaceThatTheStreamHasSlidTo() {
        for (int slid = 0; slid <= 70; slid++) {
            for (int distance = -1; distance <= 1; distance++) {
                Conversation sliding = Conversation.open();
                String sent = "abcdefghij".repeat(7).substring(0, slid);
                if (slid > 0) {
                    sliding.client().data(sent);
                }
                int hole = slid + 1 + distance;
                sliding.client().at(1 + Math.max(0, hole)).data("0123456789");
                sliding.probe.end();
                int gap = Math.max(0, Math.max(0, hole) - slid);
                String fresh = "0123456789".substring(Math.max(0, slid - Math.max(0, hole)));
                assertThat(sliding.stream().client())
                        .as("slid %d, %d", slid, distance)
                        .isEqualTo(sent + (gap > 0 ? "[" + gap + " timeout]" : "") + fresh);
            }
        }
    }
}
