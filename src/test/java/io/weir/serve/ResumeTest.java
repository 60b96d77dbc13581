package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.serve.EventReader.Received;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResumeTest {
    private RunningService service;
    private int sent;

    @AfterEach
    void stop() {
        service.close();
    }

    /** A reader that is cut again and again sees each event once, or a lost range that holds it; never both, never none. */
    @Test
    void cutsAndResumptionsLeaveNoHoleAndNoRepetition() {
        long seed = System.nanoTime();
        System.out.println("ResumeTest seed " + seed);
        Random random = new Random(seed);
        service =
                new RunningService(OptionsFor.tests().queue(16 << 10, 24 << 10).options());
        long expected = 0;
        String lastId = null;
        service.partition().send(open("s1"));
        for (int round = 0; round < 100; round++) {
            String[] headers = lastId == null ? new String[0] : new String[] {"Last-Event-ID", lastId};
            try (EventReader reader = service.events("/api/v1/events?types=data", headers)) {
                if (lastId == null) {
                    lastId = reader.greeted().lastId();
                }
                send(1 + random.nextInt(20));
                for (int reads = random.nextInt(12); reads > 0 && expected < sent; reads--) {
                    Received received = reader.next();
                    expected = follow(received, expected);
                    lastId = received.id();
                }
            }
            await().until(() -> present() == 0);
            send(random.nextInt(200));
        }
        try (EventReader reader = service.events("/api/v1/events?types=data", "Last-Event-ID", lastId)) {
            while (expected < sent) {
                expected = follow(reader.next(), expected);
            }
        }
        assertThat(service.partition().subscribes)
                .as("one subscription served it all")
                .hasSize(1);
        await().until(() -> present() == 0);
        assertThat(service.counter("events_offered") + service.counter("events_resumed"))
                .as("every event offered to a reader is sent, lost and told, or left behind when it went")
                .isEqualTo(service.counter("events_sent")
                        + service.counter("events_lost")
                        + service.counter("events_unsent"));
    }

    /** @return the index of the event that must come next */
    private static long follow(Received received, long expected) {
        if (received.type().equals("lost")) {
            assertThat(received.data().containsKey("count")).isTrue();
            return expected + received.data().getLong("count");
        }
        assertThat(received.data().getLong("offset")).isEqualTo(expected * 100);
        return expected + 1;
    }

    private void send(int count) {
        for (int index = 0; index < count; index++) {
            service.partition().send(data("s1", sent++ * 100L, new byte[100]));
        }
        await().until(() -> service.partition().credit.get() == 0);
    }

    private int present() {
        return service.metrics.text().contains("weir_serve_readers_present 0.0") ? 0 : 1;
    }

    @Test
    void aReaderThatComesBackAfterItsSubscriptionEndedIsToldSo() {
        service = new RunningService(
                OptionsFor.tests().linger(Duration.ofMillis(100)).options());
        String seen;
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition().send(open("s1"));
            seen = reader.next().id();
        }
        await().until(() -> service.partition().unsubscribed.size() == 1);
        service.partition().send(data("s1", 0, "nobody hears this"));

        try (EventReader reader = service.events("/api/v1/events", "Last-Event-ID", seen)) {
            Received lost = reader.next();
            assertThat(lost.type()).isEqualTo("lost");
            assertThat(lost.data().getString("reason")).isEqualTo("resume");
            assertThat(lost.data().containsKey("count")).isFalse();
        }
    }

    @Test
    void lingeringSubscriptionsMakeRoomForNewOnes() {
        service = new RunningService();
        for (int port = 1; port <= ServeOptions.MAX_SUBSCRIBERS + 8; port++) {
            try (EventReader reader =
                    service.events("/api/v1/events?port=" + port).greeted()) {
                assertThat(reader.response.statusCode()).isEqualTo(200);
            }
            await().until(() -> present() == 0);
        }
        assertThat(service.partition().unsubscribed).hasSize(8);
    }

    @Test
    void anIdThatIsNoneIsRefused() {
        service = new RunningService();

        assertThat(service.send(service.request("/api/v1/events").header("Last-Event-ID", "x y"))
                        .body())
                .contains("Last-Event-ID");
    }
}
