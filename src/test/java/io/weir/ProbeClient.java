package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client for the service of a probe on loopback, in the network namespace of the threads that use it. */
class ProbeClient {
    private static final int READ_TIMEOUT_MS = 30_000;

    private final int port;
    private String token;

    ProbeClient(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    /** From now on requests show this token. */
    ProbeClient withToken(String shown) {
        token = shown;
        return this;
    }

    /** An answer as it is. */
    String text(String path) throws IOException {
        try (InputStream answer = connect(path).getInputStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    JsonObject get(String path) throws IOException {
        return exchange("GET", path, null);
    }

    /** What {@code /metrics} shows under a name, summed over all labels if it has none of its own. */
    double metric(String name) throws IOException {
        return metric(metrics(), name);
    }

    /** All of {@code /metrics}. */
    String metrics() throws IOException {
        HttpURLConnection connection = connect("/metrics");
        connection.setRequestProperty("Connection", "close");
        try (InputStream answer = connection.getInputStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The same as {@link #metric(String)}, of metrics that were asked before. */
    static double metric(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name) && " {,".indexOf(line.charAt(name.length())) >= 0)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    JsonObject put(String path, JsonObject body) throws IOException {
        return exchange("PUT", path, body);
    }

    JsonObject post(String path) throws IOException {
        return exchange("POST", path, null);
    }

    /** Uploads a capture and waits until all of it is told. */
    JsonObject replay(PcapBuilder capture) throws IOException {
        HttpURLConnection connection = connect("/api/v1/replays");
        connection.setRequestProperty("Content-Type", "application/vnd.tcpdump.pcap");
        connection.setDoOutput(true);
        connection.getOutputStream().write(capture.bytes());
        try (InputStream answer = connection.getInputStream()) {
            return new JsonObject(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private JsonObject exchange(String method, String path, JsonObject body) throws IOException {
        HttpURLConnection connection = connect(path);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Connection", "close");
        if (body != null) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.encode().getBytes(StandardCharsets.UTF_8));
        }
        boolean good = connection.getResponseCode() < 400;
        try (InputStream answer = good ? connection.getInputStream() : connection.getErrorStream()) {
            return new JsonObject(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Server-sent events, one line after the other; the subscription is in force when this returns. */
    InputStream events(String query) throws IOException {
        return events(query, 1 << 20);
    }

    /** @param bufferBytes of the client */
    InputStream events(String query, int bufferBytes) throws IOException {
        InputStream events =
                new BufferedInputStream(connect("/api/v1/events?" + query).getInputStream(), bufferBytes);
        // the greeting
        while (events.read() != '\n') {
            // its content does not matter
        }
        return events;
    }

    HttpURLConnection connect(String path) throws IOException {
        URL url = new URL("http://127.0.0.1:" + port + path);
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setReadTimeout(READ_TIMEOUT_MS);
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        return connection;
    }

    JsonObject ledger() throws IOException {
        return get("/api/v1/capture").getJsonObject("ledger");
    }

    /** The ledger when nothing is on its way any more: nothing waits in the kernel's buffer, and no frame comes. */
    JsonObject settledLedger() {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            JsonObject ledger = ledger();
            return ledger.getLong("waiting") == 0
                    && ledger.encode().equals(ledgerAfter(200).encode());
        });
        try {
            return ledger();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private JsonObject ledgerAfter(int pauseMs) throws IOException, InterruptedException {
        Thread.sleep(pauseMs);
        return ledger();
    }

    /** Every frame that the kernel saw was delivered or dropped or waits; every delivered one ended in one counter. */
    static void assertLedgerHolds(JsonObject ledger) {
        assertThat(ledger.getLong("delivered"))
                .as(ledger.encodePrettily())
                .isEqualTo(ledger.getLong("segments")
                        + ledger.getLong("ownTraffic")
                        + ledger.getLong("duplicatesOfAnotherInterface")
                        + sum(ledger.getJsonObject("notTcp"))
                        + sum(ledger.getJsonObject("malformed"))
                        + ledger.getJsonObject("fragments").getLong("frames")
                        + ledger.getLong("failedFrames"));
        assertThat(ledger.getLong("received"))
                .as(ledger.encodePrettily())
                .isEqualTo(ledger.getLong("delivered") + ledger.getLong("waiting") + ledger.getLong("droppedByKernel"));
    }

    static long sum(JsonObject counters) {
        return counters.stream()
                .mapToLong(entry -> ((Number) entry.getValue()).longValue())
                .sum();
    }
}
