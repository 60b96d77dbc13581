package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that live for thousands of millions of segments. */
class PacketCountTest {
    private static final long TWO_TO_31 = 2_147_483_648L;

    private final Conversation conversation = Conversation.open();
    private final HalfConnection client = conversation.stream().clientHalf();
    private final HalfConnection server = conversation.stream().serverHalf();

    @Test
    void aCountAboveTheIntegersIsTold() {
        client.packets = Integer.MAX_VALUE;
        conversation.client().data("a");
        assertThat(client.packets()).isEqualTo(TWO_TO_31);
        client.packets = -1;
        conversation.client().data("b");
        assertThat(client.packets()).isEqualTo(2 * TWO_TO_31);
        client.packets = -1;
        conversation.client().data("c");
        assertThat(client.packets()).isEqualTo(4 * TWO_TO_31);
    }

    @Test
    void aCountOfSegmentsThatWaitedAboveTheIntegersIsTold() {
        client.oddities().outOfOrderPackets = Integer.MAX_VALUE;
        conversation.client().at(3).data("c");
        assertThat(client.outOfOrderPackets()).isEqualTo(TWO_TO_31);
    }

    @Test
    void theObjectsNextConnectionCountsFromItsOwnFirstSegment() {
        client.packets = -1;
        conversation.client().data("a");
        conversation.goodbye();
        Conversation next = conversation.probe.conversation().handshake();
        assertThat(next.newest().connection).isSameAs(conversation.probe.streams.get(0).connection);
        assertThat(next.newest().clientHalf().packets()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, -1, 0})
    void aWrongChecksumIsNoMoreTakenThanAtTheBeginning(int packets) {
        conversation.client().data("good");
        client.packets = -1;
        conversation.client().data("bytes");
        client.packets = packets;
        conversation.client().checksum(Checksum.WRONG).data("EVIL");
        assertThat(conversation.stream().client()).isEqualTo("goodbytes");
        assertThat(conversation.count(Anomaly.CHECKSUM_WRONG)).isEqualTo(1);
    }

    @Test
    void dataThatAcknowledgesWhatWasNotSentIsHeldBackAsAtTheBeginning() {
        server.packets = Integer.MIN_VALUE;
        conversation.client().acking(500).data("ask");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(conversation.count(Anomaly.ACKNOWLEDGES_UNSENT)).isEqualTo(1);
    }
}
