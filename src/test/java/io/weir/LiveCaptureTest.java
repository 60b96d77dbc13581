package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.weir.ConfigurationReader.Flag;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole probe on the loopback interface: real packets in, server-sent events out. */
@Timeout(120)
class LiveCaptureTest {
    private static final int BODY_BYTES = 10 << 20;

    private final Vertx vertx = Vertx.vertx();
    /** Vert.x closes a client that nobody holds. */
    private final List<HttpClient> clients = new ArrayList<>();

    private Service service;

    @AfterEach
    void stop() {
        if (service != null) {
            service.stop();
        }
        vertx.close().await();
    }

    @Test
    void whatTheClientReceivedIsWhatTheProbeTells() throws Exception {
        service = start();
        byte[] body = body();
        HttpServer server = server(body);
        List<JsonObject> events = subscribe("port=" + server.actualPort() + "&payload=base64");

        Buffer received = fetch(server.actualPort());

        assertThat(received.getBytes()).isEqualTo(body);
        await().atMost(Duration.ofSeconds(30)).until(() -> events.stream().anyMatch(LiveCaptureTest::isClose));
        assertThat(events.get(0).getString("type")).isEqualTo("open");
        assertThat(events.get(0).getString("interface")).isEqualTo("lo");
        assertThat(events.get(0).getString("roles")).isEqualTo("handshake");
        assertThat(events)
                .noneMatch(event -> event.getString("type").equals("gap")
                        || event.getString("type").equals("lost"));
        String request = new String(bytes(events, "client"), StandardCharsets.ISO_8859_1);
        assertThat(request).startsWith("GET /large HTTP/1.1\r\n");
        byte[] response = bytes(events, "server");
        assertThat(response).hasSizeGreaterThan(BODY_BYTES).endsWith(body);
        JsonObject close = events.get(events.size() - 1);
        assertThat(close.getString("type")).isEqualTo("close");
        assertThat(close.getString("reason")).isEqualTo("fin");
        assertThat(close.getJsonObject("server").getInteger("bytes")).isEqualTo(response.length);
    }

    @Test
    void theProbesOwnTrafficIsNeverCaptured() throws Exception {
        service = start();
        List<JsonObject> events = subscribe("payload=none");
        HttpServer server = server(new byte[0]);
        for (int request = 0; request < 20; request++) {
            JsonObject capture = get("/api/v1/capture");
            assertThat(capture.getString("state")).isEqualTo("capturing");
        }
        fetch(server.actualPort());
        await().atMost(Duration.ofSeconds(20)).until(() -> events.stream().anyMatch(LiveCaptureTest::isClose));

        assertThat(events.stream()
                        .filter(event -> event.getString("type").equals("open"))
                        .map(event -> event.getJsonObject("server").getInteger("port")))
                .doesNotContain(service.port())
                .contains(server.actualPort());
        assertThat(get("/api/v1/capture").getJsonObject("ledger").getInteger("ownTraffic"))
                .isZero();
    }

    @Test
    void anOrderlyStopClosesEveryStream() throws Exception {
        service = start();
        HttpServer server = server(new byte[100]);
        List<JsonObject> events = subscribe("port=" + server.actualPort());
        HttpClient keepsAlive = client();
        fetch(keepsAlive, server.actualPort());
        await().atMost(Duration.ofSeconds(20)).until(() -> events.size() >= 3);

        assertThat(service.stop()).isTrue();
        service = null;

        await().atMost(Duration.ofSeconds(5)).until(() -> events.stream().anyMatch(LiveCaptureTest::isClose));
        assertThat(events.get(events.size() - 1).getString("reason")).isEqualTo("stopped");
        assertThat(events.stream().filter(LiveCaptureTest::isClose)).hasSize(1);
    }

    @Test
    void captureStopsAndStartsAndItsStreamsEnd() throws Exception {
        service = start();
        HttpServer server = server(new byte[100]);
        List<JsonObject> events = subscribe("port=" + server.actualPort());
        HttpClient keepsAlive = client();
        fetch(keepsAlive, server.actualPort());
        await().atMost(Duration.ofSeconds(20)).until(() -> events.size() >= 3);

        assertThat(send(HttpMethod.POST, "/api/v1/capture/stop", null).getString("state"))
                .isEqualTo("stopped");
        await().atMost(Duration.ofSeconds(5)).until(() -> events.stream().anyMatch(LiveCaptureTest::isClose));
        assertThat(events.get(events.size() - 1).getString("reason")).isEqualTo("stopped");
        assertThat(get("/readyz").getString("status")).isEqualTo("fail");
        assertLedger(get("/api/v1/capture").getJsonObject("ledger"));

        assertThat(send(HttpMethod.POST, "/api/v1/capture/start", null).getString("state"))
                .isEqualTo("capturing");
        int before = events.size();
        fetch(server.actualPort());
        await().atMost(Duration.ofSeconds(20)).until(() -> events.size() > before);
    }

    @Test
    void aFilterIsChangedWhileItRunsAndAWrongOneIsRefused() throws Exception {
        service = start();
        HttpServer server = server(new byte[100]);
        JsonObject wrong =
                send(HttpMethod.PUT, "/api/v1/capture/filter", new JsonObject().put("filter", "port 80 and and"));
        assumeTrue(wrong.getInteger("status") == 400, () -> "needs libpcap: " + wrong.encode());
        assertThat(wrong.getString("detail")).containsIgnoringCase("syntax error");
        assertThat(get("/api/v1/capture").getString("filter")).isEmpty();

        String filter = "port " + (server.actualPort() == 1 ? 2 : 1);
        assertThat(send(HttpMethod.PUT, "/api/v1/capture/filter", new JsonObject().put("filter", filter))
                        .getString("filter"))
                .isEqualTo(filter);
        List<JsonObject> events = subscribe("port=" + server.actualPort());
        fetch(server.actualPort());
        send(HttpMethod.PUT, "/api/v1/capture/filter", new JsonObject().put("filter", ""));
        fetch(server.actualPort());
        await().atMost(Duration.ofSeconds(20)).until(() -> events.stream().anyMatch(LiveCaptureTest::isClose));

        assertThat(events.stream().filter(event -> event.getString("type").equals("open")))
                .hasSize(1);
    }

    @Test
    void anUploadedCaptureIsReplayedBesideTheLiveOne() throws Exception {
        service = start();
        List<JsonObject> events = subscribe("port=80&payload=text");
        byte[] capture = new PcapBuilder().exchange("question", "answer").bytes();

        for (int round = 0; round < 2; round++) {
            Buffer answer = client().request(HttpMethod.POST, service.port(), "127.0.0.1", "/api/v1/replays")
                    .compose(request -> request.putHeader("Content-Type", "application/vnd.tcpdump.pcap")
                            .send(Buffer.buffer(capture)))
                    .compose(response -> response.body())
                    .await();
            assertThat(new JsonObject(answer).getInteger("streams"))
                    .as(answer.toString())
                    .isEqualTo(1);
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> events.stream().filter(LiveCaptureTest::isClose).count() == 2);

        assertThat(events.stream().map(event -> event.getString("type")).collect(Collectors.toList()))
                .containsExactly("open", "data", "data", "close", "open", "data", "data", "close");
        JsonObject shown = get("/api/v1/streams/" + events.get(0).getString("stream"));
        assertThat(shown.encode()).contains("\"replay\":true");
    }

    /** Nothing unaccounted: what holds while nothing is captured. */
    private static void assertLedger(JsonObject ledger) {
        assertThat(ledger.getLong("delivered") + ledger.getLong("droppedByKernel"))
                .isEqualTo(ledger.getLong("received"));
        long accounted = ledger.getLong("ownTraffic")
                + ledger.getLong("duplicatesOfAnotherInterface")
                + ledger.getLong("segments")
                + ledger.getJsonObject("fragments").getLong("frames")
                + sum(ledger.getJsonObject("notTcp"))
                + sum(ledger.getJsonObject("malformed"));
        assertThat(accounted).isEqualTo(ledger.getLong("delivered")).isPositive();
    }

    private static long sum(JsonObject counters) {
        return counters.stream()
                .mapToLong(entry -> ((Number) entry.getValue()).longValue())
                .sum();
    }

    private static Service start() throws Exception {
        try {
            return Service.start(ConfigurationReader.read(
                    null,
                    Map.of(),
                    List.of(
                            new Flag(Schema.INTERFACES, "--interface", "lo"),
                            new Flag(Schema.PORT, "--port", "0"),
                            new Flag(Schema.EVENT_BYTES, "", "64MiB"),
                            new Flag(Schema.SUBSCRIBER_BYTES, "", "64MiB"),
                            new Flag(Schema.WINDOW_BYTES, "", "64MiB"))));
        } catch (FailureException failure) {
            assumeTrue(!failure.getMessage().contains("CAP_NET_RAW"), "needs CAP_NET_RAW");
            throw failure;
        }
    }

    private static byte[] body() {
        long seed = System.nanoTime();
        System.out.println("LiveCaptureTest seed " + seed);
        byte[] body = new byte[BODY_BYTES];
        new Random(seed).nextBytes(body);
        return body;
    }

    private HttpServer server(byte[] body) {
        return vertx.createHttpServer()
                .requestHandler(request -> request.response().end(Buffer.buffer(body)))
                .listen(0, "127.0.0.1")
                .await();
    }

    /** With a connection of its own, closed in the end. */
    private HttpClient client() {
        HttpClient client = vertx.createHttpClient();
        clients.add(client);
        return client;
    }

    private Buffer fetch(int port) {
        HttpClient client = client();
        try {
            return fetch(client, port);
        } finally {
            client.close().await();
        }
    }

    private static Buffer fetch(HttpClient client, int port) {
        return client.request(HttpMethod.GET, port, "127.0.0.1", "/large")
                .compose(request -> request.send())
                .compose(response -> response.body())
                .await();
    }

    private JsonObject get(String path) {
        return send(HttpMethod.GET, path, null);
    }

    private JsonObject send(HttpMethod method, String path, JsonObject body) {
        HttpClient client = client();
        return client.request(method, service.port(), "127.0.0.1", path)
                .compose(request -> body == null
                        ? request.putHeader("Content-Type", "application/json").send()
                        : request.putHeader("Content-Type", "application/json").send(body.toBuffer()))
                .compose(response -> response.body())
                .eventually(client::close)
                .await()
                .toJsonObject();
    }

    /** Events of the stream so far; the subscription is in force when this returns. */
    private List<JsonObject> subscribe(String query) {
        List<JsonObject> events = new CopyOnWriteArrayList<>();
        Buffer pending = Buffer.buffer();
        List<String> heads = new CopyOnWriteArrayList<>();
        client().request(HttpMethod.GET, service.port(), "127.0.0.1", "/api/v1/events?" + query)
                .compose(request -> request.send())
                .onSuccess(
                        response -> response.exceptionHandler(ended -> {}).handler(new FrameParser(heads, events)::add))
                .await();
        assertThat(pending.length()).isZero();
        await().atMost(Duration.ofSeconds(5)).until(() -> !heads.isEmpty());
        return events;
    }

    /** Cuts server-sent frames at empty lines. */
    private record FrameParser(List<String> heads, List<JsonObject> events, StringBuilder text) {
        FrameParser(List<String> heads, List<JsonObject> events) {
            this(heads, events, new StringBuilder());
        }

        void add(Buffer bytes) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            int from = 0;
            for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", from)) {
                String frame = text.substring(from, end);
                from = end + 2;
                heads.add(frame.lines().findFirst().orElse(""));
                frame.lines()
                        .filter(line -> line.startsWith("data: "))
                        .forEach(line -> events.add(new JsonObject(line.substring(6))));
            }
            text.delete(0, from);
        }
    }

    private static boolean isClose(JsonObject event) {
        return event.getString("type").equals("close");
    }

    private static byte[] bytes(List<JsonObject> events, String from) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Long> offsets = new ArrayList<>();
        for (JsonObject event : events) {
            if (event.getString("type").equals("data")
                    && event.getString("from").equals(from)) {
                assertThat(event.getLong("offset")).isEqualTo(bytes.size());
                offsets.add(event.getLong("offset"));
                bytes.writeBytes(Base64.getDecoder().decode(event.getString("payload")));
            }
        }
        assertThat(offsets).isNotEmpty();
        return bytes.toByteArray();
    }
}
