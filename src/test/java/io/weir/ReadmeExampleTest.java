package io.weir;

import static io.weir.PcapBuilder.ACK;
import static io.weir.PcapBuilder.FIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.ConfigurationReader.Flag;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's example, held against the command line and against a running service. */
@Timeout(60)
class ReadmeExampleTest {
    /** One request, one response, of which four bytes are not captured. */
    static PcapBuilder lossy(PcapBuilder capture) {
        return capture.handshake()
                .client(1001, 5001, ACK, "GET /weir HTTP/1\n")
                .server(5001, 1018, ACK, "200 ")
                .server(5009, 1018, ACK, "fish\n")
                .client(1018, 5014, ACK, "")
                .after(60)
                .client(1018, 5014, ACK | FIN, "")
                .server(5014, 1019, ACK | FIN, "")
                .client(1019, 5015, ACK, "");
    }

    /** The example without our remarks, as lines. */
    private static List<String> example() throws IOException {
        return ReadmeTest.block("example").stream()
                .filter(line -> !line.startsWith(":"))
                .toList();
    }

    @Test
    void itsLinesOfJsonAreWhatTheCommandLineWrites(@TempDir Path folder) throws IOException {
        Path file = Files.write(
                folder.resolve("example.pcap"), lossy(new PcapBuilder()).bytes());
        CommandLineRun run = CommandLineRun.weir("read", "--payload", "text", file.toString());
        List<String> data = example().stream()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
        assertThat(data)
                .isEqualTo(run.text()
                        .lines()
                        .map(line -> line.replace("\"interface\":\"file\"", "\"interface\":\"eth0\""))
                        .toList());
    }

    @Test
    void itsFramesAreWhatARunningServiceSends() throws Exception {
        Service service = start();
        try {
            String host = "http://127.0.0.1:" + service.port();
            HttpClient client = HttpClient.newHttpClient();
            HttpResponse<InputStream> events = client.send(
                    HttpRequest.newBuilder(URI.create(host + "/api/v1/events?port=80&payload=text"))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(events.statusCode()).isEqualTo(200);
            HttpResponse<String> replayed = client.send(
                    HttpRequest.newBuilder(URI.create(host + "/api/v1/replays"))
                            .header("Content-Type", "application/vnd.tcpdump.pcap")
                            .POST(BodyPublishers.ofByteArray(
                                    lossy(new PcapBuilder()).bytes()))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
            List<String> expected = example();
            assertThat(asInTheExample(read(events, expected.size()), expected)).isEqualTo(expected);
        } finally {
            service.stop();
        }
    }

    /** Lines of the answer, comments left out. */
    private static List<String> read(HttpResponse<InputStream> events, int lines) throws IOException {
        List<String> read = new ArrayList<>();
        BufferedReader reader = new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8));
        boolean inFrame = false;
        while (read.size() < lines) {
            String line = reader.readLine();
            inFrame = line.startsWith("id: ") || inFrame && !line.isEmpty();
            if (inFrame || !read.isEmpty() && line.isEmpty()) {
                read.add(line);
            }
        }
        return read;
    }

    /** What differs from start to start: the ids' prefix, the stream's id, and the interface's name. */
    private static List<String> asInTheExample(List<String> lines, List<String> example) {
        String stream = stream(lines);
        String shown = stream(example);
        return lines.stream()
                .map(line -> line.replaceFirst("^id: [^-]+-", "id: mrqk2v7k-")
                        .replace("\"" + stream + "\"", "\"" + shown + "\"")
                        .replaceFirst("\"interface\":\"[^\"]*\"", "\"interface\":\"eth0\""))
                .toList();
    }

    private static String stream(List<String> lines) {
        return lines.stream()
                .filter(line -> line.contains("\"stream\":"))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*\"stream\":\"([^\"]*)\".*", "$1");
    }

    private static Service start() throws Exception {
        try {
            return Service.start(ConfigurationReader.read(
                    null,
                    Map.of(),
                    List.of(new Flag(Schema.INTERFACES, "--interface", "lo"), new Flag(Schema.PORT, "--port", "0"))));
        } catch (FailureException failure) {
            assumeTrue(!failure.getMessage().contains("CAP_NET_RAW"), "the service captures, which needs CAP_NET_RAW");
            throw failure;
        }
    }
}
