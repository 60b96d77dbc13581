package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.PSH;
import static io.weir.decode.Segment.SYN;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a connection begins, and who is its client. */
class HandshakeTest {
    private final Conversation conversation = Conversation.begin();

    @Test
    void aConversationIsOpenedStartedDeliveredEndedAndClosed() {
        conversation.handshake();
        conversation.client().data("ask");
        conversation.server().acking(4).data("answer");
        conversation.goodbye();
        assertThat(conversation.stream().log)
                .containsExactly(
                        "open handshake",
                        "client start",
                        "server start",
                        "client 0:ask",
                        "server 0:answer",
                        "client end",
                        "server end",
                        "close fin");
    }

    @Test
    @DisplayName("3.23: a SYN-ACK that is seen first still names client and server")
    void aSynAckThatIsSeenFirstStillNamesClientAndServer() {
        conversation.client().startAt(1_000);
        conversation.server().synAck();
        conversation.client().at(1).ack(1);
        conversation.client().at(1).data("ask");
        conversation.server().data("answer");
        Recording stream = conversation.stream();
        assertThat(stream.log).first().isEqualTo("open handshake");
        assertThat(stream.connection.clientPort()).isEqualTo(40_000);
        assertThat(stream.connection.serverPort()).isEqualTo(8_080);
        assertThat(stream.client()).isEqualTo("ask");
        assertThat(stream.server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("G9, 3.8: a repeated SYN starts nothing twice")
    void aRepeatedSynStartsNothingTwice() {
        conversation.client().syn().syn();
        conversation.server().synAck().synAck();
        conversation.client().ack(1);
        conversation.client().data("AB");
        conversation.client().syn();
        conversation.client().at(3).data("CD");
        assertThat(conversation.stream().client()).isEqualTo("ABCD");
        assertThat(conversation.stream().log).containsOnlyOnce("client start", "server start");
    }

    @Test
    @DisplayName("evasion, CVE-2025-59147: of several SYNs the one counts that the SYN-ACK acknowledges")
    void ofSeveralSynsTheOneCountsThatTheSynAckAcknowledges() {
        for (int chosen = 0; chosen < 20; chosen++) {
            Conversation several = Conversation.begin();
            for (int index = 0; index < 20; index++) {
                several.client().syn(1_000 + 10_000L * index);
            }
            several.client().startAt(1_000 + 10_000L * chosen);
            several.server().synAck();
            several.client().at(1).ack(1);
            several.client().at(1).data("first");
            assertThat(several.newest().client()).as("SYN number %d", chosen).isEqualTo("first");
            assertThat(several.probe.pool.size()).isEqualTo(1);
        }
    }

    @Test
    void ofSeveralSynAcksTheOneCountsThatTheClientAcknowledges() {
        conversation.client().syn();
        conversation.server().startAt(5_000_000).synAck();
        conversation.server().startAt(9_000_000).synAck();
        conversation.client().ack(1);
        conversation.server().at(1).data("answer");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("CVE-2018-6794: what the server sends before the handshake ends is delivered")
    void whatTheServerSendsBeforeTheHandshakeEndsIsDelivered() {
        conversation.client().syn();
        conversation.server().synAck();
        conversation.server().data("early").fin();
        conversation.client().ack(1);
        conversation.client().acking(7).data("late");
        assertThat(conversation.stream().server()).isEqualTo("early");
        assertThat(conversation.stream().ended(FlowDirection.SERVER_TO_CLIENT)).isTrue();
        assertThat(conversation.stream().client()).isEqualTo("late");
    }

    @Test
    @DisplayName("evasion: data in a SYN that the server does not acknowledge is not part of the stream")
    void dataInASynThatTheServerDoesNotAcknowledgeIsNotDelivered() {
        conversation.client().at(0).send(SYN, "EVIL");
        conversation.server().synAck();
        conversation.client().ack(1);
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.count(Anomaly.SYN_DATA)).isEqualTo(1);
    }

    /** Captured on two interfaces, the two may change places. */
    @Test
    void aSynWhoseBytesWereAcknowledgedBeforeItWasSeenKeepsThem() {
        Conversation conversation = Conversation.begin();
        conversation.server().acking(4).synAck();
        conversation.client().at(0).send(SYN, "one");
        conversation.client().acking(1).data(" two");
        conversation.server().ack(8);
        assertThat(conversation.stream().client()).isEqualTo("one two");
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isZero();
    }

    @Test
    void aSynWhoseBytesWereAcknowledgedBeforeItWasSeenComesBeforeWhatWaits() {
        Conversation conversation = Conversation.begin();
        conversation.server().acking(4).synAck();
        conversation.client().acking(1).at(8).data(" three");
        conversation.client().at(0).send(SYN, "one");
        conversation.client().at(4).data(" two");
        assertThat(conversation.stream().client()).isEqualTo("one two three");
    }

    @Test
    @DisplayName("RFC 7413: data in a SYN that the server acknowledges is the beginning of the stream")
    void dataInASynThatTheServerAcknowledgesIsDelivered() {
        conversation.client().at(0).send(SYN, "fast");
        conversation.server().acking(5).synAck();
        conversation.client().ack(1);
        conversation.client().at(5).data(" open");
        assertThat(conversation.stream().client()).isEqualTo("fast open");
    }

    @Test
    @DisplayName("3.8: the retransmission of a SYN with more data loses no byte")
    void theRetransmissionOfASynWithMoreDataLosesNoByte() {
        conversation.client().at(0).send(SYN, "abc");
        conversation.client().at(0).send(SYN, "abcdef");
        conversation.server().acking(7).synAck();
        conversation.client().at(7).data("ghi");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghi");
    }

    @Test
    void dataInASynAckIsTheBeginningOfTheServersStream() {
        conversation.client().syn();
        conversation.server().at(0).send(SYN | ACK, "hello");
        conversation.client().ack(6);
        conversation.server().at(6).data(" you");
        assertThat(conversation.stream().server()).isEqualTo("hello you");
    }

    @Test
    @DisplayName("evasion, 3.26: both sides may open at the same time")
    void bothSidesMayOpenAtTheSameTime() {
        conversation.client().syn();
        conversation.server().syn();
        conversation.client().synAck();
        conversation.server().synAck();
        conversation.client().data("left");
        conversation.server().data("right");
        assertThat(conversation.stream().client()).isEqualTo("left");
        assertThat(conversation.stream().server()).isEqualTo("right");
        assertThat(conversation.count(Anomaly.SIMULTANEOUS_OPEN)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: a split handshake changes neither the roles nor the bytes")
    void aSplitHandshakeChangesNeitherTheRolesNorTheBytes() {
        conversation.client().syn();
        conversation.server().syn();
        conversation.client().synAck();
        conversation.server().ack(1);
        conversation.client().data("ask");
        conversation.server().data("answer");
        assertThat(conversation.stream().connection.clientPort()).isEqualTo(40_000);
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("answer");
        assertThat(conversation.count(Anomaly.SPLIT_HANDSHAKE) + conversation.count(Anomaly.SIMULTANEOUS_OPEN))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: a five-way split handshake changes neither the roles nor the bytes")
    void aFiveWaySplitHandshakeChangesNeitherTheRolesNorTheBytes() {
        conversation.client().syn();
        conversation.server().at(0).send(ACK, "");
        conversation.server().syn();
        conversation.client().synAck();
        conversation.server().ack(1);
        conversation.client().data("ask");
        conversation.server().data("answer");
        assertThat(conversation.stream().connection.clientPort()).isEqualTo(40_000);
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @Test
    void aSynThatNobodyAnswersIsAStreamThatIdlesOut() {
        conversation.client().syn();
        conversation.after(9 * SECOND);
        assertThat(conversation.stream().ending).isNull();
        conversation.after(2 * SECOND);
        assertThat(conversation.stream().log)
                .containsExactly("open handshake", "client start", "client end", "server end", "close idle");
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    @DisplayName("3.4, 3.21: a refused connection is closed by its reset")
    void aRefusedConnectionIsClosedByItsReset() {
        conversation.client().syn();
        conversation.server().at(0).send(io.weir.decode.Segment.RST | ACK, "");
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    void aResetThatDoesNotAcknowledgeTheSynRefusesNothing() {
        conversation.client().syn();
        conversation.server().at(0).ackingOnce(77).send(io.weir.decode.Segment.RST | ACK, "");
        conversation.server().synAck();
        conversation.client().data("ask");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.count(Anomaly.RST_IGNORED)).isEqualTo(1);
    }

    @Test
    @DisplayName("3.26: without the SYN-ACK in the capture nothing is lost")
    void withoutTheSynAckInTheCaptureNothingIsLost() {
        conversation.client().syn();
        conversation.client().send(ACK, "");
        conversation.client().data("ask");
        conversation.server().at(1).acking(4).data("answer");
        conversation.after(SECOND);
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @Test
    void theFirstAckMayCarryData() {
        conversation.client().syn();
        conversation.server().synAck();
        conversation.client().send(PSH | ACK, "ask");
        assertThat(conversation.stream().client()).isEqualTo("ask");
    }
}
