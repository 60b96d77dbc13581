package io.weir.reassemble;

import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.weir.decode.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stream's code has a defect: what it costs, and whom. */
class ThrowingStreamTest {
    private final Conversation conversation = Conversation.open();
    private final Recording stream = conversation.stream();

    @Test
    void whatAStreamThrowsIsThrownByTheAssembler() {
        stream.failing(Defect.in("reassembled"));
        assertThatThrownBy(() -> conversation.client().data("abc")).isInstanceOf(Defect.class);
        stream.failing(call -> {
            throw new OutOfMemoryError(call);
        });
        assertThatThrownBy(() -> conversation.client().data("def")).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aDefectIsThrownOnceOnly() {
        stream.failing(Defect.in("reassembled"));
        assertThatThrownBy(() -> conversation.client().data("abc")).isInstanceOf(Defect.class);
        conversation.server().ack(4);
        conversation.after(SECOND);
    }

    @Test
    void theBytesBehindAFailedDeliveryComeAsIfItHadNotFailed() {
        stream.failing(Defect.in("reassembled"));
        assertThatThrownBy(() -> conversation.client().data("abc")).isInstanceOf(Defect.class);
        stream.failing(Defect.nowhere());
        conversation.client().data("def");
        assertThat(stream.tiles(FlowDirection.CLIENT_TO_SERVER)).containsExactly("0:abcdef");
    }

    @Test
    void aFinIsObeyedAlthoughTheDeliveryOfItsBytesFailed() {
        stream.failing(Defect.in("reassembled"));
        assertThatThrownBy(() -> conversation.client().with(Segment.FIN).data("abc"))
                .isInstanceOf(Defect.class);
        assertThatThrownBy(() -> conversation.server().acking(5).fin()).isInstanceOf(Defect.class);
        assertThat(stream.ending).isEqualTo(Ending.FIN);
        assertThat(conversation.probe.pool.size()).isZero();
    }

    @Test
    void bytesThatAcceptFailsForAreRefused() {
        stream.failing(Defect.in("accept"));
        assertThatThrownBy(() -> conversation.client().data("abc")).isInstanceOf(Defect.class);
        assertThatThrownBy(() -> conversation.client().at(9).data("x")).isInstanceOf(Defect.class);
        stream.failing(Defect.nowhere());
        conversation.client().at(1).data("abc");
        assertThat(stream.client()).isEqualTo("abc");
        assertThat(stream.clientHalf().refusedBytes()).isEqualTo(4);
    }

    @Test
    void aFactoryThatFailsIsAskedAgain() {
        boolean[] fails = {true};
        Probe probe = new Probe(AssemblerOptions.defaults(), connection -> {
            if (fails[0]) {
                throw new Defect("open");
            }
            return new Recording();
        });
        Conversation late = probe.conversation();
        assertThatThrownBy(() -> late.client().syn()).isInstanceOf(Defect.class);
        assertThat(probe.pool.size()).isZero();
        fails[0] = false;
        late.handshake().client().data("abc");
        assertThat(probe.stream().client()).isEqualTo("abc");
    }

    @Test
    void aStreamWhoseEndFailsIsForgottenAndItsStragglersStartNoOther() {
        stream.staying().failing(Defect.in("complete"));
        assertThatThrownBy(conversation::goodbye).isInstanceOf(Defect.class);
        assertThat(conversation.probe.pool.entries()).isZero();
        conversation.client().at(1).data("late");
        assertThat(conversation.probe.streams).hasSize(1);
    }

    @Test
    void oneStreamsDefectDoesNotKeepTheHolesOfOthersOpen() {
        Conversation other = conversation.probe.conversation().handshake();
        conversation.client().at(4).data("def");
        other.client().at(4).data("def");
        stream.failing(Defect.in("reassembled"));
        assertThatThrownBy(() -> conversation.after(6 * SECOND)).isInstanceOf(Defect.class);
        assertThat(other.newest().client()).isEqualTo("[3 timeout]def");
        conversation.after(SECOND);
    }

    @Test
    void oneStreamsDefectDoesNotKeepOthersFromIdlingOut() {
        Conversation other = conversation.probe.conversation().handshake();
        stream.failing(Defect.in("complete"));
        assertThatThrownBy(() -> conversation.after(301 * SECOND)).isInstanceOf(Defect.class);
        assertThat(other.newest().ending).isEqualTo(Ending.IDLE);
        assertThat(conversation.probe.pool.entries()).isZero();
    }

    @Test
    void allStreamsCloseAtTheEndHoweverManyOfThemFail() {
        for (int more = 0; more < 30; more++) {
            conversation.probe.conversation().handshake();
        }
        List<Recording> streams = conversation.probe.streams;
        streams.subList(0, 25).forEach(each -> each.failing(Defect.in("complete")));

        Throwable thrown = catchThrowable(conversation.probe::end);

        assertThat(thrown).isInstanceOf(Defect.class);
        assertThat(thrown.getSuppressed()).hasSize(16);
        assertThat(streams).hasSize(31).allMatch(each -> each.ending == Ending.STOPPED);
        conversation.probe.end();
    }
}
