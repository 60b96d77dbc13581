package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.SYN;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The same addresses and ports again: a new connection is a new stream, a straggler is none. */
class ReuseTest {
    private final Conversation conversation = Conversation.open();

    private Recording old() {
        return conversation.probe.streams.get(0);
    }

    private Recording fresh() {
        assertThat(conversation.probe.streams).hasSize(2);
        return conversation.probe.streams.get(1);
    }

    private void handshakeAgain(long clientSequence, long serverSequence) {
        conversation.numbers(clientSequence, serverSequence).handshake();
    }

    @Test
    @DisplayName("G8, 3.6: after both FINs a new SYN begins a new stream")
    void afterBothFinsANewSynBeginsANewStream() {
        conversation.client().data("old");
        conversation.goodbye();
        handshakeAgain(700_000, 900_000);
        conversation.client().data("new");
        assertThat(old().client()).isEqualTo("old");
        assertThat(old().ending).isEqualTo(Ending.FIN);
        assertThat(fresh().client()).isEqualTo("new");
        assertThat(fresh().log).first().isEqualTo("open handshake");
    }

    @Test
    @DisplayName("3.6: a handshake on an open connection ends it as reused, with a lower number")
    void aHandshakeOnAnOpenConnectionEndsItAsReusedWithALowerNumber() {
        conversation.client().data("old");
        handshakeAgain(10, 20);
        conversation.client().data("new");
        assertThat(old().ending).isEqualTo(Ending.REUSED);
        assertThat(old().client()).isEqualTo("old");
        assertThat(fresh().client()).isEqualTo("new");
        assertThat(conversation.count(Anomaly.PORT_REUSED)).isEqualTo(1);
    }

    @Test
    @DisplayName("3.6: a handshake on an open connection ends it as reused, with a higher number")
    void aHandshakeOnAnOpenConnectionEndsItAsReusedWithAHigherNumber() {
        conversation.client().data("old");
        handshakeAgain(50_000, 5_050_000);
        conversation.client().data("new");
        assertThat(old().log).endsWith("close reused");
        assertThat(old().client()).isEqualTo("old");
        assertThat(fresh().client()).isEqualTo("new");
    }

    @Test
    @DisplayName("evasion: a SYN inside a connection changes nothing unless a SYN-ACK confirms it")
    void aSynInsideAConnectionChangesNothing() {
        conversation.client().data("AAAA");
        conversation.client().at(30).send(SYN, "");
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: a SYN-ACK that the server sends inside a connection changes nothing")
    void aSynAckInsideAConnectionChangesNothing() {
        conversation.client().data("AAAA");
        conversation.server().at(300).synAck();
        conversation.client().at(5).data("BBBB");
        conversation.server().at(1).data("CC");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().server()).isEqualTo("CC");
    }

    private static Conversation downloadFromMidstream() {
        Conversation download = Conversation.begin();
        download.server().at(5_000).ackingOnce(300).data("old");
        download.client().at(300).ack(5_003);
        download.after(SECOND);
        return download;
    }

    @Test
    void aHandshakeAfterASideThatOnlyAcknowledgedBeginsANewStream() {
        Conversation download = downloadFromMidstream();
        download.numbers(700_000, 900_000_000).handshake();
        download.client().data("ask");
        download.server().acking(4).data("answer");
        assertThat(download.probe.streams).hasSize(2);
        assertThat(download.probe.streams.get(0).server()).isEqualTo("old");
        assertThat(download.newest().client()).isEqualTo("ask");
        assertThat(download.newest().server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("evasion: a SYN does not move a side that only acknowledged so far")
    void aSynDoesNotMoveASideThatOnlyAcknowledgedSoFar() {
        Conversation download = downloadFromMidstream();
        download.client().at(90_000).send(SYN, "");
        download.client().at(300).data("more");
        download.server().at(5_003).acking(304).data("bytes");
        assertThat(download.stream().client()).isEqualTo("more");
        assertThat(download.stream().server()).isEqualTo("oldbytes");
        assertThat(download.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
    }

    @Test
    @DisplayName("3.6, Arkime 4019: a SYN with the number of the connection is a retransmission")
    void aSynWithTheNumberOfTheConnectionIsARetransmission() {
        conversation.client().data("AAAA");
        conversation.client().syn();
        conversation.server().synAck();
        conversation.client().at(5).data("BBBB");
        assertThat(conversation.stream().client()).isEqualTo("AAAABBBB");
        assertThat(conversation.stream().anomalies).doesNotContain(Anomaly.PORT_REUSED);
    }

    @Test
    @DisplayName("3.6: half a goodbye, then a new connection")
    void halfAGoodbyeThenANewConnection() {
        conversation.client().data("old").fin();
        handshakeAgain(400_000, 800_000);
        conversation.client().data("new");
        assertThat(old().ending).isEqualTo(Ending.REUSED);
        assertThat(fresh().client()).isEqualTo("new");
    }

    @Test
    @DisplayName("R23, G8: a stream that stays after its end sees later packets, and a new SYN begins another")
    void aStreamThatStaysAfterItsEndSeesLaterPackets() {
        Probe probe = new Probe(AssemblerOptions.defaults(), connection -> new Recording().staying());
        Conversation stays = probe.conversation().handshake();
        stays.client().data("old");
        stays.goodbye();
        int asked = probe.streams.get(0).offeredNextSequences.size();
        stays.client().ack();
        assertThat(probe.streams.get(0).offeredNextSequences).hasSize(asked + 1);
        stays.numbers(300_000, 600_000).handshake();
        stays.client().data("new");
        assertThat(probe.streams).hasSize(2);
        assertThat(probe.streams.get(1).client()).isEqualTo("new");
    }

    @Test
    @DisplayName("3.7: a straggler is swallowed as long as the connection is remembered")
    void aStragglerIsSwallowedAsLongAsTheConnectionIsRemembered() {
        conversation.client().data("old");
        conversation.goodbye();
        conversation.after(29 * SECOND);
        conversation.client().at(1).data("old");
        conversation.client().at(4).send(ACK, "");
        assertThat(conversation.probe.streams).hasSize(1);
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    void aConnectionThatIsNoLongerRememberedCanBePickedUpMidstream() {
        conversation.client().data("old");
        conversation.goodbye();
        conversation.after(40 * SECOND);
        conversation.client().at(90).data("new");
        conversation.after(SECOND);
        assertThat(conversation.probe.streams).hasSize(2);
        assertThat(fresh().log.get(0)).endsWith("midstream");
    }

    @Test
    @DisplayName("3.6: what waited on the old connection is never glued to the new one")
    void whatWaitedOnTheOldConnectionIsNeverGluedToTheNewOne() {
        conversation.client().at(10).data("waits");
        handshakeAgain(500, 600);
        conversation.client().data("new");
        assertThat(old().client()).doesNotContain("new");
        assertThat(fresh().client()).isEqualTo("new");
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    void manyConnectionsOverTheSamePortsAreManyStreams() {
        for (int round = 1; round < 50; round++) {
            conversation.client().data("round");
            conversation.goodbye();
            conversation.after(round % 3 * SECOND);
            handshakeAgain(1_000 + 70_000L * round, 5_000_000 + 90_000L * round);
        }
        List<Recording> streams = conversation.probe.streams;
        assertThat(streams).hasSize(50);
        assertThat(streams.subList(0, 49)).allSatisfy(stream -> {
            assertThat(stream.client()).isEqualTo("round");
            assertThat(stream.ending).isEqualTo(Ending.FIN);
        });
    }
}
