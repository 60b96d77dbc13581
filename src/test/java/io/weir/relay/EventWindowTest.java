package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.reassemble.GapCause;
import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.Lost;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventWindowTest {
    private static final int COST = EventWindow.EVENT_COST_BYTES + 100;

    private final List<EventBatch> batches = new ArrayList<>();
    private final Counters<RelayCounter> counters = new Counters<>(RelayCounter.class);

    @Test
    void eventsAreCollectedUntilTheBatchIsFlushed() {
        EventWindow window = window(1 << 20);
        window.event(data(0), 1);
        window.event(data(1), 3);
        assertThat(batches).isEmpty();

        window.flush();
        window.flush();

        assertThat(batches).singleElement().satisfies(batch -> {
            assertThat(offsets(batch)).containsExactly(0L, 1L);
            assertThat(batch.events().get(1).subscribers()).isEqualTo(3);
            assertThat(batch.costBytes()).isEqualTo(2 * COST);
            assertThat(batch.partition()).isEqualTo(7);
            assertThat(batch.lost()).isEmpty();
        });
    }

    @Test
    void aFullBatchGoesAtOnce() {
        EventWindow window = window(1 << 20);
        for (int offset = 0; offset < 512; offset++) {
            window.event(data(offset), 1);
        }

        assertThat(batches).singleElement().satisfies(batch -> assertThat(batch.events())
                .hasSize(512));
    }

    @Test
    void whatIsDroppedNobodyLooksAt() {
        EventWindow window = window(COST);

        assertThat(window.event(data(0), 1)).isTrue();
        assertThat(window.event(data(1), 1)).isFalse();
        window.flush();
        window.credit(COST);
        window.credit(EventWindow.EVENT_COST_BYTES); // of the batch that told the loss
        assertThat(window.event(data(2), 1)).isTrue();
    }

    @Test
    void whatFindsNoRoomIsDroppedAndTold() {
        EventWindow window = window(2 * COST);
        window.event(data(0), 1);
        window.event(data(1), 1);
        window.event(data(2), 0b1001);
        window.event(new Gap("s", 0, CLIENT_TO_SERVER, 3, 50, GapCause.TIMEOUT), 1);
        window.credit(2 * COST);
        window.event(data(4), 1);
        window.flush();

        assertThat(batches).hasSize(3);
        assertThat(offsets(batches.get(0))).containsExactly(0L, 1L);
        assertThat(batches.get(1).lost()).containsExactly(new Lost(0, 2, 150), new Lost(3, 1, 100));
        assertThat(batches.get(1).events()).isEmpty();
        assertThat(offsets(batches.get(2))).containsExactly(4L);
    }

    @Test
    void aLossIsToldBetweenWhatCameBeforeAndAfter() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EventWindow window = window(20 * COST);
        int heldFrom = 0;
        for (int offset = 0; offset < 5_000; offset++) {
            window.event(data(offset), 1);
            while (random.nextInt(25) == 0 && heldFrom < batches.size()) {
                window.credit(batches.get(heldFrom++).costBytes());
            }
        }
        window.flush();
        for (; heldFrom < batches.size(); heldFrom++) {
            window.credit(batches.get(heldFrom).costBytes());
        }

        long expected = 0;
        for (EventBatch batch : batches) {
            expected += batch.lost().stream().mapToLong(Lost::events).sum();
            for (long offset : offsets(batch)) {
                assertThat(offset).as("seed %d", seed).isEqualTo(expected++);
            }
        }
        assertThat(expected).as("seed %d", seed).isEqualTo(5_000);
        assertThat(window.settled()).isTrue();
        assertThat(counters.get(RelayCounter.EVENTS_OFFERED)).isEqualTo(5_000);
        assertThat(counters.get(RelayCounter.EVENTS_SENT) + counters.get(RelayCounter.EVENTS_DROPPED))
                .isEqualTo(5_000);
        assertThat(counters.get(RelayCounter.EVENTS_DROPPED)).isPositive();
    }

    @Test
    void atTheEndNothingIsDropped() {
        EventWindow window = window(2 * COST);
        window.lift();
        for (int offset = 0; offset < 1_000; offset++) {
            window.event(data(offset), 1);
        }
        window.flush();

        assertThat(batches.stream().mapToInt(batch -> batch.events().size()).sum())
                .isEqualTo(1_000);
        assertThat(window.settled()).isFalse();
        batches.forEach(batch -> window.credit(batch.costBytes()));
        assertThat(window.settled()).isTrue();
    }

    @Test
    void aSubscriptionThatWentIsNotToldOfItsLosses() {
        EventWindow window = window(COST);
        window.event(data(0), 2);
        window.event(data(1), 2);
        window.forget(1);
        window.credit(COST);

        assertThat(batches).hasSize(1);
    }

    private EventWindow window(long windowBytes) {
        return new EventWindow(7, windowBytes, batches::add, counters);
    }

    private static Data data(long offset) {
        return new Data("s", 0, CLIENT_TO_SERVER, offset, 100, new byte[100], -1);
    }

    private static List<Long> offsets(EventBatch batch) {
        return batch.events().stream()
                .map(selected -> ((Data) selected.event()).offset())
                .toList();
    }
}
