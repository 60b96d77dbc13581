package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void onlyKnownHostNamesAreAnswered() {
        assertThat(host("127.0.0.1:" + service.port())).isEqualTo(200);
        assertThat(host("localhost:9347")).isEqualTo(200);
        assertThat(host("LOCALHOST")).isEqualTo(200);
        assertThat(host("[::1]:9347")).isEqualTo(200);
        for (String name : List.of(
                "evil.example", "evil.example:9347", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "")) {
            assertThat(host(name)).as(name).isEqualTo(421);
        }
        RawHttp nameless = RawHttp.get(service.port(), "/livez");
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(nameless.header("Content-Type")).contains("application/problem+json");
        assertThat(RawHttp.get(service.port(), "/livez", "Host: localhost", "Host: evil.example")
                        .status())
                .isIn(400, 421);
    }

    private int host(String name) {
        return RawHttp.get(service.port(), "/api/v1/streams", "Host: " + name).status();
    }

    @Test
    void pagesOfOtherOriginsMayNotAsk() {
        assertThat(origin("http://127.0.0.1:" + service.port())).isEqualTo(200);
        for (String origin : List.of(
                "null",
                "http://evil.example",
                "https://127.0.0.1:" + service.port(),
                "http://127.0.0.1",
                "http://127.0.0.1:1",
                "http://localhost:" + service.port())) {
            assertThat(origin(origin)).as(origin).isEqualTo(403);
        }
        String host = "Host: 127.0.0.1:" + service.port();
        for (String site : List.of("cross-site", "same-site", "x")) {
            assertThat(RawHttp.get(service.port(), "/api/v1/streams", host, "Sec-Fetch-Site: " + site)
                            .status())
                    .as(site)
                    .isEqualTo(403);
        }
        for (String site : List.of("same-origin", "none")) {
            assertThat(RawHttp.get(service.port(), "/api/v1/streams", host, "Sec-Fetch-Site: " + site)
                            .status())
                    .as(site)
                    .isEqualTo(200);
        }
        assertThat(RawHttp.get(service.port(), "/", host, "Sec-Fetch-Site: cross-site")
                        .status())
                .as("a link to the page may stand anywhere")
                .isEqualTo(200);
    }

    private int origin(String origin) {
        return RawHttp.get(service.port(), "/api/v1/streams", "Host: 127.0.0.1:" + service.port(), "Origin: " + origin)
                .status();
    }

    @Test
    void noAnswerAllowsOtherOriginsCachesOrFrames() {
        for (String path : List.of(
                "/", "/livez", "/api/v1/streams", "/none", "/api/v1/streams?x=1", "/page.js", "/page-list.js")) {
            RawHttp answer = RawHttp.get(service.port(), path, "Host: localhost");
            assertThat(answer.head().toLowerCase()).doesNotContain("access-control-");
            assertThat(answer.header("Cache-Control")).as(path).contains("no-store");
            assertThat(answer.header("X-Content-Type-Options")).as(path).contains("nosniff");
            assertThat(answer.header("X-Frame-Options")).as(path).contains("DENY");
            assertThat(answer.header("Content-Security-Policy").orElseThrow())
                    .as(path)
                    .startsWith("default-src 'none'")
                    .doesNotContain("unsafe");
        }
    }

    @Test
    void anOptionsRequestIsNoWayIn() {
        RawHttp preflight = RawHttp.send(
                service.port(),
                "",
                "OPTIONS /api/v1/capture/stop HTTP/1.1",
                "Host: 127.0.0.1:" + service.port(),
                "Origin: http://evil.example",
                "Access-Control-Request-Method: POST");

        assertThat(preflight.status()).isEqualTo(403);
    }

    @Test
    void aForeignAddressNeedsCredentials() {
        ServeOptions open = new ServeOptions(
                "0.0.0.0",
                0,
                List.of(),
                null,
                null,
                32,
                1 << 20,
                8 << 20,
                ServeOptions.DEFAULTS.heartbeat(),
                ServeOptions.DEFAULTS.linger(),
                ServeOptions.DEFAULTS.limits());

        assertThatThrownBy(() -> new RunningService(open))
                .hasMessageContaining("will not listen on 0.0.0.0 without credentials")
                .hasMessageContaining("configure a tokens file");
    }

    @Test
    void aTakenPortIsToldWithTheWayOut() {
        ServeOptions same = RunningService.OPTIONS.withPort(service.port());

        assertThatThrownBy(() -> new RunningService(same))
                .hasMessageContaining("cannot listen on 127.0.0.1:" + service.port())
                .hasMessageContaining("choose another");
    }

    @Test
    void anAddressOfAnotherMachineIsNoTakenPort(@TempDir Path folder) throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens"), "alice metadata 0123456789abcdef\n");
        ServeOptions foreign =
                OptionsFor.tests().host("198.51.100.250").tokens(tokens).options();

        assertThatThrownBy(() -> new RunningService(foreign))
                .hasMessageContaining("no interface of this machine has the address");
    }
}
