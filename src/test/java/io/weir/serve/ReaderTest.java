package io.weir.serve;

import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.EventType;
import io.weir.relay.FlowFilter;
import io.weir.relay.PayloadForm;
import io.weir.tally.Counters;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReaderTest {
    private static final long FAR = 100_000_000_000L;

    private boolean full;
    private final StringBuilder written = new StringBuilder();
    private final Counters<ServeCounter> counters = new Counters<>(ServeCounter.class);
    private final Subscription subscription = new Subscription(
            new EventRequest("key", FlowFilter.ALL, EventType.ALL, PayloadForm.NONE, -1, false, null), 0, 2);

    @Test
    void comingBackAfterVeryManyEventsOfOthersCostsNoMoreThanTheRing() {
        EventRing ring = new EventRing(1 << 20, FAR);
        ring.add(open("s1"), 1);
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            Reader reader = reader(ring);
            reader.resumeAfter(7);
            reader.pump();
        });

        assertThat(written.toString())
                .contains("\"reason\":\"resume\",\"from\":\"1-8\",\"to\":\"1-" + (FAR - EventRing.INDEXED) + "\"")
                .contains("id: 1-" + FAR + "\nevent: open");
        assertThat(counters.get(ServeCounter.EVENTS_RESUMED)).isEqualTo(1);
    }

    /** One who takes nothing while very many events of others go by. */
    @Test
    void fallingBehindVeryManyEventsOfOthersCostsNoMoreThanTheRing() {
        EventRing ring = new EventRing(1 << 20, 10);
        Reader reader = reader(ring);
        for (int mark = 0; mark < 3 * EventRing.INDEXED; mark++) {
            ring.mark();
        }
        ring.add(open("s1"), 1);
        reader.pump();

        assertThat(written.toString())
                .contains("\"reason\":\"slow\",\"from\":\"1-10\",\"to\":\"1-" + (10 + 2 * EventRing.INDEXED) + "\"")
                .contains("event: open");
    }

    /** What nobody knows any more does not go on counting as what waits, or there would be ever less room. */
    @Test
    void whatWasForgottenWhileTheClientTookNothingIsLostAndWaitsNoLonger() {
        EventRing ring = new EventRing(64 << 20, 10);
        Reader reader = reader(ring);
        full = true;
        for (int event = 0; event < 4_000; event++) {
            reader.offer(ring.add(open("s1"), 1));
        }
        for (int mark = 0; mark < EventRing.INDEXED - 1_000; mark++) {
            ring.mark();
        }
        full = false;
        reader.pump();

        assertThat(reader.waitingEvents()).isZero();
        assertThat(counters.get(ServeCounter.EVENTS_SENT)).isEqualTo(1_000);
        assertThat(counters.get(ServeCounter.EVENTS_LOST)).isEqualTo(3_000);

        full = true;
        for (int event = 0; event < 4_000; event++) {
            reader.offer(ring.add(open("s1"), 1));
        }
        full = false;
        reader.pump();

        assertThat(counters.get(ServeCounter.EVENTS_SENT)).isEqualTo(5_000);
        assertThat(counters.get(ServeCounter.EVENTS_LOST)).isEqualTo(3_000);
    }

    private Reader reader(EventRing ring) {
        FrameWriter frames = new FrameWriter(new EventId(1), counters, (number, event, form) -> 1);
        return new Reader(subscription, ring, frames, counters, response(), 1 << 20);
    }

    private HttpServerResponse response() {
        return (HttpServerResponse) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServerResponse.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        written.append(((Buffer) arguments[0]).toString());
                    }
                    return method.getName().equals("writeQueueFull") ? (Object) full : null;
                });
    }
}
