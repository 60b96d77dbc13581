package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.weir.ConfigurationReader.Flag;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An uploaded capture whose bytes are known: data, gaps and losses told to a reader add up to it. Its size in MB is the system
 * property {@code weir.test.replayMb}, at most 64.
 */
@Timeout(180)
class ReplayAccountTest {
    private static final int RESPONSE_BYTES = 50_000;
    private static final int GAP_BYTES = 1_000;
    private static final String REQUEST = "GET / HTTP/1.1";
    private static final long BYTES_PER_STREAM = REQUEST.length() + 2L * RESPONSE_BYTES + GAP_BYTES;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void dataGapsAndLossesAddUpForEveryReader() throws Exception {
        int streams = Integer.getInteger("weir.test.replayMb", 20) * 10;
        Service service = start();
        try {
            String address = "http://127.0.0.1:" + service.port();
            // the last conversation, on port 50000, tells a reader of all that everything was told
            List<CompletableFuture<Long>> accounts = List.of(
                    account(address + "/api/v1/events?cidr=10.0.0.1/32&payload=base64"),
                    account(address + "/api/v1/events?cidr=10.0.0.1/32&payload=none&types=data,gap,close"),
                    account(address + "/api/v1/events?port=80&host=10.0.0.2&payload=hex"));
            HttpRequest upload = HttpRequest.newBuilder(URI.create(address + "/api/v1/replays"))
                    .header("Content-Type", "application/vnd.tcpdump.pcap")
                    .POST(BodyPublishers.ofByteArray(capture(streams)))
                    .build();
            assertThat(new JsonObject(
                                    client.send(upload, BodyHandlers.ofString()).body())
                            .getInteger("streams"))
                    .isEqualTo(streams);
            Thread.sleep(3_000);
            service.stop();
            service = null;
            for (CompletableFuture<Long> account : accounts) {
                assertThat(account.get(60, TimeUnit.SECONDS)).isEqualTo(streams * BYTES_PER_STREAM);
            }
        } finally {
            if (service != null) {
                service.stop();
            }
        }
    }

    private static Service start() throws Exception {
        try {
            return Service.start(ConfigurationReader.read(
                    null,
                    Map.of(),
                    List.of(new Flag(Schema.INTERFACES, "--interface", "lo"), new Flag(Schema.PORT, "--port", "0"))));
        } catch (FailureException failure) {
            assumeTrue(!failure.getMessage().contains("CAP_NET_RAW"), "needs CAP_NET_RAW");
            throw failure;
        }
    }

    private CompletableFuture<Long> account(String uri) throws Exception {
        HttpResponse<InputStream> response =
                client.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofInputStream());
        return CompletableFuture.supplyAsync(() -> {
            BufferedReader lines = new BufferedReader(new InputStreamReader(response.body()));
            return lines.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> new JsonObject(line.substring(6)))
                    .mapToLong(event -> switch (event.getString("type")) {
                        case "data", "gap" -> event.getLong("length");
                        case "lost" -> event.getLong("bytes");
                        default -> 0L;
                    })
                    .sum();
        });
    }

    private static byte[] capture(int streams) {
        String half = "x".repeat(RESPONSE_BYTES);
        int asked = 1001 + REQUEST.length();
        int second = 5001 + RESPONSE_BYTES + GAP_BYTES;
        int end = second + RESPONSE_BYTES;
        PcapBuilder capture = new PcapBuilder();
        for (int index = 0; index < streams; index++) {
            capture.clientPort(10_000 + index)
                    .handshake()
                    .client(1001, 5001, PcapBuilder.ACK, REQUEST)
                    .server(5001, asked, PcapBuilder.ACK, half)
                    .server(second, asked, PcapBuilder.ACK, half)
                    .client(asked, end, PcapBuilder.ACK, "")
                    .after(200)
                    .client(asked, end, PcapBuilder.ACK | PcapBuilder.FIN, "")
                    .server(end, asked + 1, PcapBuilder.ACK | PcapBuilder.FIN, "")
                    .client(asked + 1, end + 1, PcapBuilder.ACK, "");
        }
        return capture.bytes();
    }
}
