package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The view through which a stream sees its bytes. */
class ScatterGatherTest {
    private final List<Object> seen = new ArrayList<>();

    /** Looks at every call that brings client bytes or a client gap. */
    private Conversation looking(Consumer<ScatterGather> look) {
        return new Probe(AssemblerOptions.defaults(), connection -> new Recording().keeping(data -> {
                    if (data.direction() == FlowDirection.CLIENT_TO_SERVER && !data.start()) {
                        look.accept(data);
                    }
                    return -1;
                }))
                .conversation()
                .handshake();
    }

    @Test
    @DisplayName("R17: a fetch from the first piece is a view, one over several pieces a copy")
    void aFetchFromTheFirstPieceIsAView() {
        Conversation conversation = looking(data -> {
            ByteBuffer first = data.fetch(2);
            seen.add(first.remaining());
            seen.add(data.chunks());
            seen.add((char) first.get(first.position() + 1));
            seen.add((char) data.fetch(6).get(data.fetch(6).position() + 5));
        });
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abc");
        assertThat(seen).containsExactly(2, 2, 'b', 'f');
    }

    @Test
    @DisplayName("R17: to fetch more than there is fails")
    void toFetchMoreThanThereIsFails() {
        Conversation conversation =
                looking(data -> assertThatThrownBy(() -> data.fetch(4)).isInstanceOf(IndexOutOfBoundsException.class));
        conversation.client().data("abc");
    }

    @Test
    @DisplayName("R20, 3.16: every byte knows its packet, also in large and in trimmed segments")
    void everyByteKnowsItsPacket() {
        List<Long> times = new ArrayList<>();
        Conversation conversation = looking(data -> {
            for (int position : new int[] {0, 4_999, 5_000, 5_001, 8_999}) {
                times.add(data.captureInfo(position).timeNs());
            }
            seen.add(data.captureInfo(0).interfaceIndex());
            seen.add(data.captureInfo(-1));
            seen.add(data.captureInfo(9_000));
        });
        conversation.client().at(5_001).data("b".repeat(4_000));
        long second = conversation.probe.nowNs;
        conversation.client().at(1).data("a".repeat(5_000));
        long first = conversation.probe.nowNs;
        assertThat(times).containsExactly(first, first, second, second, second);
        assertThat(seen).containsExactly(3, CaptureInfo.NONE, CaptureInfo.NONE);
    }

    @Test
    @DisplayName("R18: offset, skip and cause of a gap")
    void offsetSkipAndCauseOfAGap() {
        Conversation conversation = looking(data -> seen.addAll(
                List.of(data.offset(), data.saved(), data.length(), data.skip(), String.valueOf(data.skipCause()))));
        conversation.client().at(4).data("def");
        conversation.server().ack(7);
        conversation.after(Options.SECOND);
        assertThat(seen).containsExactly(3L, 0, 3, 3L, "NOT_CAPTURED");
    }

    @Test
    @DisplayName("3.12: data carries how far the receiver has acknowledged")
    void dataCarriesHowFarTheReceiverHasAcknowledged() {
        Conversation conversation = looking(data -> seen.add(data.ackedTo()));
        conversation.client().data("abc");
        conversation.server().ack(4);
        conversation.client().data("def");
        assertThat(seen).containsExactly(0L, 3L);
    }

    @Test
    @DisplayName("R21: the figures of a call and of its direction")
    void theFiguresOfACallAndOfItsDirection() {
        Conversation conversation = looking(data -> seen.addAll(List.of(
                data.stats().chunks(),
                data.stats().queuedPackets(),
                data.stats().overlapBytes())));
        conversation.client().at(4).data("def");
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abc");
        assertThat(seen).containsExactly(2, 2L, 3L);
    }

    @Test
    @DisplayName("R18, R29: direction, start and end")
    void directionStartAndEnd() {
        Conversation conversation = Conversation.open();
        conversation.client().send(io.weir.decode.Segment.FIN | io.weir.decode.Segment.ACK, "abc");
        assertThat(conversation.stream().log)
                .containsExactly("open handshake", "client start", "server start", "client 0:abc end");
        assertThat(FlowDirection.CLIENT_TO_SERVER).hasToString("client->server");
        assertThat(FlowDirection.SERVER_TO_CLIENT).hasToString("server->client");
        assertThat(FlowDirection.CLIENT_TO_SERVER.reverse()).isEqualTo(FlowDirection.SERVER_TO_CLIENT);
    }

    @Test
    void theTimeOfACallIsThatOfThePacketThatCausedIt() {
        Conversation conversation = looking(data -> seen.add(data.timeNs()));
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abc");
        assertThat(seen).containsExactly(conversation.probe.nowNs);
    }

    @Test
    void copyTakesAnyPart() {
        Conversation conversation = looking(data -> {
            for (int from = 0; from <= 9; from++) {
                for (int length = 0; length <= 9 - from; length++) {
                    byte[] target = new byte[length + 2];
                    data.copy(from, target, 1, length);
                    seen.add(ReceiverOracle.text(target)
                            .substring(1, length + 1)
                            .equals("abcdefghi".substring(from, from + length)));
                }
            }
        });
        conversation.client().at(7).data("ghi");
        conversation.client().at(4).data("def");
        conversation.client().at(1).data("abc");
        assertThat(seen).hasSize(55).containsOnly(true);
    }
}
