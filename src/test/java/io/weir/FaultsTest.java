package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.weir.capture.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process under what befalls machines, in a network namespace of its own. */
@Timeout(180)
class FaultsTest {
    private static final int LARGEST_FILE_BYTES = 2_000_000;

    @TempDir
    private Path folder;

    private record Answer(int status, JsonObject body) {}

    @Test
    void aCaptureThatDoesNotFitIntoTheTemporaryFolderIsRefusedAndNoPartOfItIsRead() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit, to have a disk that is full");
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
