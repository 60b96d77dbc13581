package io.weir.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.weir.decode.Segment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LaneTest {
    private static final int SMALL = LaneOptions.MIN_BYTES_PER_LANE;

    private final Lane lane = new Lane(new LaneOptions(1, SMALL));
    private final Journal journal = new Journal();

    @Test
    void segmentsArriveInOrderWithTheirPayload() {
        lane.offer(segment(1, "one"));
        lane.offer(segment(2, ""));
        lane.offer(segment(3, "three"));
        lane.flush();

        assertThat(lane.drain(journal, 100)).isEqualTo(3);
        assertThat(journal.lines).containsExactly("1 one", "2 ", "3 three");
    }

    @Test
    void nothingIsSeenBeforeTheFlush() {
        lane.offer(segment(1, "one"));

        assertThat(lane.drain(journal, 100)).isZero();
        assertThat(lane.unreadBytes()).isZero();
        lane.flush();
        assertThat(lane.unreadBytes()).isEqualTo(96);
        assertThat(lane.drain(journal, 100)).isEqualTo(1);
    }

    @Test
    void aSixteenthOfTheLaneIsPublishedWithoutAFlush() {
        for (int index = 0; index < 100; index++) {
            lane.offer(segment(index, "x".repeat(1000)));
        }
        assertThat(lane.drain(journal, 1000)).isBetween(80, 99);
    }

    @Test
    void timeMarksKeepTheirPlaceAmongSegments() {
        lane.offer(segment(10, "a"));
        lane.offerTime(20);
        lane.offer(segment(30, "b"));
        lane.flush();
        lane.drain(journal, 100);

        assertThat(journal.lines).containsExactly("10 a", "time 20", "30 b");
    }

    @Test
    void aTimeThatTheLaneKnowsIsNotRepeated() {
        lane.offer(segment(10, "a"));
        lane.offerTime(10);
        lane.offerTime(11);
        lane.offerTime(11);
        lane.flush();
        lane.drain(journal, 100);

        assertThat(journal.lines).containsExactly("10 a", "time 11");
        assertThat(lane.counters().get(LaneCounter.TIME_MARKS)).isEqualTo(1);
    }

    @Test
    void aFullLaneRefusesAndCountsOnlyWhatIsDropped() {
        Segment large = segment(1, "x".repeat(60_000));
        int accepted = 0;
        while (lane.offer(large)) {
            accepted++;
        }

        assertThat(accepted).isEqualTo(4);
        assertThat(lane.counters().get(LaneCounter.SEGMENTS)).isEqualTo(4);
        assertThat(lane.counters().get(LaneCounter.DROPPED)).isZero();
        lane.drop();
        assertThat(lane.counters().get(LaneCounter.DROPPED)).isEqualTo(1);
    }

    @Test
    void drainingMakesRoomAgain() {
        Segment large = segment(1, "x".repeat(60_000));
        for (int round = 0; round < 100; round++) {
            while (lane.offer(large)) {
                // until it is full
            }
            lane.flush();
            while (lane.drain(journal, 1) == 1) {
                // one by one
            }
        }
        assertThat(journal.lines)
                .hasSize((int) lane.counters().get(LaneCounter.SEGMENTS))
                .hasSizeGreaterThan(300);
        assertThat(lane.unreadBytes()).isZero();
        assertThat(lane.mostUnreadBytes()).isBetween(180_000L, (long) SMALL);
    }

    @Test
    void freeBytesAreReallyFree() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            int free = lane.freeBytes();
            int payload = free - 8 - Segment.FIXED_WIRE_BYTES - 8;
            if (payload >= 0 && random.nextBoolean()) {
                assertThat(lane.offer(segment(1, "x".repeat(Math.min(payload, 1 + random.nextInt(SMALL))))))
                        .as("round %d, free %d", round, free)
                        .isTrue();
            } else {
                lane.flush();
                lane.drain(journal, 1 + random.nextInt(3));
            }
        }
    }

    @Test
    void aPayloadLargerThanHalfTheLaneIsCutAndSaysSo() {
        byte[] payload = new byte[SMALL];
        Segment huge = segment(1, "").payload(ByteBuffer.wrap(payload), 0, payload.length, payload.length);
        int[] lengths = new int[2];

        assertThat(lane.offer(huge)).isTrue();
        lane.flush();
        lane.drain(
                segment -> {
                    lengths[0] = segment.payloadLength();
                    lengths[1] = segment.payloadWireLength();
                },
                1);
        assertThat(lengths).containsExactly(SMALL / 2 - 176, SMALL);
        assertThat(lane.counters().get(LaneCounter.CUT)).isEqualTo(1);
    }

    @Test
    void anIdleReaderIsWokenOnceForABatch() {
        AtomicInteger wakeUps = new AtomicInteger();
        lane.attach(wakeUps::incrementAndGet);
        assertThat(wakeUps).hasValue(1);
        lane.drain(journal, 100);

        lane.offer(segment(1, "a"));
        lane.offer(segment(2, "b"));
        assertThat(lane.flush()).isTrue();
        lane.offer(segment(3, "c"));
        assertThat(lane.flush()).isFalse();
        assertThat(lane.flush()).isFalse();

        assertThat(wakeUps).hasValue(2);
        assertThat(lane.counters().get(LaneCounter.WAKE_UPS)).isEqualTo(1);
        assertThat(lane.counters().get(LaneCounter.BATCHES)).isEqualTo(2);
    }

    @Test
    void aReaderThatStoppedAtItsLimitIsNotWoken() {
        AtomicInteger wakeUps = new AtomicInteger();
        lane.attach(wakeUps::incrementAndGet);
        lane.drain(journal, 100);
        lane.offer(segment(1, "a"));
        lane.offer(segment(2, "b"));
        lane.flush();

        assertThat(lane.drain(journal, 1)).isEqualTo(1);
        lane.offer(segment(3, "c"));
        assertThat(lane.flush()).isFalse();
        assertThat(lane.drain(journal, 100)).isEqualTo(2);
        lane.offer(segment(4, "d"));
        assertThat(lane.flush()).isTrue();
    }

    @Test
    void aHandlerThatThrowsLosesOnlyItsRecord() {
        lane.offer(segment(1, "a"));
        lane.offer(segment(2, "b"));
        lane.flush();

        assertThatThrownBy(() -> lane.drain(
                        segment -> {
                            throw new IllegalStateException("handler");
                        },
                        10))
                .hasMessage("handler");
        lane.drain(journal, 10);
        assertThat(journal.lines).containsExactly("2 b");
    }

    @Test
    void boundsAreRefusedByName() {
        assertThatThrownBy(() -> new LaneOptions(0, SMALL)).hasMessageContaining("lanes is 0");
        assertThatThrownBy(() -> new LaneOptions(1, SMALL + 1)).hasMessageContaining("bytesPerLane is 262145");
        assertThat(LaneOptions.of(4).memoryBytes()).isEqualTo(32 << 20);
    }

    @Test
    void aSegmentCostsNoAllocation() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        Segment segment = segment(1, "x".repeat(1400));
        long[] sum = new long[1];
        SegmentHandler handler = received -> sum[0] += received.payloadLength();
        long allocated = 0;
        for (int round = 0; round < 4; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int index = 0; index < 20_000; index++) {
                lane.offer(segment);
                lane.flush();
                lane.drain(handler, 10);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }
        assertThat(allocated).as("bytes for 20 000 segments").isLessThan(2_000);
        assertThat(sum[0]).isEqualTo(80_000L * 1400);
    }

    private static final class Journal implements SegmentHandler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void onSegment(Segment segment) {
            byte[] payload = new byte[segment.payloadLength()];
            segment.memory().get(segment.payloadOffset(), payload);
            lines.add(segment.timeNs() + " " + new String(payload));
        }

        @Override
        public void onTime(long nowNs) {
            lines.add("time " + nowNs);
        }
    }

    static Segment segment(long timeNs, String payload) {
        byte[] bytes = payload.getBytes();
        return new Segment()
                .origin(timeNs, 2, 0, bytes.length + 54)
                .addresses(false, 0, 0x0A000001, 0, 0x0A000002)
                .ports(40000, 80)
                .payload(ByteBuffer.wrap(bytes), 0, bytes.length, bytes.length);
    }
}
