package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weir.decode.Segment;
import io.weir.partition.Lane;
import io.weir.partition.LaneOptions;
import io.weir.reassemble.AssemblerOptions;
import io.weir.serve.Metrics;
import io.weir.serve.Neighbours;
import io.weir.serve.ServeOptions;
import io.weir.serve.ServeVerticle;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real partition behind the real service: what goes into the lane comes out over HTTP. */
@Timeout(60)
class ServedStreamsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Lane lane = new Lane(LaneOptions.of(1));
    private final Metrics metrics = new Metrics();
    private final HttpClient client = HttpClient.newHttpClient();
    private ServeVerticle service;

    @BeforeEach
    void deploy() {
        Bus.register(vertx);
        service = new ServeVerticle(
                ServeOptions.DEFAULTS.withPort(0), new Neighbours(1, 1, null, null, List.of(), metrics));
        vertx.deployVerticle(service).await();
        vertx.deployVerticle(new PartitionVerticle(
                        new PartitionOptions(
                                0, AssemblerOptions.defaults(), RelayOptions.onDemand(1 << 20, 100), 1 << 20),
                        new StreamIds("test", 0, 1),
                        Conversation.HASH,
                        lane,
                        index -> "eth" + index,
                        failure -> {}))
                .await();
    }

    @AfterEach
    void close() {
        vertx.close().await();
        metrics.close();
    }

    @Test
    void aLiveReaderSeesTheConversation() throws Exception {
        try (BufferedReader reader = events("/api/v1/events?payload=text")) {
            conversation().handshake().fromClient("GET /").fromServer("200 OK").fins();
            lane.flush();

            List<JsonObject> events = read(reader, 4);
            assertThat(events)
                    .extracting(event -> event.getString("type"))
                    .containsExactly("open", "data", "data", "close");
            assertThat(events.get(1).getString("payload")).isEqualTo("GET /");
            assertThat(events.get(2).getString("payload")).isEqualTo("200 OK");
        }
    }

    @Test
    void aLateReaderSeesTheRetainedBeginningThenTheRest() throws Exception {
        Conversation conversation = conversation().handshake().fromClient("GET /");
        lane.flush();
        String id = onlyStream();

        try (BufferedReader reader = events("/api/v1/streams/" + id + "/events?payload=text")) {
            assertThat(read(reader, 2))
                    .extracting(event -> event.getString("payload"))
                    .containsExactly(null, "GET /");
            conversation.fromServer("200 OK").fins();
            lane.flush();

            assertThat(read(reader, 2))
                    .extracting(event -> event.getString("type"))
                    .containsExactly("data", "close");
            assertThat(reader.readLine()).as("end of the response").isNull();
        }
    }

    @Test
    void aClosedStreamKeepsItsBytesAndItsLedger() throws Exception {
        conversation().handshake().fromClient("GET /").fromServer("200 OK").fins();
        lane.flush();
        String id = onlyStream();
        String path = "/api/v1/streams/" + id;
        Awaitility.await().until(() -> get(path).contains("\"closed\""));

        assertThat(get(path + "/content?from=client")).isEqualTo("GET /");
        assertThat(get(path + "/content?from=server")).isEqualTo("200 OK");
        assertThat(get(path + "/pcap")).contains("GET /").contains("200 OK").contains("Closed: fin");
        JsonObject stream = new JsonObject(get(path));
        assertThat(stream.getString("interface")).isEqualTo("eth3");
        assertThat(stream.getJsonObject("server").getLong("bytes")).isEqualTo(6);
        try (BufferedReader reader = events(path + "/events")) {
            assertThat(read(reader, 4))
                    .extracting(event -> event.getString("type"))
                    .containsExactly("open", "data", "data", "close");
            assertThat(reader.readLine()).as("end of the response").isNull();
        }
    }

    @Test
    void whatIsLostOnTheWayIsAGap() throws Exception {
        try (BufferedReader reader = events("/api/v1/events?types=data,gap&payload=text")) {
            conversation()
                    .handshake()
                    .fromClient("one")
                    .lostFromClient(4)
                    .fromClient("two")
                    .serverAcknowledges()
                    .fins();
            lane.offerTime(Conversation.START_NS + 60_000_000_000L);
            lane.flush();

            assertThat(read(reader, 3))
                    .extracting(event -> event.getString("type") + event.getLong("offset"))
                    .containsExactly("data0", "gap3", "data7");
        }
    }

    private String onlyStream() throws Exception {
        Awaitility.await().until(() -> get("/api/v1/streams").contains("\"matching\":1"));
        return new JsonObject(get("/api/v1/streams"))
                .getJsonArray("streams")
                .getJsonObject(0)
                .getString("stream");
    }

    private Conversation conversation() {
        return new Conversation(40_000, this::offer);
    }

    private void offer(Segment segment) {
        assertThat(lane.offer(segment)).isTrue();
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.actualPort() + path))
                .build();
    }

    private String get(String path) throws Exception {
        return client.send(request(path), BodyHandlers.ofString(StandardCharsets.ISO_8859_1))
                .body();
    }

    /** Subscribed once it returns. */
    private BufferedReader events(String path) throws Exception {
        BufferedReader reader = new BufferedReader(new InputStreamReader(
                client.send(request(path), BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8));
        while (!reader.readLine().isEmpty()) {
            // the first frame says where the reader starts
        }
        return reader;
    }

    private static List<JsonObject> read(BufferedReader reader, int count) throws Exception {
        List<JsonObject> events = new ArrayList<>();
        while (events.size() < count) {
            String line = reader.readLine();
            assertThat(line).isNotNull();
            if (line.startsWith("data: ")) {
                events.add(new JsonObject(line.substring(6)));
            }
            if (events.size() == count) {
                reader.readLine();
            }
        }
        return events;
    }
}
