package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who says nothing takes no place from the kubelet, which asks from this machine's loopback. */
@Timeout(60)
class ConnectionPlacesTest {
    private static final int MOST = 16;

    private final ConnectionBound bound = new ConnectionBound(MOST);
    private final Vertx vertx =
            Vertx.builder().withTransport(bound.on(Transport.NIO)).build();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(request -> request.response().end("well"))
            .listen(0, "127.0.0.1")
            .await();
    private final List<Socket> silent = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : silent) {
            socket.close();
        }
        vertx.close().await();
    }

    @Test
    void oneAddressTakesHalfOfThePlacesAndThoseKeptForThisMachine() throws Exception {
        connect("127.0.0.2", 4 * MOST);

        await().until(() -> bound.refused() == 4 * MOST - MOST / 2 - ConnectionBound.KEPT);
        assertThat(closed(silent.get(0))).isFalse();
        assertThat(closed(silent.get(MOST / 2 - 1))).isFalse();
        assertThat(closed(silent.get(MOST / 2))).isTrue();
        connect("127.0.0.1", MOST / 2);
        assertThat(closed(silent.get(silent.size() - 1))).isFalse();
        assertThat(ask()).endsWith("well");
    }

    @Test
    void healthIsToldWhenEveryPlaceIsTaken() throws Exception {
        connect("127.0.0.2", MOST / 2);
        connect("127.0.0.3", MOST / 2);
        connect("127.0.0.1", 3 * ConnectionBound.KEPT);

        for (int probe = 0; probe < 20; probe++) {
            assertThat(ask()).endsWith("well");
        }
        assertThat(closed(silent.get(0))).as("who was there first stays").isFalse();
    }

    @Test
    void placesAreGivenBack() throws Exception {
        for (int round = 0; round < 5; round++) {
            connect("127.0.0.2", MOST / 2);
            assertThat(closed(silent.get(silent.size() - 1))).isFalse();
            for (Socket socket : silent) {
                socket.close();
            }
            silent.clear();
            Thread.sleep(200);
        }
        assertThat(bound.refused()).isZero();
    }

    private void connect(String from, int count) throws IOException {
        for (int index = 0; index < count; index++) {
            silent.add(new Socket("127.0.0.1", server.actualPort(), InetAddress.getByName(from), 0));
        }
    }

    private String ask() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static boolean closed(Socket socket) throws IOException {
        socket.setSoTimeout(300);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }
}
