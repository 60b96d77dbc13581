package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
    private RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aBodyIsBounded() {
        String large = "{\"filter\":\"" + "x".repeat(17_000) + "\"}";

        assertThat(service.send(service.request("/api/v1/capture/filter")
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString(large)))
                        .statusCode())
                .isEqualTo(413);
        RawHttp chunked = RawHttp.send(
                service.port(),
                "5000\r\n" + "x".repeat(0x5000) + "\r\n0\r\n\r\n",
                "PUT /api/v1/capture/filter HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Transfer-Encoding: chunked");
        assertThat(chunked.status()).isEqualTo(413);
    }

    @Test
    void headersAndRequestLineAreBounded() {
        RawHttp headers = RawHttp.get(service.port(), "/livez", "Host: localhost", "X: " + "x".repeat(9_000));
        assertThat(headers.status()).isEqualTo(431);
        assertThat(headers.body()).contains("headers-too-large");

        RawHttp line = RawHttp.get(service.port(), "/livez?" + "x".repeat(5_000), "Host: localhost");
        assertThat(line.status()).isEqualTo(414);
        assertThat(line.body()).contains("uri-too-long");
    }

    @Test
    void whatIsNoHttpIsRefusedInPlainWords() {
        RawHttp answer = RawHttp.sendText(service.port(), "GET / HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("io.netty").doesNotContain("Exception");
    }

    @Test
    void connectionsAreBounded() throws IOException {
        fill("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");

        await().untilAsserted(
                        () -> assertThat(service.get("/livez").statusCode()).isEqualTo(200));
    }

    /** In the clear, off loopback, HTTP/1.1 alone is spoken, so that a connection counts before it says anything. */
    @Test
    void silentConnectionsOfStrangersAreBoundedToo(@TempDir Path folder) throws IOException {
        service.close();
        service = new RunningService(OptionsFor.tests()
                .host("0.0.0.0")
                .tokens(Files.writeString(folder.resolve("tokens"), "alice metadata token-of-alice-1\n"))
                .options());
        fill("");
    }

    private void fill(String sent) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int index = 0; index < 136; index++) {
                Socket socket = new Socket("127.0.0.1", service.port());
                socket.getOutputStream().write(sent.getBytes());
                sockets.add(socket);
            }
            await().until(() -> service.metrics.text().contains("weir_serve_connections_open 136.0"));

            try (Socket extra = new Socket("127.0.0.1", service.port())) {
                extra.setSoTimeout(5_000);
                extra.getOutputStream().write(sent.getBytes());
                assertThat(closedByPeer(extra)).isTrue();
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aConnectionThatDawdlesIsClosed() throws IOException {
        service.close();
        service = new RunningService(OptionsFor.tests()
                .idle(Duration.ofMillis(300))
                .heartbeat(Duration.ofMillis(100))
                .options());
        for (String sent :
                List.of("GET /livez HTTP/1.1\r\nHost: loc", "", "PRI * HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
            try (Socket socket = new Socket("127.0.0.1", service.port())) {
                socket.setSoTimeout(5_000);
                socket.getOutputStream().write(sent.getBytes());

                assertThat(closedByPeer(socket)).as(sent).isTrue();
            }
        }
    }

    /** One byte now and then is no traffic: the request must be there within the time. */
    @Test
    void aRequestThatComesByteByByteIsCutOff() throws Exception {
        service.close();
        service = new RunningService(OptionsFor.tests()
                .idle(Duration.ofMillis(400))
                .heartbeat(Duration.ofMillis(100))
                .options());
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ".getBytes());
            long startNs = System.nanoTime();
            assertThatThrownBy(() -> {
                        while (System.nanoTime() - startNs < 20_000_000_000L) {
                            socket.getOutputStream().write('x');
                            Thread.sleep(50);
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    /** A reader that takes nothing holds its place no longer than a connection may be idle, heartbeats or not. */
    @Test
    void aReaderThatTakesNothingIsCutOff() throws Exception {
        service.close();
        service = new RunningService(OptionsFor.tests()
                .idle(Duration.ofMillis(600))
                .heartbeat(Duration.ofMillis(100))
                .options());
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress("127.0.0.1", service.port()));
            socket.getOutputStream()
                    .write("GET /api/v1/events?payload=text HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
            await().until(() -> service.gauge("readers_present") == 1);
            service.partition().send(open("s1"));
            byte[] payload = new byte[60_000];
            for (int sent = 0; sent < 400; sent++) {
                service.partition().send(data("s1", (long) sent * payload.length, payload));
            }

            await().atMost(Duration.ofSeconds(20)).until(() -> service.gauge("readers_present") == 0);
        }
    }

    private static boolean closedByPeer(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Nothing can stop libpcap, so a filter that is too much for it must not be waited for, by nobody. */
    @Test
    void aFilterThatIsTooMuchIsGivenUp() {
        for (int index = 0; index < 3; index++) {
            HttpResponse<String> answer = service.get("/api/v1/streams?filter=takes+for+ever");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("make it simpler");
        }
        assertThat(service.get("/api/v1/streams").statusCode()).isEqualTo(200);
    }

    @Test
    void bodiesOfOtherTypesAreRefused() {
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")) {
            assertThat(service.send(service.request("/api/v1/capture/stop")
                                    .header("Content-Type", type)
                                    .POST(BodyPublishers.ofString("a=b")))
                            .statusCode())
                    .as(type)
                    .isEqualTo(415);
        }
        assertThat(service.controlled).isEmpty();
    }

    @Test
    void aWrongMethodIsToldWhichAreRight() {
        RawHttp answer = RawHttp.send(service.port(), "", "DELETE /api/v1/streams/x HTTP/1.1", "Host: localhost");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET");
        assertThat(RawHttp.get(service.port(), "/nothing", "Host: localhost").status())
                .isEqualTo(404);
    }
}
