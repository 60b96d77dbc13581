package io.weir.serve;

import static io.weir.serve.Streams.open;
import static io.weir.serve.Streams.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.relay.Bus;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What answers may take of the memory, however many are asked for, and whether or not anybody takes them. */
@Timeout(60)
class AnswersTest {
    private static final int INITIAL_WINDOW_SIZE = 4;

    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void fourListsAreMadeAtATimeAndOneMoreIsRefused() throws Exception {
        service.partition().silent = true;
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            for (int request = 0; request < 100; request++) {
                connection.send(
                        RawHttp2.HEADERS,
                        RawHttp2.END_STREAM | RawHttp2.END_HEADERS,
                        2 * request + 1,
                        RawHttp2.get("/api/v1/streams?limit=1"));
            }
            await().until(() -> service.counter("answers_refused") == 96);
            assertThat(service.partition().lists).hasValue(4);

            HttpResponse<String> refused = service.get("/api/v1/streams");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("5");
            assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        }
        service.partition().silent = false;

        await().until(() -> service.get("/api/v1/streams").statusCode() == 200);
    }

    @Test
    void answersThatNobodyTakesAreBoundedAllTogether() throws Exception {
        Bus.Content content = new Bus.Content(
                summary(open("s1")), List.of(new Bus.Piece(0, new byte[1 << 20], Streams.START_NS)), 1 << 20);
        service.partition().contents.put("s1/client", content);
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            connection.send(
                    RawHttp2.SETTINGS,
                    0,
                    0,
                    ByteBuffer.allocate(6)
                            .putShort((short) INITIAL_WINDOW_SIZE)
                            .putInt(0)
                            .array());
            for (int request = 1; request <= 24; request++) {
                ask(connection, request);
            }
            assertThat(service.gauge("answers_unsent_bytes")).isEqualTo(16 << 20);
            assertThat(service.counter("answers_refused")).isEqualTo(8);

            HttpResponse<String> refused = service.get("/api/v1/streams/s1/content?from=client");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("5");
            assertThat(refused.headers().firstValue("Content-Disposition")).isEmpty();
            assertThat(service.get("/livez").statusCode()).isEqualTo(200);
            assertThat(service.get("/").statusCode()).isEqualTo(200);

            connection.reset(1);
            await().until(() -> service.gauge("answers_unsent_bytes") == 15 << 20);
            connection.allow(3, 1 << 20);
            connection.allow(0, 1 << 20);
            await().until(() -> service.gauge("answers_unsent_bytes") == 14 << 20);
        }
        await().until(() -> service.gauge("answers_unsent_bytes") == 0);
        assertThat(service.get("/api/v1/streams/s1/content?from=client").statusCode())
                .isEqualTo(200);
    }

    private void ask(RawHttp2 connection, int request) throws Exception {
        connection.send(
                RawHttp2.HEADERS,
                RawHttp2.END_STREAM | RawHttp2.END_HEADERS,
                2 * request - 1,
                RawHttp2.get("/api/v1/streams/s1/content?from=client"));
        await().until(() ->
                service.gauge("answers_unsent_bytes") / (1 << 20) + service.counter("answers_refused") == request);
    }
}
