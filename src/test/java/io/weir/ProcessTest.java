package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** weir as its users start and stop it. */
@Timeout(180)
class ProcessTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    @TempDir
    private Path folder;

    @Test
    void itSaysWhatItDoesServesAndEndsWithStatus0WhenInterrupted() throws Exception {
        try (ChildProcess weir = new ChildProcess(List.of(), "--interface", "lo", "--port", "0")) {
            String address = address(weir);
            assertThat(weir.line("capturing on")).contains("capturing on lo by ", "everything");
            assertThat(weir.line("memory of all buffers")).contains("at most", "lanes", "reassembly");
            assertThat(get(address + "readyz")).contains("\"status\":\"pass\"");

            weir.signal("INT");

            assertThat(weir.status()).isZero();
            assertThat(weir.line("stopped")).isNotEmpty();
            assertThat(String.join("\n", weir.errors())).doesNotContain("Exception", "\tat ", "WARN");
        }
    }

    @Test
    void clientsThatBreakTheirConnectionsLeaveNothingInTheLog() throws Exception {
        try (ChildProcess weir = new ChildProcess(List.of(), "--interface", "lo", "--port", "0")) {
            URI address = URI.create(address(weir));
            for (String begun :
                    List.of("", "GET /li", "POST /api/v1/replays HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")) {
                try (Socket client = new Socket("127.0.0.1", address.getPort())) {
                    client.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                    // else the reset overtakes it
                    Thread.sleep(200);
                    client.setSoLinger(true, 0);
                }
            }
            get(address + "livez");
            weir.signal("TERM");

            assertThat(weir.status()).isZero();
            assertThat(String.join("\n", weir.errors())).doesNotContain("WARN", "ERROR", "reset");
        }
    }

    @Test
    void tokensThatTravelInTheClearAreWarnedOf() throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "alice metadata token-of-alice-1\n");
        String[] open = {
            "--interface", "lo", "--port", "0", "--host", "0.0.0.0", "--serve-tokens-file", tokens.toString()
        };
        try (ChildProcess weir = new ChildProcess(List.of(), open)) {
            address(weir);

            assertThat(weir.line("WARN")).contains("served on 0.0.0.0 without TLS", "set serve.tls-certificate");
        }
    }

    @Test
    void aTerminationEndsItInOrderAsWell() throws Exception {
        try (ChildProcess weir = new ChildProcess(List.of(), "serve", "--interface", "lo", "--port", "0")) {
            address(weir);

            weir.signal("TERM");

            assertThat(weir.status()).isZero();
        }
    }

    @Test
    void theLogIsJsonByChoice() throws Exception {
        try (ChildProcess weir =
                new ChildProcess(List.of(), "--interface", "lo", "--port", "0", "--log-format", "json")) {
            assumeCapture(weir);
            JsonObject line = new JsonObject(weir.line("page and API at"));
            assertThat(line.getString("level")).isEqualTo("INFO");
            assertThat(line.getString("formattedMessage")).startsWith("page and API at http://127.0.0.1:");
            weir.signal("TERM");
            assertThat(weir.status()).isZero();
        }
    }

    @Test
    void withoutTheRightToCaptureItSaysWhichIsMissingAndHowToGetIt() throws Exception {
        assumeTrue(Files.isExecutable(SETPRIV), "needs setpriv, to give up the right to capture");
        List<String> powerless = List.of(SETPRIV.toString(), "--bounding-set=-net_raw", "--inh-caps=-net_raw");
        try (ChildProcess weir = new ChildProcess(powerless, "--interface", "lo", "--port", "0")) {
            int status = weir.status();
            assumeTrue(
                    weir.errors().stream().noneMatch(line -> line.startsWith("setpriv:")),
                    () -> "needs the right to give up rights: " + weir.errors());
            assertThat(status).isEqualTo(1);
            assertThat(weir.complaints())
                    .singleElement()
                    .asString()
                    .contains("the capability CAP_NET_RAW is missing", "NET_RAW", "systemd");
        }
    }

    @Test
    void anUnknownInterfaceIsToldWithThoseThatThereAre() throws Exception {
        try (ChildProcess weir = new ChildProcess(List.of(), "--interface", "none0", "--port", "0")) {
            assertThat(weir.status()).isEqualTo(1);
            assertThat(weir.complaints()).singleElement().asString().contains("No interface none0", "lo");
        }
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0);
                ChildProcess weir = new ChildProcess(
                        List.of(), "--interface", "lo", "--port", String.valueOf(taken.getLocalPort()))) {
            assertThat(weir.status()).isEqualTo(1);
            assertThat(weir.complaints())
                    .singleElement()
                    .asString()
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void aReaderThatGoesAwayEndsAReplayQuietly() throws Exception {
        PcapBuilder capture = new PcapBuilder();
        for (int port = 1_025; port < 20_000; port++) {
            capture.clientPort(port).exchange("question", "answer");
        }
        Path file = Files.write(folder.resolve("many.pcap"), capture.bytes());
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String line = java + " -cp " + System.getProperty("java.class.path") + " io.weir.Main read " + file
                + " | head -n 1; echo ${PIPESTATUS[0]}";

        Process shell = new ProcessBuilder("bash", "-c", line).start();
        String output = new String(shell.getInputStream().readAllBytes());
        String errors = new String(shell.getErrorStream().readAllBytes());

        assertThat(errors).isEmpty();
        assertThat(output.lines()).hasSize(2);
        assertThat(output.lines().skip(1)).containsExactly("0");
    }

    @Test
    void aReplayOfAPipeShowsWhatCameAndEndsInOrderWhenInterrupted() throws Exception {
        byte[] begin = new PcapBuilder()
                .handshake()
                .client(1001, 5001, PcapBuilder.ACK, "question")
                .bytes();
        try (ChildProcess weir = new ChildProcess(List.of(), "read", "--payload", "text", "-")) {
            OutputStream input = weir.process().getOutputStream();
            input.write(begin);
            input.flush();
            for (int tries = 0; tries < 500 && !weir.output().contains("question"); tries++) {
                Thread.sleep(20);
            }
            assertThat(weir.output()).contains("question").doesNotContain("close");

            weir.signal("INT");
            weir.status();

            assertThat(weir.output()).contains("\"type\":\"close\"", "\"reason\":\"stopped\"");
            assertThat(weir.line("1 streams")).contains("8 bytes delivered");
        }
    }

    private static String address(ChildProcess weir) throws InterruptedException {
        assumeCapture(weir);
        Matcher address = Pattern.compile("http://\\S+/").matcher(weir.line("page and API at"));
        assertThat(address.find()).isTrue();
        return address.group();
    }

    private static void assumeCapture(ChildProcess weir) throws InterruptedException {
        try {
            weir.line("page and API at");
        } catch (AssertionError failed) {
            assumeTrue(!failed.getMessage().contains("CAP_NET_RAW"), "needs CAP_NET_RAW");
            throw failed;
        }
    }

    private static String get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
