package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.OPTION_SIGNATURE;
import static io.weir.decode.Segment.RST;
import static io.weir.decode.Segment.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Only a reset that the receiver's kernel obeys ends a stream (RFC 5961 section 3, and what Linux does). */
class ResetTest {
    private final Conversation conversation = Conversation.open();

    @Test
    @DisplayName("3.4: a reset at the next byte ends both directions")
    void aResetAtTheNextByteEndsBothDirections() {
        conversation.client().data("ask");
        conversation.server().data("answ");
        conversation.server().rst();
        assertThat(conversation.stream().log)
                .containsSequence("client 0:ask", "server 0:answ")
                .endsWith("close rst");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        assertThat(conversation.stream().ended(FlowDirection.SERVER_TO_CLIENT)).isTrue();
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    @DisplayName("G5, 3.5: a reset far below the next byte is not obeyed")
    void aResetFarBelowTheNextByteIsNotObeyed() {
        conversation.client().data("AAAA");
        conversation.client().at(-900).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().ending).isNull();
        assertThat(conversation.count(Anomaly.RST_IGNORED)).isEqualTo(1);
    }

    @Test
    void aResetOneBelowTheNextByteIsNotObeyed() {
        conversation.client().data("AAAA");
        conversation.client().at(4).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.count(Anomaly.RST_IGNORED)).isEqualTo(1);
    }

    @Test
    @DisplayName("Linux obeys a reset with the number of the FIN that it has taken, as some hosts send it")
    void aResetAtTheNumberOfADeliveredFinIsObeyed() {
        for (boolean acknowledged : new boolean[] {false, true}) {
            Conversation ended = Conversation.open();
            ended.client().data("ask").fin();
            if (acknowledged) {
                ended.server().ack(5);
            }
            ended.client().at(3).rst();
            assertThat(ended.stream().ending).isNull();
            ended.client().at(4).rst();
            assertThat(ended.stream().ending).isEqualTo(Ending.RST);
            assertThat(ended.stream().client()).isEqualTo("ask");
        }
    }

    @Test
    @DisplayName("3.5: a reset in the window but not at the next byte is not obeyed while the connection goes on")
    void aResetInTheWindowButNotAtTheNextByteIsNotObeyedWhileTheConnectionGoesOn() {
        conversation.client().data("AAAA");
        conversation.client().at(6).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().ending).isNull();
        assertThat(conversation.count(Anomaly.RST_IN_WINDOW)).isEqualTo(1);
    }

    @Test
    void aResetBeyondTheWindowIsNotObeyed() {
        conversation.client().data("AAAA");
        conversation.client().at(70_000_000).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.count(Anomaly.RST_IGNORED)).isEqualTo(1);
    }

    @Test
    void aResetInTheWindowIsObeyedWhenTheConnectionFallsSilent() {
        conversation.client().data("AAAA");
        conversation.client().at(6).rst();
        conversation.after(400 * Options.SECOND);
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.stream().client()).startsWith("AAAA");
    }

    @Test
    @DisplayName("evasion: Linux obeys a reset with a stale timestamp")
    void aResetWithAStaleTimestampIsObeyed() {
        Conversation stamped = Conversation.begin();
        stamped.client().timestamps(1_000, 0).syn();
        stamped.server().timestamps(1, 1_000).synAck();
        stamped.client().timestamps(2_000, 1).data("AAAA");
        stamped.client().timestamps(1_500, 1).rst();
        assertThat(stamped.stream().ending).isEqualTo(Ending.RST);
    }

    @Test
    @DisplayName("CVE-2021-45098: a reset with a signature option on a connection without one is dropped")
    void aResetWithASignatureOptionIsDropped() {
        conversation.client().data("AAAA");
        conversation.client().option(OPTION_SIGNATURE).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.count(Anomaly.SIGNATURE_OPTION)).isEqualTo(1);
    }

    @Test
    void aResetWithAWrongChecksumIsDropped() {
        conversation.client().data("AAAA");
        conversation.client().checksum(Checksum.WRONG).rst();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
    }

    @Test
    @DisplayName("G7: the payload of a reset is not part of the stream")
    void thePayloadOfAResetIsNotPartOfTheStream() {
        conversation.client().data("AAAA");
        conversation.client().at(5).send(RST, "reason");
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.count(Anomaly.DATA_IN_RST)).isEqualTo(1);
    }

    @Test
    @DisplayName("G7: the payload of a reset far ahead never becomes data, not even at the end")
    void thePayloadOfAResetFarAheadNeverBecomesData() {
        conversation.client().data("AAAA");
        conversation.client().at(100_000).send(RST, "zz");
        conversation.probe.end();
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
    }

    @Test
    @DisplayName("evasion: data after an obeyed reset is not delivered and starts no stream")
    void dataAfterAnObeyedResetIsNotDeliveredAndStartsNoStream() {
        conversation.client().data("AAAA");
        conversation.client().rst();
        conversation.client().at(5).data("LATE");
        conversation.server().data("LATE");
        assertThat(conversation.stream().client()).isEqualTo("AAAA");
        assertThat(conversation.stream().server()).isEmpty();
        assertThat(conversation.count(Anomaly.DATA_AFTER_CLOSE)).isEqualTo(2);
    }

    @Test
    void aResetAtTheAcknowledgedNumberIsObeyedAlthoughBytesBeforeItWereNotCaptured() {
        conversation.client().data("AAAA");
        conversation.server().ack(9);
        conversation.client().at(9).acking(1).rst();
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.stream().client()).isEqualTo("AAAA[4 not-captured]");
    }

    @Test
    @DisplayName(
            "RFC 9293 section 3.5.2: a server that has sent nothing yet resets whatever a wrong number acknowledges")
    void aResetThatAnswersAWrongAcknowledgementOfTheSynAckDoesNotEndTheConnection() {
        Conversation opening = Conversation.begin();
        opening.client().syn();
        opening.server().synAck();
        opening.client().at(1).ackingOnce(9_000).ack();
        opening.server().at(9_000).rst();
        opening.client().ack(1).data("ask");
        opening.server().at(1).data("answer");
        assertThat(opening.stream().client()).isEqualTo("ask");
        assertThat(opening.stream().server()).isEqualTo("answer");
        assertThat(opening.stream().ending).isNull();
        assertThat(opening.count(Anomaly.RST_IN_WINDOW)).isEqualTo(1);
    }

    @Test
    void aResetAtTheAcknowledgedNumberEndsADirectionOfWhichNothingWasCapturedOnceItIsSilent() {
        conversation.client().ack(9);
        conversation.server().at(9).rst();
        conversation.after(400 * Options.SECOND);
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.stream().server()).isEqualTo("[8 not-captured]");
    }

    @Test
    void aResetOfTheServerAgainstTheClientsNumbersIsObeyed() {
        // what a closed port of the server answers to data: its number is the acknowledged one
        conversation.client().data("AAAA");
        conversation.server().at(1).send(RST, "");
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
    }

    @Test
    void theNumberOfAResetIsComparedAcrossTheWrap() {
        Conversation wrapping = Conversation.begin().numbers(0xFFFF_FFFDL, 9).handshake();
        wrapping.client().data("AAAA");
        wrapping.client().at(-3).rst();
        wrapping.client().at(5).data("BBBB");
        assertThat(wrapping.stream().ending).isNull();
        wrapping.client().at(9).rst();
        assertThat(wrapping.stream().ending).isEqualTo(Ending.RST);
        assertThat(wrapping.stream().client()).isEqualTo("AAAABBBB");
    }

    @Test
    @DisplayName("3.6: after a reset a new SYN begins a new stream at once")
    void afterAResetANewSynBeginsANewStreamAtOnce() {
        conversation.client().data("old");
        conversation.client().rst();
        conversation.client().syn(77_000);
        conversation.server().startAt(88_000).synAck();
        conversation.client().ack(1);
        conversation.client().data("new");
        assertThat(conversation.probe.streams).hasSize(2);
        assertThat(conversation.probe.streams.get(0).client()).isEqualTo("old");
        assertThat(conversation.probe.streams.get(1).client()).isEqualTo("new");
    }

    @Test
    void aSynWithAResetFlagIsNoSyn() {
        conversation.client().data("AAAA");
        conversation.client().at(3).send(SYN | RST | ACK, "");
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
    }

    @Test
    @DisplayName(
            "evasion: a connection that outlives a reset is picked up again when its receiver acknowledges new bytes")
    void aConnectionThatOutlivesAResetIsPickedUpAgain() {
        conversation.client().data("AAAA");
        conversation.client().rst();
        conversation.client().at(5).data("BBBB");
        conversation.server().ack(9);
        conversation.client().at(9).data("CCCC");
        conversation.after(Options.SECOND);
        assertThat(conversation.probe.streams).hasSize(2);
        assertThat(conversation.probe.streams.get(0).client()).isEqualTo("AAAA");
        assertThat(conversation.newest().client()).isEqualTo("CCCC");
        assertThat(conversation.newest().connection.midstream()).isTrue();
        assertThat(conversation.count(Anomaly.RST_IGNORED)).isEqualTo(1);
    }

    @Test
    @DisplayName("one side captured: what was acknowledged before the reset is no sign that it was outlived")
    void anAcknowledgementFromBeforeTheResetStartsNoStream() {
        Conversation oneSided = Conversation.begin();
        oneSided.client().acking(1);
        oneSided.server().acking(1);
        oneSided.server().synAck().ack(5).ack(70_000).ack(5);
        oneSided.server().acking(70_000).rst();
        oneSided.server().ack(5);
        oneSided.server().ack(70_000);
        oneSided.server().at(1).acking(80_000).rst();
        oneSided.probe.end();
        assertThat(oneSided.probe.streams).hasSize(1);
        assertThat(oneSided.stream().ending).isEqualTo(Ending.RST);
        assertThat(oneSided.count(Anomaly.RST_IGNORED)).isZero();
    }
}
