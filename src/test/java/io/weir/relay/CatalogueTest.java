package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.weir.reassemble.Ending;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Piece;
import io.weir.relay.Bus.Streams;
import io.weir.relay.Bus.Subscribe;
import io.weir.relay.StreamEvent.Close;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest extends RelayedTraffic {
    @Test
    void theBeginningOfOneStreamIsRetained() {
        onDemand(1 << 20);
        Conversation conversation =
                conversation(40_000).handshake().fromClient("GET /").fromServer("200 OK");
        conversation(40_001).handshake().fromClient("other");
        String id = streams().get(1).open().stream();

        List<StreamEvent> beginning =
                subscribe(new Subscribe(3, FlowFilter.ALL, true, -1, id)).beginning();
        conversation.fromClient(" more").fins();

        assertThat(beginning.stream().map(event -> event.getClass().getSimpleName()))
                .containsExactly("Open", "Data", "Data");
        assertData(beginning.get(1), "GET /", 0);
        assertData(beginning.get(2), "200 OK", 0);
        assertThat(types()).as("the open is not told twice").containsExactly("Data", "Close");
        assertData(events().get(0), " more", 5);
        assertThat(told).allMatch(selected -> selected.subscribers() == 8);

        List<StreamEvent> afterwards =
                subscribe(new Subscribe(3, FlowFilter.ALL, true, -1, id)).beginning();
        assertThat(afterwards).hasSize(5).last().isInstanceOf(Close.class);
        assertThat(subscribe(new Subscribe(3, FlowFilter.ALL, true, -1, "nonsense"))
                        .beginning())
                .isEmpty();
    }

    @Test
    void theCatalogueShowsOpenStreamsAndThenClosedOnes() {
        onDemand(1 << 20);
        conversation(40_000).handshake().fromClient("a").strangeSyn().fins();
        conversation(40_001).handshake().fromServer("bc");

        List<StreamSummary> streams = streams();

        assertThat(streams.stream().map(stream -> stream.open().client().port()))
                .containsExactly(40_001, 40_000);
        StreamSummary open = streams.get(0);
        assertThat(open.close()).isNull();
        assertThat(open.server().bytes()).isEqualTo(2);
        assertThat(open.lastSeenNs()).isEqualTo(Conversation.START_NS + 3_000_000);
        StreamSummary closed = streams.get(1);
        assertThat(closed.close().reason()).isEqualTo(Ending.FIN);
        assertThat(closed.client().bytes()).isEqualTo(1);
        assertThat(closed.anomalies()).isNotEmpty();
        assertThat(closed.anomalies().get(0).stream()).isEqualTo(closed.open().stream());
        assertThat(relay.summary(closed.open().stream())).isEqualTo(closed);
        assertThat(relay.summary("nonsense")).isNull();
        assertThat(relay.ledger().openStreams()).isEqualTo(1);
        assertThat(relay.ledger().rememberedStreams()).isEqualTo(1);
    }

    @Test
    void theCatalogueForgetsWhatClosedFirst() {
        onDemand(1 << 20);
        for (int port = 40_000; port < 40_012; port++) {
            conversation(port).handshake().fromClient("x").fins();
        }

        assertThat(streams().stream().map(stream -> stream.open().client().port()))
                .containsExactly(40_011, 40_010, 40_009, 40_008, 40_007, 40_006, 40_005, 40_004);
        assertThat(relay.ledger().counters().get(RelayCounter.CATALOGUE_FORGOTTEN))
                .isEqualTo(4);
    }

    @Test
    void retainedBytesAreAllGivenBackAtTheEnd() {
        onDemand(5_000);
        for (int port = 40_000; port < 40_050; port++) {
            Conversation conversation = conversation(port).handshake();
            conversation.fromClient("x".repeat(300)).fromServer("y".repeat(port % 7 * 100 + 1));
            if (port % 3 > 0) {
                conversation.fins();
            }
            assertThat(relay.ledger().retainedBytes()).isBetween(1L, 5_000L);
        }
        assembler.flushAll();
        for (int port = 50_000; port < 50_008; port++) {
            conversation(port).handshake().fins();
        }

        assertThat(relay.ledger().retainedBytes()).isZero();
    }

    @Test
    void contentIsTheRetainedBytes() {
        onDemand(1 << 20);
        conversation(40_000).handshake().fromClient("GET /").fromServer("200").fins();
        String id = streams().get(0).open().stream();

        Bus.Content content = relay.content(id, SERVER_TO_CLIENT);

        assertThat(content.length()).isEqualTo(3);
        assertThat(content.pieces()).singleElement().satisfies(piece -> {
            assertThat(piece.offset()).isZero();
            assertThat(piece.bytes()).isEqualTo("200".getBytes(StandardCharsets.US_ASCII));
        });
        assertThat(relay.content(id, CLIENT_TO_SERVER).pieces().stream().map(Piece::offset))
                .containsExactly(0L);
    }

    @Test
    void aPageHoldsNoMoreStreamsThanAreShownAndTellsHowManyMatch() {
        onDemand(1 << 20);
        for (int port = 40_000; port < 40_006; port++) {
            conversation(port).handshake().fins();
        }
        for (int port = 40_006; port < 40_012; port++) {
            conversation(port).handshake();
        }

        Streams newest = page(new ListStreams(FlowFilter.ALL, ListStreams.State.ALL, true, null, 2));
        assertThat(ports(newest))
                .as("one more tells that another page follows")
                .containsExactly(40_011, 40_010, 40_009);
        assertThat(newest.matching()).isEqualTo(12);
        StreamPlace second = StreamPlace.of(newest.streams().get(1));
        assertThat(ports(page(new ListStreams(FlowFilter.ALL, ListStreams.State.ALL, true, second, 3))))
                .containsExactly(40_009, 40_008, 40_007, 40_006);
        assertThat(ports(page(new ListStreams(FlowFilter.ALL, ListStreams.State.CLOSED, false, null, 1))))
                .containsExactly(40_000, 40_001);
        Streams open = page(new ListStreams(FlowFilter.ALL, ListStreams.State.OPEN, false, second, 9));
        assertThat(ports(open)).containsExactly(40_011);
        assertThat(open.matching()).isEqualTo(6);
    }

    private static List<Integer> ports(Streams page) {
        return page.streams().stream()
                .map(stream -> stream.open().client().port())
                .toList();
    }

    /** By a walk these questions would look at two thousand million streams. */
    @Test
    void aStreamIsFoundWithoutAWalkOverAllOthers() {
        Catalogue catalogue = new Catalogue(20_000, new RelayLedger());
        List<RelayedStream> streams = new ArrayList<>();
        for (int number = 0; number < 80_000; number++) {
            RelayedStream stream = new RelayedStream(null, 3L + 5L * number, number);
            catalogue.opened(stream);
            streams.add(stream);
        }
        for (int number = 0; number < 30_000; number++) {
            catalogue.closed(streams.get(2 * number));
        }

        assertTimeout(Duration.ofSeconds(2), () -> {
            for (int number = 0; number < 80_000; number++) {
                boolean forgotten = number < 20_000 && number % 2 == 0;
                assertThat(catalogue.find(3L + 5L * number) == (forgotten ? null : streams.get(number)))
                        .isTrue();
                assertThat(catalogue.find(4L + 5L * number) == null).isTrue();
            }
        });
    }
}
