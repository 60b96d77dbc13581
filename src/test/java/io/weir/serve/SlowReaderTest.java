package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.relay.Bus;
import io.weir.serve.EventReader.Received;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlowReaderTest {
    /** More than the kernel's buffers and the queue take together. */
    private static final int EVENTS = 2_000;

    private static final int PAYLOAD_BYTES = 16_384;

    private RunningService service;

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aStalledReaderIsToldWhatItLostAndHindersNobody() {
        service = new RunningService();
        try (EventReader stalled = service.events("/api/v1/events").greeted();
                EventReader quick = service.events("/api/v1/events").greeted()) {
            List<Received> seen = sendWhile(quick);

            assertThat(seen).extracting(Received::type).doesNotContain("lost");
            assertThat(service.partition().credit).hasValue(0);
            await().until(() -> service.counter("events_lost") > 0);

            List<Received> late = readAll(stalled);
            assertThat(late).extracting(Received::type).contains("lost");
            assertTiles(late, seen.get(0).number(), seen.get(seen.size() - 1).number());
            assertThat(service.counter("events_offered"))
                    .isEqualTo(service.counter("events_sent") + service.counter("events_lost"));
        }
    }

    /** With the quick one as many readers as there can be. */
    @Test
    void thirtyOneStalledReadersAreToldWhatTheyLostAndHinderNobody() {
        service = new RunningService();
        List<EventReader> stalled = new ArrayList<>();
        for (int index = 0; index < 31; index++) {
            stalled.add(service.events("/api/v1/events?port=80&maxBytes=" + (1_000_000_000 + index))
                    .greeted());
        }
        try (EventReader quick = service.events("/api/v1/events").greeted()) {
            List<Received> seen = sendWhile(quick);

            assertThat(seen).extracting(Received::type).doesNotContain("lost");
            assertThat(seen).hasSize(EVENTS + 1);
            assertThat(service.partition().credit)
                    .as("bytes that the partition waits for")
                    .hasValue(0);
            assertThat(service.gauge("ring_bytes")).isLessThanOrEqualTo(8 << 20);
            long first = seen.get(0).number();
            for (EventReader reader : stalled) {
                List<Received> late = readAll(reader);
                assertThat(late).extracting(Received::type).contains("lost");
                assertTiles(late, first, first + EVENTS);
                reader.close();
            }
        }
    }

    private List<Received> sendWhile(EventReader quick) {
        List<Received> seen = new ArrayList<>();
        service.partition().send(open("s1"));
        seen.add(quick.next());
        for (int sent = 0; sent < EVENTS; sent++) {
            service.partition().send(data("s1", (long) sent * PAYLOAD_BYTES, new byte[PAYLOAD_BYTES]));
            seen.add(quick.next());
        }
        return seen;
    }

    private List<Received> readAll(EventReader stalled) {
        List<Received> late = new ArrayList<>();
        long last = EVENTS;
        do {
            late.add(stalled.next());
        } while (late.get(late.size() - 1).number() - late.get(0).number() < last);
        return late;
    }

    /** Every number once, either as an event or inside one lost range whose count is right. */
    private static void assertTiles(List<Received> received, long first, long last) {
        long next = first;
        for (Received each : received) {
            if (each.type().equals("lost")) {
                long from = number(each.data().getString("from"));
                long to = number(each.data().getString("to"));
                assertThat(from).isEqualTo(next);
                assertThat(each.data().getLong("count")).isEqualTo(to - from + 1);
                assertThat(each.data().getLong("bytes")).isEqualTo((to - from + 1) * PAYLOAD_BYTES);
                assertThat(each.number()).isEqualTo(to);
                next = to + 1;
            } else {
                assertThat(each.number()).isEqualTo(next++);
            }
        }
        assertThat(next).isEqualTo(last + 1);
    }

    @Test
    void aStalledReaderIsDisconnectedIfItAskedForIt() {
        service = new RunningService();
        try (EventReader stalled =
                service.events("/api/v1/events?onLag=disconnect").greeted()) {
            service.partition().send(open("s1"));
            for (int sent = 0; sent < EVENTS && service.counter("readers_cut") == 0; sent++) {
                service.partition().send(data("s1", (long) sent * PAYLOAD_BYTES, new byte[PAYLOAD_BYTES]));
                if (sent % 100 == 0) {
                    await().until(() -> service.partition().credit.get() == 0);
                }
            }
            List<Received> received = new ArrayList<>();
            for (Received next = stalled.next(); next != null; next = stalled.next()) {
                received.add(next);
            }

            Received farewell = received.get(received.size() - 1);
            assertThat(farewell.type()).isEqualTo("lost");
            assertThat(number(farewell.data().getString("from")))
                    .isEqualTo(received.get(received.size() - 2).number() + 1);
        }
    }

    @Test
    void whatAPartitionHadToDropIsTold() {
        service = new RunningService();
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition()
                    .send(new Bus.EventBatch(
                            0, List.of(new Bus.Lost(0, 12, 3_400), new Bus.Lost(7, 1, 1)), List.of(), 0));
            service.partition().send(open("s1"));

            Received lost = reader.next();
            assertThat(lost.data().getMap())
                    .containsEntry("type", "lost")
                    .containsEntry("reason", "overload")
                    .containsEntry("count", 12)
                    .containsEntry("bytes", 3_400)
                    .containsEntry("from", lost.id())
                    .containsEntry("to", lost.id());
            assertThat(reader.next().type()).isEqualTo("open");
        }
    }

    @Test
    void aSilentReaderHearsAHeartbeat() {
        service = new RunningService(OptionsFor.tests()
                .heartbeat(Duration.ofMillis(50))
                .idle(Duration.ofMillis(400))
                .options());
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            // several times the idle time-out, which the heartbeat keeps from striking
            await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
            service.partition().send(open("s1"));

            assertThat(reader.next().type()).isEqualTo("open");
            assertThat(reader.comments()).isGreaterThan(3);
        }
    }

    /** Something in between would cut readers off whose last event came just after a beat. */
    @Test
    void noSilenceLastsLongerThanTheHeartbeat() throws Exception {
        service = new RunningService(OptionsFor.tests()
                .heartbeat(Duration.ofMillis(800))
                .idle(Duration.ofMillis(1_200))
                .options());
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            for (int event = 0; event < 4; event++) {
                // at another place between two beats each time
                Thread.sleep(1_000);
                service.partition().send(open("s" + event));

                assertThat(reader.next().id()).isNotNull();
                assertThat(reader.comments()).isGreaterThanOrEqualTo(event + 1);
            }
        }
    }

    @Test
    void readersAreBounded() {
        service = new RunningService(OptionsFor.tests().subscribers(2).options());
        try (EventReader one = service.events("/api/v1/events").greeted();
                EventReader two = service.events("/api/v1/events?port=80").greeted()) {
            HttpResponse<String> refused = service.get("/api/v1/events");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(one.response.statusCode()).isEqualTo(two.response.statusCode());
        }
        await().untilAsserted(() -> {
            try (EventReader third = service.events("/api/v1/events")) {
                assertThat(third.response.statusCode()).isEqualTo(200);
            }
        });
    }

    private static long number(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }
}
