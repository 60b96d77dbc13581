package io.weir.serve;

import static io.weir.serve.Streams.close;
import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.relay.EventType;
import io.weir.relay.FlowFilter;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.tally.Counters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An event that many ask for is made into text once per form, whenever they come for it. */
class SharedFramesTest {
    private static final int BURSTS = 8;
    private static final int EVENTS_PER_BURST = 40;
    private static final int PAYLOAD_BYTES = 1_400;

    @Test
    void sixteenReadersInTwoFormsCostTwoEncodingsOfEachDataEvent() {
        try (RunningService service = new RunningService()) {
            List<EventReader> readers = new ArrayList<>();
            for (int index = 0; index < 8; index++) {
                readers.add(service.events("/api/v1/events?payload=base64").greeted());
                readers.add(
                        service.events("/api/v1/events?payload=none&port=80").greeted());
            }
            service.partition().send(open("s1"));
            for (int burst = 0; burst < BURSTS; burst++) {
                StreamEvent[] events = new StreamEvent[EVENTS_PER_BURST];
                for (int index = 0; index < EVENTS_PER_BURST; index++) {
                    long offset = (long) (burst * EVENTS_PER_BURST + index) * PAYLOAD_BYTES;
                    events[index] = data("s1", offset, new byte[PAYLOAD_BYTES]);
                }
                service.partition().send(events);
            }
            service.partition().send(close("s1"));
            int dataEvents = BURSTS * EVENTS_PER_BURST;
            // none of them reads before all of it was offered: each comes for its frames at another time
            await().until(() -> service.counter("events_offered") == 16L * (dataEvents + 2));
            for (EventReader reader : readers) {
                assertThat(reader.next(dataEvents + 2).get(dataEvents + 1).type())
                        .isEqualTo("close");
            }

            assertThat(service.counter("events_sent")).isEqualTo(16L * (dataEvents + 2));
            assertThat(service.counter("events_encoded")).isEqualTo(2L * dataEvents + 2);
            readers.forEach(EventReader::close);
        }
    }

    @Test
    void withoutReadersNothingIsEncoded() {
        try (RunningService service = new RunningService()) {
            service.events("/api/v1/events").greeted().close();
            await().until(() -> service.gauge("readers_present") == 0);
            service.partition().send(open("s1"), data("s1", 0, "GET"), close("s1"));
            await().until(() -> service.partition().credit.get() == 0);

            assertThat(service.counter("events_encoded")).isZero();
        }
    }

    @Test
    void aFrameIsForgottenWhenItsLastReaderHasIt() {
        Counters<ServeCounter> counters = new Counters<>(ServeCounter.class);
        FrameWriter frames = new FrameWriter(new EventId(1), counters, (number, event, form) -> 3);
        JsonBytes out = new JsonBytes(1024);
        for (int reader = 0; reader < 3; reader++) {
            assertThat(frames.sharedBytes() > 0).isEqualTo(reader > 0);
            frames.event(1, data("s1", 0, "GET"), request(PayloadForm.TEXT, -1), out.clear());
        }

        assertThat(frames.sharedBytes()).isZero();
        assertThat(counters.get(ServeCounter.EVENTS_ENCODED)).isEqualTo(1);
    }

    @Test
    void keptFramesAreBounded() {
        Counters<ServeCounter> counters = new Counters<>(ServeCounter.class);
        FrameWriter frames = new FrameWriter(new EventId(1), counters, (number, event, form) -> 2);
        JsonBytes out = new JsonBytes(1024);
        for (int number = 1; number <= 1_000; number++) {
            frames.event(number, data("s1", 0, new byte[20_000]), request(PayloadForm.BASE64, -1), out.clear());
        }

        assertThat(frames.sharedBytes()).isPositive().isLessThanOrEqualTo(FrameWriter.SHARED_BYTES);
    }

    @Test
    void whoSeesAPartOfThePayloadGetsAFrameOfItsOwn() {
        Counters<ServeCounter> counters = new Counters<>(ServeCounter.class);
        FrameWriter frames = new FrameWriter(new EventId(1), counters, (number, event, form) -> 3);
        JsonBytes out = new JsonBytes(1024);
        frames.event(1, data("s1", 0, "abcdef"), request(PayloadForm.TEXT, -1), out);
        assertThat(text(out)).contains("\"payload\":\"abcdef\"");
        frames.event(1, data("s1", 0, "abcdef"), request(PayloadForm.TEXT, 2), out.clear());
        assertThat(text(out)).contains("\"payload\":\"ab\"");
        frames.event(2, data("s1", 6, "ghi"), request(PayloadForm.TEXT, 2), out.clear());
        assertThat(text(out)).doesNotContain("payload");
        frames.event(2, data("s1", 6, "ghi"), request(PayloadForm.NONE, -1), out.clear());
        assertThat(text(out)).doesNotContain("payload");
        frames.event(2, data("s1", 6, "ghi"), request(PayloadForm.TEXT, -1), out.clear());
        assertThat(text(out)).contains("\"payload\":\"ghi\"");

        assertThat(counters.get(ServeCounter.EVENTS_ENCODED)).isEqualTo(4);
    }

    private static EventRequest request(PayloadForm form, long maxBytes) {
        return new EventRequest("", FlowFilter.ALL, EventType.ALL, form, maxBytes, false, null);
    }

    private static String text(JsonBytes out) {
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }
}
