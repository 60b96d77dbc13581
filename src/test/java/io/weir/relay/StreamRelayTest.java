package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.reassemble.Ending;
import io.weir.reassemble.Roles;
import io.weir.relay.Bus.Selected;
import io.weir.relay.Bus.Subscribe;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamRelayTest extends RelayedTraffic {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aConversationIsToldFromOpenToClose() {
        everything();
        conversation(40_000)
                .handshake()
                .fromClient("GET /")
                .fromServer("200 OK")
                .fins();

        assertThat(types()).containsExactly("Open", "Data", "Data", "Close");
        Open open = (Open) events().get(0);
        assertThat(open.client()).isEqualTo(new Endpoint("10.0.0.1", 40_000));
        assertThat(open.server()).isEqualTo(new Endpoint("10.0.0.2", 80));
        assertThat(open.timeNs()).isEqualTo(Conversation.START_NS);
        assertThat(open.roles()).isEqualTo(Roles.HANDSHAKE);
        assertThat(open.midstream()).isFalse();
        assertThat(open.interfaceName()).isEqualTo("eth3");
        assertThat(open.communityId()).startsWith("1:").hasSize(30);
        assertData(events().get(1), "GET /", 0);
        assertData(events().get(2), "200 OK", 0);
        Close close = (Close) events().get(3);
        assertThat(close.reason()).isEqualTo(Ending.FIN);
        assertThat(close.client().bytes()).isEqualTo(5);
        assertThat(close.server().bytes()).isEqualTo(6);
        assertThat(events()).allMatch(event -> event.stream().equals(open.stream()));
    }

    @Test
    void aMissingPieceIsAGapBeforeTheDataThatFollows() {
        everything();
        conversation(40_000)
                .handshake()
                .fromClient("one")
                .lostFromClient(7)
                .fromClient("three")
                .serverAcknowledges();
        assembler.flushAll();

        assertThat(types()).containsSubsequence("Open", "Data", "Gap", "Data", "Close");
        Gap gap = only(Gap.class);
        assertThat(gap.offset()).isEqualTo(3);
        assertThat(gap.length()).isEqualTo(7);
        assertThat(gap.direction()).isEqualTo(CLIENT_TO_SERVER);
        assertData(events().get(events().indexOf(gap) + 1), "three", 10);
        Close close = only(Close.class);
        assertThat(close.client().bytes()).isEqualTo(8);
        assertThat(close.client().gapBytes()).isEqualTo(7);
        assertThat(relay.ledger().gapBytes().sum()).isEqualTo(7);
        assertThat(relay.ledger().counters().get(RelayCounter.DELIVERED_BYTES)).isEqualTo(8);
    }

    /** As when another capture is uploaded, or the source was opened again. */
    @Test
    void aStreamKeepsTheNameOfItsInterfaceWhateverHasItsIndexLater() {
        onDemand(0);
        conversation(40_000).handshake().fins();
        interfaces = "wlan";
        conversation(40_001).handshake();

        assertThat(streams())
                .extracting(stream -> stream.open().interfaceName())
                .containsExactly("wlan3", "eth3");
    }

    @Test
    void anUnansweredSynIsAStreamToo() {
        everything();
        conversation(40_000).syn();
        assembler.flushAll();

        assertThat(types()).containsExactly("Open", "Close");
        assertThat(only(Close.class).reason()).isEqualTo(Ending.STOPPED);
    }

    @Test
    void aLargeDeliveryIsSplit() {
        everything();
        Conversation conversation = conversation(40_000).handshake();
        String piece = "x".repeat(1_000);
        conversation.lostFromClient(1);
        for (int count = 0; count < 100; count++) {
            conversation.fromClient(piece);
        }
        conversation.serverAcknowledges();
        assembler.flushAll();

        long expected = 1;
        for (StreamEvent event : events()) {
            if (event instanceof Data data) {
                assertThat(data.offset()).isEqualTo(expected);
                assertThat(data.length()).isLessThanOrEqualTo(64 << 10).isEqualTo(data.payload().length);
                expected += data.length();
            }
        }
        assertThat(expected).isEqualTo(100_001);
    }

    @Test
    void payloadStaysAsItWasToldWhateverComesLater() {
        everything();
        Conversation conversation = conversation(40_000).handshake();
        for (int count = 0; count < 2_000; count++) {
            conversation.fromClient(String.format("%04d", count).repeat(100));
        }

        List<Data> data = all(Data.class);
        assertThat(data).hasSize(2_000);
        for (int count = 0; count < data.size(); count++) {
            assertData(data.get(count), String.format("%04d", count).repeat(100), count * 400L);
        }
    }

    @Test
    void anAnomalyIsToldAndRemembered() {
        everything();
        conversation(40_000)
                .handshake()
                .fromClient("a")
                .strangeSyn()
                .fromClient("b")
                .fins();

        assertThat(types()).contains("Odd").startsWith("Open").endsWith("Close");
    }

    @Test
    void nobodyListeningMeansNothingIsMade() {
        onDemand(0);
        conversation(40_000).handshake().fromClient("GET /").fins();

        assertThat(told).isEmpty();
        assertThat(relay.ledger().counters().get(RelayCounter.EVENT_PAYLOAD_BYTES))
                .isZero();
        assertThat(relay.ledger().counters().get(RelayCounter.RETAINED_COPY_BYTES))
                .isZero();
        assertThat(relay.ledger().counters().get(RelayCounter.DELIVERED_BYTES)).isEqualTo(5);
    }

    @Test
    void aSegmentThatNobodyWantsAllocatesNothing() {
        onDemand(0);
        Conversation conversation = conversation(40_000).handshake();
        for (int count = 0; count < 20_000; count++) {
            assembler.assemble(conversation.nextFromClient());
        }
        long fewest = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = allocated();
            for (int count = 0; count < 100; count++) {
                assembler.assemble(conversation.nextFromClient());
            }
            fewest = Math.min(fewest, allocated() - before);
        }

        assertThat(fewest).isZero();
    }

    private static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    @Test
    void payloadIsCopiedOnlyBelowTheBoundThatSomebodyAsksFor() {
        onDemand(0);
        subscribe(new Subscribe(0, FlowFilter.ALL, false, -1, null));
        subscribe(new Subscribe(5, FlowFilter.ALL, true, 6, null));
        conversation(40_000)
                .handshake()
                .fromClient("12345")
                .fromClient("6789")
                .fromClient("0")
                .fins();

        List<Data> data = all(Data.class);
        assertThat(data).hasSize(3);
        assertThat(data.get(0).payload()).hasSize(5);
        assertThat(data.get(1).payload()).hasSize(4);
        assertThat(data.get(2).payload()).isNull();
        assertThat(relay.ledger().counters().get(RelayCounter.EVENT_PAYLOAD_BYTES))
                .isEqualTo(9);
        assertThat(told).allMatch(selected -> selected.subscribers() == 0b100001);
    }

    @Test
    void aFilterSelectsStreams() {
        onDemand(0);
        FlowFilter port = new FlowFilter(List.of(), List.of(), List.of(40_001), List.of(), List.of(), null);
        subscribe(new Subscribe(1, port, true, -1, null));
        conversation(40_000).handshake().fromClient("no").fins();
        conversation(40_001).handshake().fromClient("yes").fins();

        assertThat(types()).containsExactly("Open", "Data", "Close");
        assertThat(only(Open.class).client().port()).isEqualTo(40_001);
    }

    @Test
    void aSubscriptionGetsTheTypesThatItAskedFor() {
        onDemand(0);
        int types = EventType.bits(EnumSet.of(EventType.CLOSE));
        subscribe(new Subscribe(2, types, FlowFilter.ALL, true, -1, null));
        conversation(40_000).handshake().fromClient("GET /").fins();

        assertThat(types()).containsExactly("Close");
        assertThat(relay.ledger().counters().get(RelayCounter.EVENT_PAYLOAD_BYTES))
                .isZero();
    }

    @Test
    void whoJoinsLateIsToldOfTheOpeningFirst() {
        onDemand(0);
        subscribe(new Subscribe(0, FlowFilter.ALL, true, -1, null));
        Conversation conversation = conversation(40_000).handshake().fromClient("early");
        subscribe(new Subscribe(1, FlowFilter.ALL, true, -1, null));
        conversation.fromClient("late").fins();

        assertThat(types()).containsExactly("Open", "Data", "Open", "Data", "Close");
        assertThat(told.stream().map(Selected::subscribers)).containsExactly(1L, 1L, 2L, 3L, 3L);
        assertThat(events().get(2)).isEqualTo(events().get(0));
    }

    @Test
    void whoLeavesIsToldNothingMore() {
        onDemand(0);
        subscribe(new Subscribe(0, FlowFilter.ALL, true, -1, null));
        Conversation conversation = conversation(40_000).handshake();
        relay.unsubscribe(0);
        conversation.fromClient("x").fins();

        assertThat(types()).containsExactly("Open");
    }

    @Test
    void aReplayGivesTheSameEventsEachTime() {
        everything();
        conversation(40_000).handshake().fromClient("GET /").fins();
        List<String> first = lines();
        told.clear();
        everything();
        conversation(40_000).handshake().fromClient("GET /").fins();

        assertThat(lines()).isEqualTo(first);
    }

    @Test
    void aSubscriptionGetsNothingBeforeItHasJoinedEveryStream() {
        onDemand(0);
        Conversation first = conversation(40_000).handshake();
        Conversation second = conversation(40_001).handshake();
        Joining joining = relay.subscribe(new Subscribe(0, FlowFilter.ALL, true, -1, null));
        assertThat(joining.step(1)).isFalse();
        first.fromClient("a");
        Conversation third = conversation(40_002).handshake().fromClient("b");
        assertThat(told).isEmpty();

        assertThat(joining.step(1)).isTrue();
        joining.finish();
        first.fins();
        second.fins();
        third.fins();

        assertThat(types()).containsExactly("Open", "Close", "Open", "Close", "Open", "Close");
    }

    @Test
    void aReplacedSubscriptionDoesNotJoin() {
        onDemand(0);
        Conversation conversation = conversation(40_000).handshake();
        Joining former = relay.subscribe(new Subscribe(0, FlowFilter.ALL, true, -1, null));
        FlowFilter none = new FlowFilter(List.of("1.2.3.4"), List.of(), List.of(), List.of(), List.of(), null);
        subscribe(new Subscribe(0, none, true, -1, null));

        assertThat(former.replaced()).isTrue();
        conversation.fromClient("a").fins();
        assertThat(told).isEmpty();
    }

    @Test
    void payloadIsNoLongerCopiedWhenItsReaderHasLeft() {
        onDemand(0);
        subscribe(new Subscribe(0, FlowFilter.ALL, false, -1, null));
        subscribe(new Subscribe(1, FlowFilter.ALL, true, -1, null));
        Conversation conversation = conversation(40_000).handshake().fromClient("with");
        relay.unsubscribe(1);
        conversation.fromClient("without");

        assertThat(all(Data.class).get(0).payload()).hasSize(4);
        assertThat(all(Data.class).get(1).payload()).isNull();
    }
}
