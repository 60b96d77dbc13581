package io.weir.serve;

import static io.weir.serve.Streams.close;
import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.serve.EventReader.Received;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aReaderSeesTheEventsInTheirOrder() {
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "GET"), close("s1"));

            List<Received> received = reader.next(3);

            assertThat(received).extracting(Received::event).containsExactly("open", "data", "close");
            assertThat(received).extracting(Received::type).containsExactly("open", "data", "close");
            assertThat(received.get(1).data().getString("payload")).isEqualTo("R0VU");
            assertThat(received.get(1).number()).isEqualTo(received.get(0).number() + 1);
            assertThat(reader.response.headers().firstValue("content-type")).contains("text/event-stream");
        }
    }

    @Test
    void theCreditOfABatchIsGivenBack() {
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "GET"), close("s1"));
            reader.next(3);

            await().untilAsserted(() -> assertThat(service.partition().credit).hasValue(0));
        }
    }

    @Test
    void aFilterReachesThePartitions() {
        try (EventReader reader = service.events(
                        "/api/v1/events?host=10.0.0.1&port=443,80&cidr=10.0.0.0/8&interface=eth0&payload=none")
                .greeted()) {
            assertThat(service.partition().subscribes).singleElement().satisfies(subscribe -> {
                assertThat(subscribe.flows().hosts()).containsExactly("10.0.0.1");
                assertThat(subscribe.flows().ports()).containsExactly(443, 80);
                assertThat(subscribe.payload()).isFalse();
            });
            assertThat(reader.response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anExpressionIsCompiled() {
        try (EventReader reader =
                service.events("/api/v1/events?filter=port%20443").greeted()) {
            service.partition().send(open("s1"), open("s2", "10.0.0.1", 4000, "10.0.0.2", 443));

            assertThat(reader.next().data().getString("stream")).isEqualTo("s2");
        }
    }

    @Test
    void onlyTheTypesAskedForAreSent() {
        try (EventReader reader =
                service.events("/api/v1/events?types=open,close").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "GET"), close("s1"));

            assertThat(reader.next(2)).extracting(Received::type).containsExactly("open", "close");
            assertThat(service.partition().subscribes.get(0).payload()).isFalse();
        }
    }

    @Test
    void payloadIsShownAsAskedUpToItsBound() {
        try (EventReader text =
                        service.events("/api/v1/events?payload=text&maxBytes=5").greeted();
                EventReader hex =
                        service.events("/api/v1/events?payload=hex&types=data").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "GET"), data("s1", 3, " / HTTP"), data("s1", 10, "x"));

            assertThat(text.next(4))
                    .extracting(received -> received.data().getString("payload"))
                    .containsExactly(null, "GET", " /", null);
            assertThat(hex.next(3))
                    .extracting(received -> received.data().getString("payload"))
                    .containsExactly("474554", "202f2048545450", "78");
        }
    }

    @Test
    void aReaderThatComesBackSeesEveryEventOnce() {
        Received first;
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "a"), data("s1", 1, "b"));
            first = reader.next();
        }
        service.partition().send(data("s1", 2, "c"));
        try (EventReader reader = service.events("/api/v1/events", "Last-Event-ID", first.id())) {
            service.partition().send(data("s1", 3, "d"));

            assertThat(reader.next(4))
                    .extracting(received -> received.data().getInteger("offset"))
                    .containsExactly(0, 1, 2, 3);
        }
        assertThat(service.partition().subscribes).hasSize(1);
    }

    @Test
    void aReaderWithoutAnEventCanComeBackToo() {
        String seen;
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            seen = reader.lastId();
        }
        await().until(() -> service.metrics.text().contains("weir_serve_readers_present 0.0"));
        service.partition().send(open("s1"));
        try (EventReader reader = service.events("/api/v1/events", "Last-Event-ID", seen)) {
            assertThat(reader.next().type()).isEqualTo("open");
        }
    }

    @Test
    void whatWasMissedIsToldIfTheSubscriptionIsGone() {
        try (EventReader reader = service.events("/api/v1/events?port=80", "Last-Event-ID", "zzz-17")) {
            service.partition().send(open("s1"));

            Received lost = reader.next();
            assertThat(lost.event()).isEqualTo("lost");
            assertThat(lost.data().getString("reason")).isEqualTo("restart");
            assertThat(lost.data().getString("after")).isEqualTo("zzz-17");
            assertThat(lost.data().getString("to")).isEqualTo(lost.id());
            assertThat(reader.next().type()).isEqualTo("open");
        }
    }

    @Test
    void oneStreamBeginsWithWhatIsRetainedAndEndsWithItsClose() {
        service.partition().summaries.put("s1", Streams.summary(open("s1")));
        service.partition().beginnings.put("s1", List.of(open("s1"), data("s1", 0, "GET")));
        String last;
        try (EventReader reader = service.events("/api/v1/streams/s1/events")) {
            assertThat(reader.next(2)).extracting(Received::type).containsExactly("open", "data");
            service.partition().send(open("s1"), close("s1"));

            assertThat(reader.next(2)).extracting(Received::type).containsExactly("open", "close");
            assertThat(reader.next()).isNull();
            last = reader.lastId();
        }
        assertThat(service.send(service.request("/api/v1/streams/s1/events").header("Last-Event-ID", last))
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void anUnknownStreamHasNoEvents() {
        assertThat(service.get("/api/v1/streams/none/events").statusCode()).isEqualTo(404);
    }
}
