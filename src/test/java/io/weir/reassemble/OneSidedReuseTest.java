package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The same addresses and ports again, where only one side of the conversation is captured. */
class OneSidedReuseTest {
    private final Conversation conversation = Conversation.begin();
    private final Endpoint client = conversation.client();
    private final Endpoint server = conversation.server();

    private Recording fresh() {
        assertThat(conversation.probe.streams).hasSize(2);
        return conversation.newest();
    }

    private Recording old() {
        return conversation.probe.streams.get(0);
    }

    @BeforeEach
    void whatASideAcknowledgesIsTheFirstByte() {
        client.acking(1);
        server.acking(1);
    }

    private void anotherConnection() {
        conversation.numbers(70_000_000, 90_000_000);
    }

    @Test
    void anotherSynAckOfAServerBeginsAnotherStream() {
        server.synAck().data("old");
        anotherConnection();
        server.synAck().data("new");
        conversation.probe.end();

        assertThat(old().server()).isEqualTo("old");
        assertThat(old().ending).isEqualTo(Ending.REUSED);
        assertThat(fresh().server()).isEqualTo("new");
    }

    @Test
    void anotherSynAckBeginsAnotherStreamAlsoBeforeTheServerHasSentBytes() {
        server.synAck();
        anotherConnection();
        server.synAck().data("new");
        conversation.probe.end();

        assertThat(fresh().server()).isEqualTo("new");
    }

    @Test
    void aSynAckBeginsAnotherStreamAlsoAfterAStartInTheMidst() {
        server.at(500).data("midst");
        conversation.after(Options.SECOND);
        server.data(" of it");
        anotherConnection();
        server.synAck().data("new");
        conversation.probe.end();

        assertThat(old().server()).isEqualTo("midst of it");
        assertThat(fresh().server()).isEqualTo("new");
    }

    @Test
    void anotherSynOfAClientBeginsAnotherStream() {
        client.syn().data("old");
        anotherConnection();
        client.syn().data("new");
        conversation.probe.end();

        assertThat(old().client()).isEqualTo("old");
        assertThat(fresh().client()).isEqualTo("new");
    }

    @Test
    void aSynBeginsAnotherStreamAlsoAfterAStartInTheMidst() {
        client.at(500).data("midst");
        conversation.after(Options.SECOND);
        client.data(" of it");
        anotherConnection();
        client.syn().data("new");
        conversation.probe.end();

        assertThat(old().client()).isEqualTo("midst of it");
        assertThat(fresh().client()).isEqualTo("new");
    }

    @Test
    void aSynAckThatComesAgainIsTheSame() {
        server.synAck().data("one").synAck().data(" two");
        conversation.probe.end();

        assertThat(conversation.stream().server()).isEqualTo("one two");
    }

    @Test
    void aSynAckThatComesAfterTheFirstBytesIsTheirs() {
        server.at(1).data("one");
        server.synAck().data(" two");
        conversation.probe.end();

        assertThat(conversation.stream().server()).isEqualTo("one two");
    }

    /** One client's SYN has one answer; whoever sends another is not known. */
    @Test
    void aSynAckWithAnotherNumberThatAnswersTheSameSynChangesNothing() {
        server.synAck().data("one");
        server.at(900).send(Segment.SYN | Segment.ACK, "");
        server.at(4).data(" two");
        conversation.probe.end();

        assertThat(conversation.stream().server()).isEqualTo("one two");
        assertThat(conversation.count(Anomaly.SYN_INSIDE)).isEqualTo(1);
    }

    @Test
    void dataOfTheOldConnectionIsNoPartOfTheNewOne() {
        server.synAck().data("old");
        anotherConnection();
        server.synAck();
        server.at(4).ackingOnce(-500).data("stale");
        server.at(1).data("begins anew");
        conversation.probe.end();

        assertThat(fresh().server()).isEqualTo("begins anew");
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
    }

    @Test
    void aSynAckBeginsAnotherStreamAlsoWhileTheLastBytesOfTheOldOneWait() {
        server.at(500).data("last");
        anotherConnection();
        server.synAck().data("new");
        conversation.probe.end();

        assertThat(old().server()).isEqualTo("last");
        assertThat(fresh().server()).isEqualTo("new");
    }

    @Test
    void aSynAckWithALowerNumberBeginsAnotherStreamAlsoWhileTheLastBytesOfTheOldOneWait() {
        server.at(500).data("last");
        conversation.numbers(70_000_000, 400);
        server.synAck().data("new");
        conversation.probe.end();

        assertThat(old().server()).isEqualTo("last");
        assertThat(fresh().server()).isEqualTo("new");
    }

    @Test
    void aSynBeginsAnotherStreamAlsoWhileTheLastBytesOfTheOldOneWait() {
        client.at(500).data("last");
        anotherConnection();
        client.syn().data("new");
        conversation.probe.end();

        assertThat(old().client()).isEqualTo("last");
        assertThat(fresh().client()).isEqualTo("new");
    }

    @Test
    @DisplayName("random: a host may number its next connection below the last one")
    void aSynFarBelowBeginsAnotherStreamAlsoWhileTheLastBytesOfTheOldOneWait() {
        client.at(1_500_000_000).data("last");
        client.at(0).syn().at(1).data("new");
        server.at(0).acking(4).synAck();
        conversation.probe.end();

        assertThat(old().client()).isEqualTo("last");
        assertThat(fresh().client()).isEqualTo("new");
    }
}
