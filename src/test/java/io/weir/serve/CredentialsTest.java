package io.weir.serve;

import static io.weir.serve.Streams.open;
import static io.weir.serve.Streams.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.relay.Bus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    private static final String METADATA = "metadata-token-0001";
    private static final String PAYLOAD = "payload-token-00001";
    private static final String CONTROL = "control-token-00001";
    private static final String NOBODY = "nobody-s-token-0001";

    @TempDir
    private Path folder;

    private Path file;
    private RunningService service;

    @BeforeEach
    void start() throws IOException {
        file = tokens("""
                # who       roles     token
                prometheus  metadata  %s
                alice       payload   %s
                operator    control   %s
                """.formatted(METADATA, PAYLOAD, CONTROL));
        service = new RunningService(OptionsFor.tests().tokens(file).options());
        service.partition().summaries.put("s1", summary(open("s1")));
        service.partition().contents.put("s1/client", new Bus.Content(summary(open("s1")), List.of(), 0));
        service.partition().contents.put("s1/server", new Bus.Content(summary(open("s1")), List.of(), 0));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void everyPathButHealthNeedsAToken() {
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
        for (String path : List.of(
                "/",
                "/metrics",
                "/openapi.yaml",
                "/api/v1/events",
                "/api/v1/streams",
                "/api/v1/streams/s1",
                "/api/v1/streams/s1/content?from=client",
                "/api/v1/streams/s1/pcap",
                "/api/v1/capture",
                "/api/v1/interfaces")) {
            HttpResponse<String> answer = service.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(answer.headers().allValues("WWW-Authenticate")).contains("Bearer");
            assertThat(status(path, NOBODY)).as(path).isEqualTo(401);
            assertThat(status(path, "")).as(path).isEqualTo(401);
        }
    }

    @Test
    void eachRoleOpensItsOwnPaths() {
        assertRoles("/api/v1/streams", 200, 200, 200);
        assertRoles("/api/v1/streams/s1", 200, 200, 200);
        assertRoles("/metrics", 200, 200, 200);
        assertRoles("/api/v1/streams/s1/content?from=client", 403, 200, 403);
        assertRoles("/api/v1/streams/s1/pcap", 403, 200, 403);
        assertThat(stop(METADATA)).isEqualTo(403);
        assertThat(stop(PAYLOAD)).isEqualTo(403);
        assertThat(stop(CONTROL)).isEqualTo(200);
        assertThat(stop(NOBODY)).isEqualTo(401);
        assertThat(service.controlled).containsExactly("stop");
    }

    /** Whoever lacks the role that the contract names gets nothing but the refusal, whatever the path. */
    @Test
    void noEndpointIsOpenToAnotherRole() {
        Map<Role, String> tokens = Map.of(Role.METADATA, METADATA, Role.PAYLOAD, PAYLOAD, Role.CONTROL, CONTROL);
        for (Endpoint endpoint : service.endpoints()) {
            for (Map.Entry<Role, String> token : tokens.entrySet()) {
                Role needed = endpoint.role();
                boolean may = needed == null || needed == Role.METADATA || needed == token.getKey();
                if (!may) {
                    HttpResponse<String> answer =
                            service.send(service.request(endpoint.path().replace("{id}", "s1"))
                                    .method(endpoint.method().name(), BodyPublishers.noBody())
                                    .header("Authorization", "Bearer " + token.getValue()));
                    assertThat(answer.statusCode())
                            .as(token.getKey() + " at " + endpoint.method() + " " + endpoint.path())
                            .isEqualTo(403);
                    assertThat(answer.body()).contains(needed.label());
                }
            }
        }
        assertThat(service.controlled).isEmpty();
    }

    private void assertRoles(String path, int metadata, int payload, int control) {
        assertThat(status(path, METADATA)).as(path).isEqualTo(metadata);
        assertThat(status(path, PAYLOAD)).as(path).isEqualTo(payload);
        assertThat(status(path, CONTROL)).as(path).isEqualTo(control);
    }

    @Test
    void payloadOfEventsNeedsItsRole() {
        for (String path : List.of("/api/v1/events?payload=", "/api/v1/streams/s1/events?payload=")) {
            for (String form : List.of("text", "hex", "base64")) {
                assertThat(status(path + form, METADATA)).isEqualTo(403);
            }
        }
        try (EventReader reader = service.events("/api/v1/events", "Authorization", "Bearer " + METADATA)
                .greeted()) {
            assertThat(service.partition().subscribes.get(0).payload()).isFalse();
            assertThat(reader.response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theRefusalTellsWhetherATokenWasSent() {
        String missing = service.get("/api/v1/streams").body();
        String wrong = service.send(service.request("/api/v1/streams").header("Authorization", "Bearer " + NOBODY))
                .body();

        assertThat(missing).contains("\"send a token of the tokens file as");
        assertThat(wrong)
                .contains("\"what was sent is no token of the tokens file: send a token of the tokens file as");
    }

    @Test
    void theTokenIsAlsoTakenAsAPasswordForBrowsers() {
        String pair = Base64.getEncoder().encodeToString(("any:" + METADATA).getBytes(StandardCharsets.UTF_8));

        assertThat(authorized("/", "Basic " + pair)).isEqualTo(200);
        assertThat(authorized("/", "Basic ???")).isEqualTo(401);
        assertThat(authorized("/", "Digest " + METADATA)).isEqualTo(401);
        assertThat(authorized("/", "Bearer " + "x".repeat(5_000))).isEqualTo(401);
    }

    @Test
    void aTokenInTheQueryIsRefused() {
        assertThat(service.get("/api/v1/streams?token=" + METADATA).statusCode())
                .isEqualTo(401);
    }

    @Test
    void aChangedFileIsReadAgainAndAWrongOneIsNot() throws Exception {
        Files.writeString(file, "bob metadata " + NOBODY + "\n");
        await().untilAsserted(
                        () -> assertThat(status("/api/v1/streams", NOBODY)).isEqualTo(200));
        assertThat(status("/api/v1/streams", METADATA)).isEqualTo(401);

        Files.writeString(file, "bob emperor " + METADATA + "\n");
        Thread.sleep(2_500);
        assertThat(status("/api/v1/streams", NOBODY)).isEqualTo(200);
    }

    @Test
    void aFileThatCannotBeUsedShowsInTheMetricsUntilItCan() throws Exception {
        String refused = "weir_serve_file_refused{file=\"tokens\"} ";
        assertThat(service.metrics.text()).contains(refused + "0.0");

        Files.writeString(file, "bob emperor " + METADATA + "\n");
        await().untilAsserted(() -> assertThat(service.metrics.text()).contains(refused + "1.0"));
        Files.delete(file);
        Files.writeString(file, "bob metadata " + METADATA + "\n");
        await().untilAsserted(() -> assertThat(service.metrics.text()).contains(refused + "0.0"));
    }

    @Test
    void noCallerTakesAllPlacesOfReaders() {
        String[] alice = {"Authorization", "Bearer " + PAYLOAD};
        List<EventReader> readers = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            readers.add(service.events("/api/v1/events?port=" + index, alice).greeted());
        }
        HttpResponse<String> refused =
                service.send(service.request("/api/v1/events").headers(alice));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .contains("alice already reads events 4 times")
                .contains("max-subscribers-per-caller");
        assertThat(status("/api/v1/events?host=nonsense", METADATA)).isEqualTo(400);
        service.events("/api/v1/events", "Authorization", "Bearer " + METADATA)
                .greeted()
                .close();

        readers.remove(0).close();

        await().untilAsserted(() ->
                readers.add(service.events("/api/v1/events", alice).greeted()));
        readers.forEach(EventReader::close);
    }

    @Test
    void aTokenThatIsTakenBackEndsWhatItOpened() throws Exception {
        try (EventReader stays = service.events("/api/v1/events", "Authorization", "Bearer " + PAYLOAD)
                        .greeted();
                EventReader ends = service.events("/api/v1/events?port=1", "Authorization", "Bearer " + METADATA)
                        .greeted();
                EventReader less = service.events("/api/v1/events?port=2", "Authorization", "Bearer " + CONTROL)
                        .greeted()) {
            Files.writeString(
                    file, "# operator may do less\nalice payload " + PAYLOAD + "\noperator metadata " + CONTROL + "\n");

            assertThat(ends.next()).isNull();
            assertThat(less.next()).isNull();
            service.partition().send(open("s9"));
            assertThat(stays.next().type()).isEqualTo("open");
        }
        await().until(() -> service.gauge("readers_present") == 0);
    }

    @Test
    void aTokenInTheQueryStandsInNoRecord() {
        service.get("/api/v1/streams?token=" + METADATA);
        authorized("/api/v1/streams/s1/pcap?token=" + PAYLOAD, "Bearer " + METADATA);

        assertThat(service.audit).hasSize(2).allSatisfy(record -> assertThat(record)
                .contains("denied")
                .doesNotContain(METADATA)
                .doesNotContain(PAYLOAD));
    }

    @Test
    void aTokenMayBeWrittenAsItsHash() throws Exception {
        // printf token-that-was-hashed | sha256sum
        Path hashed = tokens("eve metadata sha256:" + sha256("token-that-was-hashed") + "\n");

        assertThat(Credentials.read(hashed, null)
                        .byToken("token-that-was-hashed")
                        .name())
                .isEqualTo("eve");
        assertThat(Credentials.read(hashed, null).byToken("token-that-was-hashes"))
                .isNull();
    }

    /** Each reading happens on a worker that others need as well, and in memory. */
    @Test
    void aFileThatBecomesAPipeOrEndlessIsNotReadAgain(@TempDir Path own) throws Exception {
        Path file = Files.writeString(own.resolve("tokens"), "carol metadata token-of-carol-1\n");
        Credentials before = Credentials.read(file, null);
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(3L << 30);
        }
        assertThatThrownBy(() -> Credentials.read(file, before)).hasMessageContaining("larger than 1048576 bytes");

        Files.delete(file);
        assumeTrue(new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0, "needs mkfifo");
        assertThatThrownBy(() -> Credentials.read(file, before)).hasMessageContaining("no regular file");
    }

    @Test
    void aWrongFileIsRefusedWithItsLineAndWithoutItsToken() throws Exception {
        assertRefused("alice metadata\n", "line 1: has 2 fields");
        assertRefused("\nalice king secret-secret-secret\n", "line 2: role 'king' is unknown");
        assertRefused("alice secret0secret0secret payload\n", "line 1: the second field must be roles");
        assertRefused("alice secretsecretsecret payload\n", "line 1: the second field must be roles");
        assertRefused("alice metadata,secretsecretsecret payload\n", "the second field must be roles");
        assertRefused("alice metadata secret\n", "the token has 6 characters");
        assertRefused("alice metadata sha256:secret\n", "64 hexadecimal digits");
        assertRefused("# nobody\n", "holds no token");
        assertThatThrownBy(() -> Credentials.read(folder.resolve("none"), null)).hasMessageContaining("cannot read");
    }

    private void assertRefused(String text, String words) throws IOException {
        Path wrong = tokens(text);
        assertThatThrownBy(() -> Credentials.read(wrong, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("secret");
    }

    private int status(String path, String token) {
        return authorized(path, "Bearer " + token);
    }

    private int authorized(String path, String authorization) {
        HttpRequest.Builder request = service.request(path).header("Authorization", authorization);
        return service.send(request).statusCode();
    }

    private int stop(String token) {
        return service.send(service.request("/api/v1/capture/stop")
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.noBody()))
                .statusCode();
    }

    private Path tokens(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "tokens", ""), text);
    }

    private static String sha256(String text) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
