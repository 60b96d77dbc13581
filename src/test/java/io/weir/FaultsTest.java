package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.weir.capture.FrameSender;
import io.weir.capture.Frames;
import io.weir.capture.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process under what befalls machines, in a network namespace of its own. */
@Timeout(180)
class FaultsTest {
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final int LARGEST_FILE_BYTES = 2_000_000;

    @TempDir
    private Path folder;

    private record Answer(int status, JsonObject body) {}

    @Test
    void aCaptureThatDoesNotFitIntoTheTemporaryFolderIsRefusedAndNoPartOfItIsRead() throws Exception {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit, to have a disk that is full");
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        List<String> smallDisk = List.of(
                "prlimit", "--fsize=" + LARGEST_FILE_BYTES, "env", "JDK_JAVA_OPTIONS=-Djava.io.tmpdir=" + temporary);
        byte[] large = capture(4 * LARGEST_FILE_BYTES);
        byte[] small = capture(10_000);
        Namespace.run(() -> {
            try (ChildProcess weir = new ChildProcess(smallDisk, "--interface", "lo", "--port", "0")) {
                String address = address(weir);

                Answer full = upload(address, large);
                assertThat(full.status()).as(full.body().encode()).isEqualTo(503);
                assertThat(full.body().getString("detail"))
                        .contains(temporary.toString(), "File too large", "-Djava.io.tmpdir=");
                assertThat(get(address + "api/v1/streams").getInteger("matching"))
                        .isZero();
                assertThat(upload(address, small).status()).isEqualTo(200);

                try (var left = Files.list(temporary)) {
                    for (Path each : left.toList()) {
                        deleteAll(each);
                    }
                }
                Files.delete(temporary);
                Answer gone = upload(address, small);
                assertThat(gone.status()).as(gone.body().encode()).isEqualTo(503);
                assertThat(gone.body().getString("detail")).contains(temporary.toString(), "it does not exist");
                Files.createDirectory(temporary);
                assertThat(upload(address, small).status()).isEqualTo(200);

                weir.signal("TERM");
                assertThat(weir.status()).isZero();
                assertThat(String.join("\n", weir.errors())).doesNotContain("ERROR", "Exception", "\tat ");
            }
        });
    }

    @Test
    void aProcessThatMayOpenNoMoreFilesGoesOnCapturing() throws Exception {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit, to let no more files be opened");
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            for (String interfaces : List.of("near", "nea?", "any")) {
                try (ChildProcess weir = ChildProcess.ofJar(
                                folder.resolve("weir.jar"), "--interface", interfaces, "--port", "0");
                        FrameSender sender = new FrameSender("away")) {
                    String address = address(weir);
                    allowFiles(weir, 5);
                    // several looks at the interfaces
                    for (int port = 1; port <= 30; port++) {
                        sender.send(Frames.tcp("10.0.0.1", port, "10.0.0.2", 80, "data"));
                        Thread.sleep(100);
                    }
                    allowFiles(weir, 1_024);

                    JsonObject state = get(address + "api/v1/capture");
                    // the loopback device, which 'any' includes, may still carry the end of the round before
                    JsonObject streams = get(address + "api/v1/streams?host=10.0.0.1");
                    assertThat(streams.getInteger("matching"))
                            .as(streams.encode())
                            .isEqualTo(30);
                    assertThat(state.getLong("reopenings")).isZero();
                    assertThat(String.join("\n", weir.errors())).doesNotContain("is gone", "No interface", " now");
                }
            }
        });
    }

    private static void allowFiles(ChildProcess weir, int most) throws Exception {
        Namespace.command("prlimit", "--pid", String.valueOf(weir.process().pid()), "--nofile=" + most + ":1024");
    }

    @Test
    void moreConnectionsThanFilesMayBeOpenHinderNeitherTheCaptureNorHealth() throws Exception {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit, to let few files be opened");
        Namespace.run(() -> {
            List<String> few = List.of("prlimit", "--nofile=190:190");
            List<Socket> connections = new ArrayList<>();
            try (ChildProcess weir = new ChildProcess(few, "--interface", "lo", "--port", "0")) {
                String address = address(weir);
                assertThat(weir.line("may have only 190 files open")).contains("connections are served instead of 144");
                int port = new URL(address).getPort();
                for (int count = 0; count < 250; count++) {
                    connections.add(new Socket("127.0.0.1", port));
                }
                Thread.sleep(1_500);

                assertThat(get(address + "livez").getString("status")).isEqualTo("pass");
                assertThat(get(address + "readyz").getString("status")).isEqualTo("pass");
                assertThat(get(address + "api/v1/capture").getLong("reopenings"))
                        .isZero();
                assertThat(String.join("\n", weir.errors())).doesNotContain("is gone", "No interface");
            } finally {
                for (Socket each : connections) {
                    each.close();
                }
            }
        });
    }

    @Test
    void tooFewFilesForAServiceAreToldBeforeItStarts() throws Exception {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit, to let few files be opened");
        try (ChildProcess weir =
                new ChildProcess(List.of("prlimit", "--nofile=100:100"), "--interface", "lo", "--port", "0")) {
            assertThat(weir.status()).isEqualTo(1);
            assertThat(weir.complaints())
                    .singleElement()
                    .asString()
                    .contains("may have 100 files open", "at least", "ulimit -n");
        }
    }

    @Test
    void aHeapThatIsTooSmallEndsTheProcessWithWordsInsteadOfLeavingItHalfAlive() throws Exception {
        List<String> small = List.of("env", "JDK_JAVA_OPTIONS=-Xmx40m");
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (ChildProcess weir = new ChildProcess(small, "--interface", "near", "--port", "0");
                    FrameSender sender = new FrameSender("away")) {
                address(weir);
                assertThat(weir.line("heap may grow to")).contains("40 MiB only", "-Xmx512m");
                String payload = "retained ".repeat(120);
                // a stream each
                for (int count = 0; count < 400_000 && weir.process().isAlive(); count++) {
                    sender.send(
                            Frames.tcp("10.0." + count / 50_000 + ".1", 1 + count % 50_000, "10.0.0.2", 80, payload));
                }

                assertThat(weir.status()).isEqualTo(1);
                assertThat(weir.line("weir: Java's heap of 40 MiB is full")).contains("-Xmx512m", "weir config");
            }
        });
    }

    @Test
    void aLogThatNobodyReadsHindersNeitherTheServiceNorTheStop() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "needs mkfifo, to have a log that nobody reads");
        Path log = folder.resolve("log");
        Namespace.run(() -> {
            Namespace.command("mkfifo", log.toString());
            List<String> stuck = List.of("bash", "-c", "exec 9<>" + log + "; exec \"$0\" \"$@\" 2>" + log);
            try (ChildProcess weir = new ChildProcess(stuck, "--interface", "lo", "--port", "9347")) {
                String address = "http://127.0.0.1:9347/";
                await().ignoreExceptions()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> get(address + "readyz").getString("status").equals("pass"));
                // each leaves a line of about 150 bytes, and a pipe takes 64 KiB
                for (int line = 0; line < 1_500; line++) {
                    HttpURLConnection connection = connect(address + "api/v1/capture/start");
                    connection.setRequestMethod("POST");
                    connection.setRequestProperty("Content-Type", "application/json");
                    connection.setReadTimeout(5_000);
                    assertThat(answer(connection).status()).isEqualTo(200);
                }
                try (InputStream metrics = connect(address + "metrics").getInputStream()) {
                    String text = new String(metrics.readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(ProbeClient.metric(text, "weir_log_lines_lost_total"))
                            .isPositive();
                }

                weir.signal("TERM");
                assertThat(weir.process().waitFor(15, TimeUnit.SECONDS)).isTrue();
                assertThat(weir.process().exitValue()).isZero();
            }
        });
    }

    @Test
    void whatIsPrintedOntoAFullDiskIsToldInOneLine() throws Exception {
        Path file = Files.write(folder.resolve("one.pcap"), capture(1_000));
        for (String command : List.of("read " + file, "config", "interfaces")) {
            List<String> full = List.of("bash", "-c", "exec \"$0\" \"$@\" > /dev/full");
            try (ChildProcess weir = new ChildProcess(full, command.split(" "))) {
                assertThat(weir.status()).as(command).isEqualTo(1);
                assertThat(weir.complaints())
                        .as(command)
                        .singleElement()
                        .asString()
                        .contains("cannot write", "standard output", "No space left on device")
                        .doesNotContain("Exception");
            }
        }
    }

    @Test
    void aProcessThatIsHeldForSecondsGoesOnAndAccountsForWhatItMissed() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (ChildProcess weir =
                    new ChildProcess(List.of(), "--interface", "near", "--port", "0", "--capture-ring-bytes", "1MiB")) {
                String address = address(weir);
                LoadStream load = new LoadStream("away", 2_000);
                Thread.sleep(300);
                weir.signal("STOP");
                Thread.sleep(3_500);
                weir.signal("CONT");
                await().until(() -> get(address + "readyz").getString("status").equals("pass"));
                // what has filled the buffer is read, and the end of the conversation finds room there
                Thread.sleep(500);
                load.close();
                await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(
                                get(address + "api/v1/streams?state=open").encode())
                        .contains("\"matching\":0"));

                JsonObject ledger = get(address + "api/v1/capture").getJsonObject("ledger");
                LiveProbe.assertLedgerHolds(ledger);
                assertThat(ledger.getLong("received"))
                        .as(ledger.encode() + get(address + "api/v1/streams").encode())
                        .isEqualTo(load.frames());
                assertThat(ledger.getLong("droppedByKernel")).isPositive();
                JsonObject stream =
                        get(address + "api/v1/streams").getJsonArray("streams").getJsonObject(0);
                JsonObject server = stream.getJsonObject("server");
                assertThat(stream.encode()).contains("\"fin\"");
                assertThat(server.getLong("gapBytes")).as(stream.encode()).isPositive();
                assertThat(server.getLong("bytes") + server.getLong("gapBytes")).isEqualTo(load.dataBytes());
                assertThat(String.join("\n", weir.errors())).doesNotContain("Exception", "\tat ");
            }
        });
    }

    private static void deleteAll(Path path) throws IOException {
        try (var all = Files.walk(path)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Of one conversation after the other. */
    private static byte[] capture(int leastBytes) {
        PcapBuilder capture = new PcapBuilder();
        String answer = "an answer ".repeat(100);
        for (int port = 1_025; port - 1_025 < leastBytes / answer.length(); port++) {
            capture.clientPort(port).exchange("question", answer);
        }
        return capture.bytes();
    }

    private static String address(ChildProcess weir) throws InterruptedException {
        Matcher address = Pattern.compile("http://\\S+/").matcher(weir.line("page and API at"));
        assertThat(address.find()).isTrue();
        return address.group();
    }

    private static Answer upload(String address, byte[] capture) throws IOException {
        HttpURLConnection connection = connect(address + "api/v1/replays");
        connection.setRequestProperty("Content-Type", "application/vnd.tcpdump.pcap");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(capture.length);
        connection.getOutputStream().write(capture);
        return answer(connection);
    }

    private static JsonObject get(String address) throws IOException {
        return answer(connect(address)).body();
    }

    private static HttpURLConnection connect(String address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        connection.setReadTimeout(30_000);
        return connection;
    }

    private static Answer answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, new JsonObject(new String(body.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }
}
