package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.weir.serve.RawHttp2.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two readers in one HTTP/2 connection, one of which gives its stream no more window. */
@Timeout(120)
class Http2SlowReaderTest {
    private static final int EVENTS = 1_000;
    private static final int PAYLOAD_BYTES = 16_384;
    private static final int STALLED = 1;
    private static final int QUICK = 3;

    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    /** What one of them was told. */
    private static final class Told {
        final List<Long> numbers = new CopyOnWriteArrayList<>();
        final List<JsonObject> lost = new CopyOnWriteArrayList<>();
        private final StringBuilder rest = new StringBuilder();
        private volatile boolean greeted;
        private volatile long last;

        void bytes(byte[] bytes) {
            rest.append(new String(bytes, StandardCharsets.ISO_8859_1));
            int from = 0;
            for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", from)) {
                line(rest.substring(from, end));
                from = end + 1;
            }
            rest.delete(0, from);
        }

        private void line(String line) {
            if (line.startsWith("retry: ")) {
                greeted = true;
            } else if (line.startsWith("id: ")) {
                last = Long.parseLong(line.substring(line.indexOf('-') + 1));
            } else if (line.startsWith("data: {\"type\":\"lost\"")) {
                lost.add(new JsonObject(line.substring(6)));
            } else if (line.startsWith("data: ")) {
                numbers.add(last);
            }
        }
    }

    @Test
    void aStalledStreamLosesEventsAndTheOtherOneOfItsConnectionMissesNone() throws IOException {
        Told slow = new Told();
        Told quick = new Told();
        try (RawHttp2 connection = new RawHttp2(service.port())) {
            for (int stream : new int[] {STALLED, QUICK}) {
                connection.send(
                        RawHttp2.HEADERS,
                        RawHttp2.END_STREAM | RawHttp2.END_HEADERS,
                        stream,
                        RawHttp2.get("/api/v1/events"));
            }
            Thread reader = new Thread(() -> read(connection, slow, quick));
            reader.setDaemon(true);
            reader.start();
            await().until(() -> slow.greeted && quick.greeted);
            sendWhile(quick);

            await().until(() -> quick.numbers.size() == EVENTS + 1);
            assertThat(quick.lost).isEmpty();
            assertThat(quick.numbers.get(EVENTS) - quick.numbers.get(0)).isEqualTo(EVENTS);
            assertThat(service.counter("events_lost")).isPositive();
            assertThat(slow.numbers).hasSizeLessThan(EVENTS);

            connection.allow(STALLED, 1 << 28);
            await().until(() -> slow.last == quick.last);
        }
        long lost = slow.lost.stream().mapToLong(each -> each.getLong("count")).sum();
        assertThat(lost).isPositive();
        assertThat(slow.numbers.size() + lost).isEqualTo(EVENTS + 1);
        assertThat(slow.lost.stream().mapToLong(each -> each.getLong("bytes")).sum())
                .isEqualTo(lost * PAYLOAD_BYTES);
    }

    private void sendWhile(Told quick) {
        service.partition().send(open("s1"));
        for (int sent = 0; sent < EVENTS; sent++) {
            service.partition().send(data("s1", (long) sent * PAYLOAD_BYTES, new byte[PAYLOAD_BYTES]));
            int expected = sent;
            if (sent % 10 == 9) {
                await().pollInterval(Duration.ofMillis(2)).until(() -> quick.numbers.size() > expected - 10);
            }
        }
    }

    private static void read(RawHttp2 connection, Told slow, Told quick) {
        try {
            for (Frame frame = connection.next(); frame != null; frame = connection.next()) {
                int length = frame.payload().length;
                if (frame.type() != RawHttp2.DATA || length == 0) {
                    continue;
                }
                connection.allow(0, length);
                if (frame.stream() == QUICK) {
                    connection.allow(QUICK, length);
                    quick.bytes(frame.payload());
                } else {
                    slow.bytes(frame.payload());
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }
}
