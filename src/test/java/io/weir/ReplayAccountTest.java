package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.ConfigurationReader.Flag;
import io.weir.capture.Libpcap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A capture whose bytes are known is uploaded and replayed while three readers with different filters follow it: what each
 * was told of data, gaps and losses adds up to what the ledgers of its streams say. The capture's size in MB is the system
 * property {@code weir.test.replayMb}.
 */
@Timeout(900)
class ReplayAccountTest {
    private static final int DEFAULT_MB = 50;
    /** Of this many bytes a reader that dawdles takes a rest. */
    private static final int REST_CHARS = 16 << 10;

    private static final int REST_MS = 10;
    private static final List<Setting> WITHOUT_BOUND = List.of(Schema.CLOSED_STREAMS, Schema.STREAMS);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final KnownCapture capture = new KnownCapture(Integer.getInteger("weir.test.replayMb", DEFAULT_MB));
    private volatile boolean replayed;
    private Service service;

    /** What one reader was told. */
    private static final class Account {
        long events;
        long dataBytes;
        long gapBytes;
        long lostEvents;
        long lostBytes;
        boolean complete;
        final Map<String, Integer> reasons = new TreeMap<>();

        void add(JsonObject event) {
            events++;
            switch (event.getString("type")) {
                case "data" -> dataBytes += event.getLong("length");
                case "gap" -> gapBytes += event.getLong("length");
                case "lost" -> {
                    events--;
                    reasons.merge(event.getString("reason"), 1, Integer::sum);
                    lostEvents += event.getLong("count");
                    lostBytes += event.getLong("bytes");
                }
                case "close" -> complete = KnownCapture.isLast(event);
                default -> {}
            }
        }

        long bytes() {
            return dataBytes + gapBytes + lostBytes;
        }

        @Override
        public String toString() {
            return "%,d events with %,d bytes of data and %,d of gaps, and %,d lost with %,d bytes %s: together %,d"
                    .formatted(events, dataBytes, gapBytes, lostEvents, lostBytes, reasons, bytes());
        }
    }

    @AfterEach
    void stop() {
        if (service != null) {
            service.stop();
        }
    }

    @Test
    void dataGapsAndLossesAddUpToTheLedgerForEveryReader() throws Exception {
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        service = start();
        List<String> filters =
                List.of("host=10.0.0.3", "port=81,82", "filter=" + encoded("tcp port 80 and not host 10.0.0.4"));
        List<CompletableFuture<Account>> accounts = List.of(
                follow(filters.get(0) + "&payload=base64", false),
                follow(filters.get(1) + "&payload=none", false),
                follow(filters.get(2) + "&payload=hex", true));
        long startNs = System.nanoTime();
        JsonObject result = upload(capture.stream());
        double seconds = (System.nanoTime() - startNs) / 1e9;
        replayed = true;
        System.out.printf("replayed %.1f MB in %.1f s: %s%n", capture.fileBytes() / 1e6, seconds, result.encode());
        assertThat(result.getInteger("streams")).isEqualTo(capture.streams() - 1);
        // the readers' own pace no longer matters, and the probe has nothing else to do
        Thread.sleep(2_000);
        upload(capture.last());

        for (int index = 0; index < filters.size(); index++) {
            Account account = accounts.get(index).get(120, TimeUnit.SECONDS);
            long ledger = ledger(filters.get(index));
            System.out.printf("%s: %s; the ledger says %,d%n", filters.get(index), account, ledger);
            assertThat(ledger).isEqualTo(capture.bytesFor(index));
            assertThat(account.bytes()).as(filters.get(index)).isEqualTo(ledger);
        }
        assertThat(accounts.get(2).get().lostBytes).as("what the slow one lost").isPositive();
    }

    private static Service start() throws Exception {
        List<Flag> flags = new ArrayList<>(List.of(
                new Flag(Schema.INTERFACES, "--interface", "lo"),
                new Flag(Schema.PORT, "--port", "0"),
                new Flag(Schema.REPLAY_BYTES, "", "2GiB")));
        for (Setting setting : WITHOUT_BOUND) {
            flags.add(new Flag(setting, "", "262144"));
        }
        try {
            return Service.start(ConfigurationReader.read(null, Map.of(), flags));
        } catch (FailureException failure) {
            assumeTrue(!failure.getMessage().contains("CAP_NET_RAW"), "needs CAP_NET_RAW");
            throw failure;
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + service.port() + path);
    }

    private JsonObject upload(InputStream file) throws Exception {
        HttpRequest upload = HttpRequest.newBuilder(uri("/api/v1/replays"))
                .header("Content-Type", "application/vnd.tcpdump.pcap")
                .POST(BodyPublishers.ofInputStream(() -> file))
                .build();
        return new JsonObject(client.send(upload, BodyHandlers.ofString()).body());
    }

    private CompletableFuture<Account> follow(String query, boolean slow) throws Exception {
        InputStream body = client.send(
                        HttpRequest.newBuilder(uri("/api/v1/events?" + query)).build(), BodyHandlers.ofInputStream())
                .body();
        return OwnThread.call(() -> account(body, slow));
    }

    private Account account(InputStream body, boolean slow) {
        Account account = new Account();
        long sinceRest = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.ISO_8859_1));
        try {
            while (!account.complete) {
                String line = lines.readLine();
                sinceRest += line.length();
                if (slow && !replayed && sinceRest > REST_CHARS) {
                    Thread.sleep(REST_MS);
                    sinceRest = 0;
                }
                if (line.startsWith("data: ")) {
                    account.add(new JsonObject(line.substring(6)));
                }
            }
        } catch (IOException cut) {
            throw new UncheckedIOException(cut);
        } catch (InterruptedException hurried) {
            throw new IllegalStateException(hurried);
        }
        return account;
    }

    /** Bytes and gaps of both directions of all streams that a filter selects, page by page. */
    private long ledger(String filter) throws Exception {
        long sum = 0;
        String cursor = "";
        do {
            JsonObject page = new JsonObject(client.send(
                            HttpRequest.newBuilder(uri("/api/v1/streams?limit=1000&" + filter + cursor))
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
            JsonArray streams = page.getJsonArray("streams");
            for (int index = 0; index < streams.size(); index++) {
                for (String side : List.of("client", "server")) {
                    JsonObject ledger = streams.getJsonObject(index).getJsonObject(side);
                    sum += ledger.getLong("bytes") + ledger.getLong("gapBytes");
                }
            }
            cursor = page.containsKey("next") ? "&cursor=" + encoded(page.getString("next")) : null;
        } while (cursor != null);
        return sum;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
