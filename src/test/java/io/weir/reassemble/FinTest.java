package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.FIN;
import static io.weir.decode.Segment.PSH;
import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A FIN belongs to a number, not to a segment; a direction ends when its bytes reach that number. */
class FinTest {
    private final Conversation conversation = Conversation.open();

    @Test
    void aFinWithDataEndsItsDirectionAfterTheData() {
        conversation.client().send(FIN | PSH | ACK, "last");
        assertThat(conversation.stream().log).endsWith("client 0:last end");
        assertThat(conversation.stream().ended(SERVER_TO_CLIENT)).isFalse();
        assertThat(conversation.stream().ending).isNull();
    }

    @Test
    void theOtherDirectionGoesOnAfterAFin() {
        conversation.client().fin();
        conversation.server().acking(2).data("still here");
        assertThat(conversation.stream().server()).isEqualTo("still here");
        conversation.server().fin();
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }

    @Test
    @DisplayName("G3, 3.2: an empty FIN above a hole is remembered")
    void anEmptyFinAboveAHoleIsRemembered() {
        conversation.client().at(5).data("BB");
        conversation.client().at(7).fin();
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isFalse();
        conversation.client().at(1).data("AAAA");
        assertThat(conversation.stream().client()).isEqualTo("AAAABB");
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    @DisplayName("3.2: an empty FIN right above a hole is remembered")
    void anEmptyFinRightAboveAHoleIsRemembered() {
        conversation.client().at(5).fin();
        conversation.client().at(1).data("AAAA");
        assertThat(conversation.stream().log).endsWith("client 0:AAAA end");
    }

    @Test
    @DisplayName("G4, 3.3: a retransmission without FIN does not remove the FIN")
    void aRetransmissionWithoutFinDoesNotRemoveTheFin() {
        conversation.client().at(5).send(FIN | ACK, "BB");
        conversation.client().at(5).data("bb");
        conversation.client().at(1).data("AAAA");
        assertThat(conversation.stream().client()).isEqualTo("AAAABB");
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    @DisplayName("G4: under LAST the retransmission wins, and the FIN stays")
    void underLastTheRetransmissionWinsAndTheFinStays() {
        Conversation last = Conversation.open(Options.with(OverlapPolicy.LAST));
        last.client().at(5).send(FIN | ACK, "BB");
        last.client().at(5).data("bb");
        last.client().at(1).data("AAAA");
        assertThat(last.stream().client()).isEqualTo("AAAAbb");
        assertThat(last.stream().ended(CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    @DisplayName("G6, CVE-2019-18792: a FIN without ACK flag ends nothing")
    void aFinWithoutAckFlagEndsNothing() {
        conversation.client().at(1).send(FIN, "");
        conversation.client().at(1).data("AAAA");
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isFalse();
        assertThat(conversation.count(Anomaly.FIN_WITHOUT_ACK)).isEqualTo(1);
    }

    @Test
    @DisplayName("G5, 3.5: a FIN with an old number ends nothing")
    void aFinWithAnOldNumberEndsNothing() {
        conversation.client().data("AAAA");
        conversation.client().at(2).fin();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isFalse();
    }

    /** Measured: what a Linux 6.18 socket reads of these segments. A trailing F is a FIN; the last word says how it ends. */
    @ParameterizedTest
    @CsvSource({
        "9:F 7:F 1:AAAABBBB, AAAABBBB, end",
        "5:F 1:AAAAzz, AAAAzz, open",
        "5:F 1:AAAA 5:zz, AAAA, end",
        "5:zzzz 3:F 1:AA, AA, end",
        "7:zz 5:F 1:AAAA, AAAA, end",
        "5:BBF 5:bb 1:AAAA, AAAABB, end",
        "5:BBF 5:bbXX 1:AAAA 9:F, AAAAbbXX, end",
        "5:BBF 3:bbXX 1:AA 7:cc, AAbbXX, end",
        "1:AAAA 2:F 5:BB 7:F, AAAABB, end",
        "1:AAAA 3:AABBF, AAAABB, end",
        "1:AAAA 1:AAF 5:BB 7:F, AAAABB, end",
        "5:BB 5:bbF 1:AAAA, AAAAbb, end",
        "5:BBF 5:bbF 1:AAAA, AAAABB, end",
        "5:BBB 5:bbF 1:AAAA 8:F, AAAABBB, end",
        "7:F 5:bbXX 1:AAAA 9:F, AAAAbbXX, end",
        "7:F 5:bb 1:AAAA, AAAAbb, end",
        "1:AAAAF 1:AAAAzz, AAAA, end",
        "3:BB 5:F 5:zz 1:AA 7:F, AABB, end",
        "3:BB 5:zz 5:F 1:AA 7:F, AABBzz, end",
        "3:BBF 5:zz 1:AA 7:F, AABB, end"
    })
    @DisplayName("3.3: a FIN counts where the kernel counts it")
    void aFinCountsWhereTheKernelCountsIt(String segments, String bytes, String end) {
        for (String segment : segments.split(" ")) {
            String[] parts = segment.split(":");
            boolean fin = parts[1].endsWith("F");
            String data = fin ? parts[1].substring(0, parts[1].length() - 1) : parts[1];
            conversation.client().at(Long.parseLong(parts[0])).send((fin ? FIN : PSH) | ACK, data);
        }
        assertThat(conversation.stream().client()).isEqualTo(bytes);
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isEqualTo(end.equals("end"));
    }

    @Test
    void aSecondFinAtAnotherNumberIsTold() {
        conversation.client().at(9).fin();
        conversation.client().at(7).fin();
        assertThat(conversation.count(Anomaly.FIN_MOVED)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: data after a FIN is dropped")
    void dataAfterAFinIsDropped() {
        conversation.client().data("AAAA").fin();
        conversation.client().at(6).data("zz");
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(2);
        assertThat(conversation.count(Anomaly.DATA_AFTER_FIN) + conversation.count(Anomaly.DATA_AFTER_CLOSE))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("3.3: bytes that waited beyond a FIN never become data")
    void bytesThatWaitedBeyondAFinNeverBecomeData() {
        conversation.client().at(5).data("zzzz");
        conversation.client().at(3).fin();
        conversation.client().at(1).data("AA");
        assertThat(conversation.stream().log).contains("client 0:AA end");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(conversation.count(Anomaly.DATA_AFTER_FIN)).isEqualTo(1);
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    void bytesThatWaitedBelowAFinHaveComeAgain() {
        conversation.client().at(3).data("cdef");
        conversation.client().at(1).send(FIN | ACK, "abcdeF");
        assertThat(conversation.stream().log).endsWith("client conflict 5+1", "client 0:abcdeF end");
        assertThat(conversation.stream().clientHalf().overlapBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().conflictBytes()).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isZero();
        assertThat(conversation.count(Anomaly.DATA_AFTER_FIN)).isZero();
    }

    @Test
    void ofBytesThatWaitedAroundAFinOnlyThoseBeyondItAreRefused() {
        conversation.client().at(3).data("cdefgh");
        conversation.client().at(1).send(FIN | ACK, "abcdef");
        assertThat(conversation.stream().log).endsWith("client 0:abcdef end", "client data-after-fin 6+2");
        assertThat(conversation.stream().clientHalf().overlapBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(2);
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    @DisplayName("3.26: a repeated FIN is nothing odd")
    void aRepeatedFinIsNothingOdd() {
        conversation.client().data("AAAA").fin();
        conversation.client().at(5).fin();
        conversation.client().at(1).send(FIN | ACK, "AAAA");
        conversation.server().acking(6).fin();
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
        assertThat(conversation.stream().anomalies).isEmpty();
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }

    @Test
    @DisplayName("3.26: both sides may close at the same time")
    void bothSidesMayCloseAtTheSameTime() {
        conversation.client().fin();
        conversation.server().fin();
        conversation.client().ack(2);
        conversation.server().ack(2);
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
        assertThat(conversation.stream().anomalies).isEmpty();
    }

    @Test
    @DisplayName("3.7, G12: the stragglers of a closed connection start no stream")
    void theStragglersOfAClosedConnectionStartNoStream() {
        conversation.client().data("ask");
        conversation.server().acking(4).data("answer");
        conversation.goodbye();
        conversation.client().ack();
        conversation.server().at(7).fin();
        conversation.client().at(4).fin();
        conversation.client().rst();
        conversation.client().at(1).data("ask");
        assertThat(conversation.probe.streams).hasSize(1);
        assertThat(conversation.probe.pool.size()).isZero();
        assertThat(conversation.stream().log).endsWith("close fin");
    }

    @Test
    void aFinIsReachedAcrossTheWrap() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFAL, 9).handshake();
        wrapping.client().at(9).fin();
        wrapping.client().at(5).data("BBBB");
        wrapping.client().at(1).data("AAAA");
        assertThat(wrapping.stream().client()).isEqualTo("AAAABBBB");
        assertThat(wrapping.stream().ended(CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    void theBytesBeforeAFinThatNeverCameAreAGapAtTheEnd() {
        conversation.client().data("AAAA");
        conversation.client().at(9).fin();
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("AAAA[4 timeout]");
        assertThat(conversation.stream().clientHalf().nextOffset()).isEqualTo(8);
    }

    @Test
    void aFinThatTheOtherSideAcknowledgesEndsADirectionWhoseLastBytesWereNotCaptured() {
        conversation.client().data("AAAA");
        conversation.client().at(9).fin();
        conversation.server().ack(10);
        conversation.after(60 * Options.MS);
        assertThat(conversation.stream().client()).isEqualTo("AAAA[4 not-captured]");
        assertThat(conversation.stream().ended(CLIENT_TO_SERVER)).isTrue();
    }

    @Test
    void aFinSegmentThatIsNotTheLastToArriveDoesNotCountAsAByte() {
        conversation.client().data("AAAA").fin();
        conversation.server().acking(6).fin();
        assertThat(conversation.stream().clientHalf().nextOffset()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().bytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().ackedTo()).isEqualTo(4);
    }
}
