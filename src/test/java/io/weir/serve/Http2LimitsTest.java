package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.serve.RawHttp2.Frame;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client of HTTP/2 can do that no library does: frame by frame. */
@Timeout(60)
class Http2LimitsTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void framesWrittenByHandAreAnswered() throws IOException {
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            connection.send(RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1, RawHttp2.get("/livez"));

            Frame frame = connection.next();
            while (frame.type() != RawHttp2.DATA) {
                frame = connection.next();
            }
            assertThat(new String(frame.payload())).contains("\"status\":\"pass\"");
        }
    }

    /** CVE-2023-44487: requests that are cancelled at once are never more than the server allows at a time. */
    @Test
    void requestsThatAreCancelledAtOnceEndTheConnection() throws IOException {
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            int sent = 0;
            try {
                for (; sent < 5_000; sent++) {
                    int stream = 2 * sent + 1;
                    connection.send(
                            RawHttp2.HEADERS,
                            RawHttp2.END_STREAM | RawHttp2.END_HEADERS,
                            stream,
                            RawHttp2.get("/api/v1/events"));
                    connection.reset(stream);
                }
            } catch (SocketException closed) {
                // the sooner the better
            }
            int code = connection.endedWith();

            assertThat(code).isIn(RawHttp2.ENHANCE_YOUR_CALM, -1);
        }
        assertThat(service.counter("requests")).isLessThanOrEqualTo(HttpSettings.RESETS + 1L);
        assertServiceIsWell();
    }

    /** CVE-2024-27316 and its like: a block of headers that never ends. */
    @Test
    void headersThatGoOnForEverEndTheConnection() throws IOException {
        for (int bytes : new int[] {0, 1, 1_000, 16_000}) {
            byte[] field = new byte[bytes];
            Arrays.fill(field, (byte) 'x');
            try (RawHttp2 connection = new RawHttp2(service.port())) {
                connection.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, RawHttp2.get("/livez"));
                int sent = 0;
                try {
                    for (; sent < 10_000; sent++) {
                        connection.send(RawHttp2.CONTINUATION, 0, 1, field);
                    }
                } catch (SocketException closed) {
                    // the sooner the better
                }

                assertThat(connection.endedWith())
                        .as("%d bytes in each frame", bytes)
                        .isNotZero();
            }
        }
        assertThat(service.counter("requests")).isZero();
        assertServiceIsWell();
    }

    @Test
    void headersAreBounded() throws IOException {
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            byte[] block = Arrays.copyOf(RawHttp2.get("/livez"), 12_000);
            int at = RawHttp2.get("/livez").length;
            // fields 'x: yyy...' that no table remembers
            while (at + 103 < block.length) {
                block[at] = 0;
                block[at + 1] = 1;
                block[at + 2] = 'x';
                block[at + 3] = 99;
                Arrays.fill(block, at + 4, at + 103, (byte) 'y');
                at += 103;
            }
            connection.send(RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1, Arrays.copyOf(block, at));
            Frame frame = connection.next();
            while (frame != null
                    && frame.type() != RawHttp2.HEADERS
                    && frame.type() != RawHttp2.RST_STREAM
                    && frame.type() != RawHttp2.GOAWAY) {
                frame = connection.next();
            }

            // 0x82 to 0x88 in front would be a status of 2xx
            assertThat(frame == null || frame.type() != RawHttp2.HEADERS || frame.payload()[0] != (byte) 0x88)
                    .isTrue();
        }
        assertThat(service.counter("requests")).isZero();
        assertServiceIsWell();
    }

    private void assertServiceIsWell() {
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        await().until(() -> service.gauge("readers_present") == 0);
        await().until(() -> service.gauge("connections_open") <= 1);
    }
}
