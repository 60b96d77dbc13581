package io.weir;

import static io.weir.PcapBuilder.ACK;
import static io.weir.PcapBuilder.FIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.serve.TestCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every {@code curl} command of the README, run as it stands there against a probe that the README's command started. */
@Timeout(120)
class ReadmeCommandsTest {
    private static final String JAR = "java -jar target/weir.jar";
    private static final String PORT = "9347";
    private static final Pattern EVENT = Pattern.compile("^data: \\{\"type\":\"(\\w+)\",\"stream\":\"(\\w+)\"");

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(works("curl --version"), "skipped: curl is missing");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        byte[] capture = new PcapBuilder()
                .handshake()
                .client(1001, 5001, ACK, "GET /weir HTTP/1\n")
                .client(1018, 5001, ACK | FIN, "")
                .server(5001, 1019, ACK | FIN, "")
                .client(1019, 5002, ACK, "")
                .bytes();
        Files.write(folder.resolve("capture.pcap"), capture);
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void eventsAreWatchedOnThisMachine() throws Exception {
        List<String> commands = commands("curl ", "http://127.0.0.1:" + PORT);
        assertThat(commands).isNotEmpty();
        start(JAR);
        for (String command : commands) {
            watch(command, "\"payload\":\"GET /weir HTTP/1\\n\"");
        }
    }

    @Test
    void eventsAreWatchedFromElsewhereWithATokenOverTls() throws Exception {
        assumeTrue(works("openssl version"), "skipped: openssl is missing");
        TestCertificates certificates = new TestCertificates(folder);
        certificates.issue("probe", "-ext", "san=dns:probe.example");
        Files.move(certificates.certificate("probe"), folder.resolve("server.crt"));
        Files.move(certificates.key("probe"), folder.resolve("server.key"));
        certificates.certificate("ca");
        List<String> commands = commands("curl ", "https://probe.example:" + PORT);
        assertThat(commands).isNotEmpty();
        run(commands("echo ", "> tokens").get(0)).waitFor();
        start(commands(JAR, "--serve-tokens-file").get(0));
        for (String command : commands) {
            watch(command, "\"payload\":\"R0VUIC93ZWlyIEhUVFAvMQo=\"");
        }
    }

    @Test
    void noCurlCommandIsLeftOut() throws IOException {
        assertThat(commands("curl ", ""))
                .allMatch(command -> command.contains("http://127.0.0.1:" + PORT)
                        || command.contains("https://probe.example:" + PORT));
    }

    /** Commands of the README's blocks, continued lines joined. */
    private static List<String> commands(String beginning, String containing) throws IOException {
        String joined = Files.readString(Path.of("README.md")).replaceAll("\\\\\n *", "");
        return joined.lines()
                .filter(line -> line.startsWith(beginning) && line.contains(containing))
                .toList();
    }

    private void start(String command) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process probe = run("exec "
                + command.replace(
                        "java -jar target/weir.jar",
                        java + " -cp '" + System.getProperty("java.class.path") + "' io.weir.Main")
                + " --interface lo --port " + port);
        String curl =
                commands("curl ", command.contains("tls") ? "https:" : "http:").get(0);
        String ready = other(curl, "/readyz") + " --fail --silent";
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    if (!probe.isAlive()) {
                        String told = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                        assumeTrue(
                                !told.contains("CAP_NET_RAW"), "skipped: the probe captures, which needs CAP_NET_RAW");
                        throw new AssertionError(told);
                    }
                    return run(ready).waitFor() == 0;
                });
    }

    /** The capture is replayed; the command prints its stream, and maybe others of this machine's loopback. */
    private void watch(String command, String payload) throws Exception {
        Process curl = run("exec " + local(command));
        BufferedReader told = curl.inputReader(StandardCharsets.UTF_8);
        while (!line(told).startsWith("retry: ")) {
            // curl's own words
        }
        String upload = other(command, "/api/v1/replays")
                + " --silent -H 'Content-Type: application/vnd.tcpdump.pcap' --data-binary @capture.pcap";
        Process uploaded = run(upload);
        assertThat(new String(uploaded.getInputStream().readAllBytes())).contains("\"streams\":1");
        Map<String, List<String>> types = new HashMap<>();
        String watched = null;
        while (watched == null || !types.get(watched).contains("close")) {
            String line = line(told);
            Matcher event = EVENT.matcher(line);
            if (event.find()) {
                types.computeIfAbsent(event.group(2), stream -> new ArrayList<>())
                        .add(event.group(1));
                watched = line.contains(payload) ? event.group(2) : watched;
            }
        }
        assertThat(types.get(watched)).containsExactly("open", "data", "close");
    }

    private static String line(BufferedReader told) throws IOException {
        String line = told.readLine();
        assertThat(line).as("the command ended early").isNotNull();
        return line;
    }

    /** The same caller asks for another path. */
    private String other(String curl, String path) {
        return local(curl).replaceAll("(https?://[^/]+)/[^' ]*", "$1" + path);
    }

    private String local(String curl) {
        return curl.replace("curl ", "curl --resolve probe.example:" + port + ":127.0.0.1 ")
                .replace(":" + PORT, ":" + port);
    }

    private Process run(String command) throws IOException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        started.add(process);
        return process;
    }

    private boolean works(String command) {
        try {
            return run(command + " > /dev/null").waitFor() == 0;
        } catch (IOException | InterruptedException missing) {
            return false;
        }
    }
}
