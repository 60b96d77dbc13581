package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who is asked what, when, and how often. */
class CallOrderTest {
    @Test
    @DisplayName("R3: a connection has one stream, for both directions")
    void aConnectionHasOneStreamForBothDirections() {
        Conversation conversation = Conversation.open();
        conversation.client().data("ask");
        conversation.server().data("answer");
        assertThat(conversation.probe.streams).hasSize(1);
        assertThat(conversation.stream().client()).isEqualTo("ask");
        assertThat(conversation.stream().server()).isEqualTo("answer");
    }

    @Test
    @DisplayName("R3, 3.18: a factory that gives no stream is asked again by the next segment")
    void aFactoryThatGivesNoStreamIsAskedAgain() {
        List<Integer> asked = new ArrayList<>();
        Probe probe = new Probe(AssemblerOptions.defaults(), connection -> {
            asked.add(asked.size());
            return asked.size() < 3 ? null : new Recording();
        });
        Conversation conversation = probe.conversation();
        conversation.client().syn();
        conversation.client().syn();
        assertThat(probe.pool.size()).isZero();
        conversation.handshake();
        conversation.client().data("abc");
        assertThat(asked).hasSize(3);
        assertThat(probe.stream().client()).isEqualTo("abc");
    }

    @Test
    @DisplayName("R8: accept sees the next sequence number, or -1 before the start is known")
    void acceptSeesTheNextSequenceNumber() {
        Conversation conversation = Conversation.begin().numbers(0xFFFF_FFFEL, 70_000);
        conversation.handshake();
        conversation.client().data("abc");
        conversation.client().data("d");
        assertThat(conversation.stream().offeredNextSequences)
                .containsExactly(-1L, -1L, 0xFFFF_FFFFL, 0xFFFF_FFFFL, 2L);
    }

    @Test
    @DisplayName("R8: accept is asked for the packets of a direction that has ended, too")
    void acceptIsAskedForTheDirectionThatHasEndedToo() {
        Conversation conversation = Conversation.open();
        conversation.client().fin();
        int asked = conversation.stream().offeredNextSequences.size();
        conversation.client().ack();
        assertThat(conversation.stream().offeredNextSequences).hasSize(asked + 1);
    }

    @Test
    @DisplayName("R8: what accept refuses is counted and changes nothing")
    void whatAcceptRefusesIsCountedAndChangesNothing() {
        Conversation conversation = Conversation.open();
        conversation.stream().accepting(Stream.Acceptance.REFUSE);
        conversation.client().at(1).data("EVIL");
        conversation.client().at(5).fin();
        conversation.stream().accepting(Stream.Acceptance.ACCEPT);
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isFalse();
    }

    @Test
    @DisplayName("3.30: segments that the receiver drops do not keep a connection alive")
    void droppedSegmentsDoNotKeepAConnectionAlive() {
        Conversation conversation = Conversation.open();
        for (int minute = 0; minute < 6; minute++) {
            conversation.after(55 * Options.SECOND);
            conversation.client().at(1).checksum(io.weir.decode.Checksum.WRONG).data("EVIL");
        }
        assertThat(conversation.probe.streams.get(0).ending).isEqualTo(Ending.IDLE);
    }

    @Test
    @DisplayName("R23: a stream that does not want to be forgotten idles out")
    void aStreamThatDoesNotWantToBeForgottenIdlesOut() {
        Probe probe = new Probe(AssemblerOptions.defaults(), connection -> new Recording().staying());
        Conversation conversation = probe.conversation().handshake().goodbye();
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
        conversation.client().at(1).data("late");
        assertThat(conversation.stream().client()).isEmpty();
        assertThat(probe.pool.size()).isZero();
        conversation.after(301 * Options.SECOND);
        assertThat(probe.pool.entries()).isZero();
    }

    @Test
    @DisplayName("R2: the connection tells its ends, whoever spoke first")
    void theConnectionTellsItsEnds() {
        Connection connection = Conversation.open().stream().connection;
        assertThat(connection.clientLow()).isEqualTo(0x0A000001L);
        assertThat(connection.serverLow()).isEqualTo(0x0A000002L);
        assertThat(connection.clientPort()).isEqualTo(40_000);
        assertThat(connection.serverPort()).isEqualTo(8_080);
        assertThat(connection.ipv6()).isFalse();
        assertThat(connection.interfaceIndex()).isEqualTo(3);
        assertThat(connection.openedNs()).isEqualTo(Probe.START_NS + Probe.STEP_NS);
    }

    @Test
    void theTotalsCountEverySegmentAndByte() {
        Conversation conversation = Conversation.open();
        conversation.client().data("abc");
        conversation.client().at(7).data("ghi");
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abc");
        HalfConnection half = conversation.stream().clientHalf();
        assertThat(half.packets()).isEqualTo(6);
        assertThat(half.outOfOrderPackets()).isEqualTo(1);
        assertThat(half.bytes()).isEqualTo(9);
        assertThat(half.overlapBytes()).isEqualTo(3);
        assertThat(half.lastSeenNs()).isEqualTo(conversation.probe.nowNs);
    }
}
