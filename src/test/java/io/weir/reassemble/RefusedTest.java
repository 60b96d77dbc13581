package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The same SYN again, after a reset: some clients ask a server again that has refused them, and with the same number. */
class RefusedTest {
    private final Conversation conversation = Conversation.begin();
    private final Endpoint client = conversation.client();
    private final Endpoint server = conversation.server();

    private void refused() {
        client.syn();
        server.at(-5_000_000).ackingOnce(1).send(Segment.RST | Segment.ACK, "");
        assertThat(conversation.stream().ending).isEqualTo(Ending.RST);
    }

    private void talk() {
        server.at(0).acking(1).synAck();
        client.at(1).ack(1).at(1).data("ask");
        server.at(1).acking(4).data("answer");
    }

    private void expectTheTalk() {
        conversation.probe.end();
        assertThat(conversation.newest().client()).isEqualTo("ask");
        assertThat(conversation.newest().server()).isEqualTo("answer");
        assertThat(conversation.count(Anomaly.DATA_AFTER_CLOSE)).isZero();
    }

    @Test
    @DisplayName("a client that sends the SYN again that was refused, as Windows does, opens another stream")
    void theSameSynAfterARefusalOpensAnotherStream() {
        refused();
        conversation.after(500 * MS);
        client.at(0).syn();
        talk();
        expectTheTalk();
        assertThat(conversation.probe.streams).hasSize(2);
        assertThat(conversation.newest().log).startsWith("open handshake");
    }

    @Test
    void aStreamThatStaysAfterItsEndIsNoObstacle() {
        Probe staying = new Probe(AssemblerOptions.defaults(), connection -> new Recording().staying());
        Conversation kept = staying.conversation();
        kept.client().syn();
        kept.server().at(-5_000_000).ackingOnce(1).send(Segment.RST | Segment.ACK, "");
        kept.after(500 * MS);
        kept.client().at(0).syn();
        kept.server().at(0).acking(1).synAck();
        kept.client().at(1).ack(1).at(1).data("ask");
        assertThat(kept.newest().client()).isEqualTo("ask");
        assertThat(staying.streams).hasSize(2);
    }

    @Test
    @DisplayName("a second copy of the refused SYN, of another interface perhaps, opens nothing")
    void aSecondCopyOfTheRefusedSynOpensNothing() {
        refused();
        conversation.after(20 * MS);
        client.at(0).syn();
        server.at(-5_000_000).ackingOnce(1).send(Segment.RST | Segment.ACK, "");
        assertThat(conversation.probe.streams).hasSize(1);
    }

    @Test
    void theAnswerToASynAfterItsRefusalOpensAnotherStream() {
        refused();
        talk();
        expectTheTalk();
    }

    @Test
    @DisplayName("random: a SYN that is sent again so late that a doubtful reset before it counts is no straggler")
    void aSynAgainThatIsLaterThanADoubtfulResetCounts() {
        client.syn();
        server.at(500).ackingOnce(8_331).ack();
        client.at(8_331).rst();
        conversation.probe.nowNs += 16 * SECOND;
        client.at(0).syn();
        talk();
        expectTheTalk();
        assertThat(conversation.probe.streams).hasSize(2);
    }
}
