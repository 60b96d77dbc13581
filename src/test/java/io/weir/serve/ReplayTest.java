package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private final RunningService service =
            new RunningService(OptionsFor.tests().replay(200_000).options());

    private List<Path> old;

    @BeforeEach
    void look() throws IOException {
        old = allTemporaryFiles();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aCaptureIsReplayedAndItsFileIsGoneAfterwards() throws IOException {
        HttpResponse<String> answer = upload("application/vnd.tcpdump.pcap", 150_000);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"frames\":1}");
        assertThat(service.controlled).containsExactly("replay of 150000 bytes");
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void aCaptureIsBounded() throws IOException {
        assertThat(upload("application/vnd.tcpdump.pcap", 200_001).statusCode()).isEqualTo(413);
        RawHttp chunked = RawHttp.send(
                service.port(),
                "40000\r\n" + "x".repeat(0x40000) + "\r\n0\r\n\r\n",
                "POST /api/v1/replays HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/octet-stream",
                "Transfer-Encoding: chunked");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(service.controlled).isEmpty();
        assertThat(temporaryFiles()).isEmpty();
        assertThat(upload("application/gzip", 10).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatBreaksItsConnectionIsNoFailureOfTheService() throws Exception {
        breakOff("POST /api/v1/replays HTTP/1.1\r\nContent-Type: application/gzip");
        breakOff("PUT /api/v1/capture/filter HTTP/1.1\r\nContent-Type: application/json");

        await().untilAsserted(() ->
                assertThat(upload("application/gzip", 10).statusCode()).isEqualTo(200));
        assertThat(service.metrics.text()).contains("weir_serve_failures_total 0.0");
    }

    /** In the midst of the body, by a reset. */
    private void breakOff(String head) throws IOException, InterruptedException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            String request = head + "\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            // else the reset overtakes the request
            Thread.sleep(300);
            socket.setSoLinger(true, 0);
        }
    }

    @Test
    void aReplayThatTakesLongerThanAConnectionMayBeIdleIsAnswered() {
        try (RunningService patient = new RunningService(OptionsFor.tests()
                .heartbeat(Duration.ofMillis(100))
                .idle(Duration.ofMillis(1_500))
                .options())) {
            patient.replayTakes = Duration.ofMillis(4_000);
            HttpResponse<String> answer = upload(patient, "application/gzip", 10);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new JsonObject(answer.body()).getInteger("frames")).isEqualTo(1);

            patient.replayFails = true;
            assertThat(new JsonObject(upload(patient, "application/gzip", 10).body()).getString("problem"))
                    .isEqualTo("no capture at all");
        }
    }

    @Test
    void aCaptureHasATypeThatNoPageCanSendUnasked() {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
            assertThat(upload(type, 10).statusCode()).as(type).isEqualTo(415);
        }
    }

    @Test
    void anUploadThatIsCutOffLeavesNothingBehind() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.getOutputStream()
                    .write(("POST /api/v1/replays HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-pcap\r\n"
                                    + "Content-Length: 100000\r\n\r\nbeginning")
                            .getBytes());
            await().until(() -> !temporaryFiles().isEmpty());
            assertThat(Files.getPosixFilePermissions(temporaryFiles().get(0)))
                    .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        }

        await().until(() -> temporaryFiles().isEmpty());
        assertThat(upload("application/gzip", 10).statusCode()).isEqualTo(200);
        assertThat(service.controlled).containsExactly("replay of 10 bytes");
    }

    private HttpResponse<String> upload(String type, int bytes) {
        return upload(service, type, bytes);
    }

    private static HttpResponse<String> upload(RunningService service, String type, int bytes) {
        return service.send(service.request("/api/v1/replays")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(new byte[bytes])));
    }

    /** Files of uploads that are not from before this test. */
    private List<Path> temporaryFiles() throws IOException {
        return allTemporaryFiles().stream().filter(file -> !old.contains(file)).toList();
    }

    private static List<Path> allTemporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("weir-replay"))
                    .toList();
        }
    }

    @Test
    void uploadsThatAreCutOffAtOnceKeepNobodyOut() throws Exception {
        for (int round = 0; round < 40; round++) {
            try (Socket socket = new Socket("127.0.0.1", service.port())) {
                socket.getOutputStream().write(head("Content-Length: 100000").getBytes());
                // somewhere between the head and the file that is ready
                LockSupport.parkNanos(round * 50_000L);
            }
            try (RawHttp2 connection = new RawHttp2(service.port())) {
                connection.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.upload("/api/v1/replays"));
                LockSupport.parkNanos(round * 50_000L);
                connection.reset(1);
            }
        }

        await().ignoreExceptions().until(() -> upload("application/gzip", 10).statusCode() == 200);
        assertThat(temporaryFiles()).isEmpty();
        assertThat(service.controlled).as("what was cut off is not replayed").containsExactly("replay of 10 bytes");
        assertThat(service.counter("failures")).isZero();
        assertThat(openFiles("weir-replay")).isZero();
    }

    private static long openFiles(String name) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).toString().contains(name);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void whoAsksFirstWhetherToSendIsToldToGoOn() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(head("Content-Length: 5", "Expect: 100-continue", "Connection: close")
                            .getBytes());
            assertThat(new String(socket.getInputStream().readNBytes(25))).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

            socket.getOutputStream().write("12345".getBytes());
            assertThat(new String(socket.getInputStream().readAllBytes()))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("{\"frames\":1}");
        }
    }

    @Test
    void whoAsksFirstWhetherToSendTooMuchIsRefusedBeforeItIsSent() {
        RawHttp refused = RawHttp.sendText(service.port(), head("Content-Length: 200001", "Expect: 100-continue"));

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.header("Connection")).contains("close");
        assertThat(RawHttp.sendText(
                                service.port(),
                                head("Content-Length: 9", "Expect: 100-continue")
                                        .replace("x-pcap", "nothing"))
                        .status())
                .isEqualTo(415);
    }

    /** Else the next request would be taken for the body that never came. */
    @Test
    void whoAsksFirstWhetherToSendWhereNothingIsTakenIsCutOff() {
        String where = head("Content-Length: 9", "Expect: 100-continue");
        for (String wrong : List.of("POST /api/v1/nothing", "DELETE /api/v1/replays")) {
            RawHttp refused = RawHttp.sendText(service.port(), where.replace("POST /api/v1/replays", wrong));

            assertThat(refused.status()).as(wrong).isBetween(404, 405);
            assertThat(refused.header("Connection")).as(wrong).contains("close");
        }
    }

    @Test
    void whoGoesAwayWhileItIsReplayedIsNoDefect() throws Exception {
        try (RunningService patient = new RunningService(
                OptionsFor.tests().heartbeat(Duration.ofMillis(50)).options())) {
            patient.replayTakes = Duration.ofMillis(600);
            try (Socket socket = new Socket("127.0.0.1", patient.port())) {
                socket.getOutputStream().write((head("Content-Length: 5") + "12345").getBytes());
                assertThat(new String(socket.getInputStream().readNBytes(12))).isEqualTo("HTTP/1.1 200");
            }

            await().untilAsserted(() -> assertThat(patient.audit).hasSize(1));
            patient.replayTakes = Duration.ZERO;
            assertThat(upload(patient, "application/gzip", 10).statusCode()).isEqualTo(200);
            assertThat(patient.counter("failures")).isZero();
        }
    }

    /** Whoever may write to the folder of temporary files could keep all others from uploading. */
    @Test
    void aFileThatLiesWhereTheLastUploadLayKeepsNobodyOut() throws Exception {
        Set<Path> seen = new HashSet<>();
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.getOutputStream().write((head("Content-Length: 100000") + "beginning").getBytes());
            await().until(() -> seen.addAll(temporaryFiles()));
        }
        await().until(() -> temporaryFiles().isEmpty());
        Path left = Files.createFile(seen.iterator().next());
        try {
            assertThat(upload("application/gzip", 10).statusCode()).isEqualTo(200);
            assertThat(temporaryFiles()).containsExactly(left);
        } finally {
            Files.delete(left);
        }
    }

    private static String head(String... headers) {
        return "POST /api/v1/replays HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-pcap\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n";
    }
}
