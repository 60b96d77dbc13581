package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.Ending;
import io.weir.reassemble.StreamPool;
import io.weir.relay.Bus.Selected;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that cannot be made, for want of memory for instance: their readers are told of the loss, all else goes on. */
class FailingRelayTest extends RelayedTraffic {
    private record Loss(long subscribers, long bytes) {}

    private final List<Loss> losses = new ArrayList<>();
    private Class<? extends StreamEvent> failing = Open.class;

    private final EventSink sink = new EventSink() {
        @Override
        public boolean event(StreamEvent event, long subscribers) {
            if (failing.isInstance(event)) {
                throw new OutOfMemoryError("for " + event.getClass().getSimpleName());
            }
            return told.add(new Selected(event, subscribers));
        }

        @Override
        public void lost(long subscribers, long bytes) {
            losses.add(new Loss(subscribers, bytes));
        }
    };

    FailingRelayTest() {
        relay = new StreamRelay(StreamIds.ofFile(), sink, RelayOptions.everything(true), index -> "eth" + index);
        assembler = new Assembler(new StreamPool(relay, Conversation.HASH), AssemblerOptions.defaults());
    }

    /** Sends segments as a partition does, which survives each. */
    private Conversation sent() {
        return new Conversation(40_000, segment -> {
            Throwable failure = catchThrowable(() -> assembler.assemble(segment));
            assertThat(failure == null || failure instanceof OutOfMemoryError).isTrue();
        });
    }

    @Test
    void anOpeningThatCannotBeToldIsALoss() {
        sent().handshake().fromClient("GET /").fins();

        assertThat(types()).containsExactly("Data", "Close");
        assertThat(losses).containsExactly(new Loss(1, 0));
    }

    @Test
    void bytesThatCannotBeToldAreALossOfSoManyBytes() {
        failing = Data.class;
        Conversation conversation = sent().handshake().fromClient("GET /");
        failing = Open.class;
        conversation.fromClient("HTTP/1").fins();

        assertThat(types()).containsExactly("Open", "Data", "Close");
        assertData(events().get(1), "HTTP/1", 5);
        assertThat(losses).containsExactly(new Loss(1, 5));
    }

    @Test
    void aGapThatCannotBeToldDoesNotTakeTheBytesBehindItAlong() {
        failing = Gap.class;
        sent().handshake()
                .fromClient("one")
                .lostFromClient(7)
                .fromClient("three")
                .serverAcknowledges();
        assertThat(catchThrowable(assembler::flushAll)).isInstanceOf(OutOfMemoryError.class);

        assertThat(types()).containsExactly("Open", "Data", "Data", "Close");
        assertData(events().get(2), "three", 10);
        assertThat(losses).containsExactly(new Loss(1, 7));
    }

    @Test
    void aStreamWhoseCloseCannotBeToldIsClosedAllTheSame() {
        failing = Close.class;
        sent().handshake().fins();

        assertThat(losses).containsExactly(new Loss(1, 0));
        assertThat(relay.ledger().openStreams()).isZero();
        assertThat(relay.ledger().closed().get(Ending.FIN)).isEqualTo(1);
    }

    @Test
    void theWindowTellsOfEventsThatCouldNotBeMade() {
        List<Bus.EventBatch> batches = new ArrayList<>();
        RelayLedger ledger = new RelayLedger();
        EventWindow window = new EventWindow(0, 1 << 20, batches::add, ledger.counters());
        Gap before = new Gap("s1", 0, CLIENT_TO_SERVER, 0, 1, null);

        window.event(before, 3);
        window.lost(2, 5);
        window.event(before, 3);
        window.flush();

        assertThat(batches).hasSize(2);
        assertThat(batches.get(0).lost()).as("what came before the loss").isEmpty();
        assertThat(batches.get(1).lost()).containsExactly(new Bus.Lost(1, 1, 5));
        assertThat(ledger.counters().get(RelayCounter.EVENTS_OFFERED)).isEqualTo(3);
        assertThat(ledger.counters().get(RelayCounter.EVENTS_FAILED)).isEqualTo(1);
    }
}
