package io.weir.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lane between two threads, as fast as they can. */
@Timeout(60)
class LaneThreadsTest {
    private final Lane lane = new Lane(new LaneOptions(1, LaneOptions.MIN_BYTES_PER_LANE));

    @Test
    void twoThreadsLoseAndMixUpNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LaneThreadsTest: seed " + seed);
        int total = 400_000;
        Semaphore woken = new Semaphore(0);
        lane.attach(woken::release);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                write(total, new Random(seed));
            } catch (Throwable thrown) {
                failure.set(thrown);
            }
        });
        Checker checker = new Checker();
        writer.start();
        while (checker.next < total && failure.get() == null) {
            woken.acquire();
            while (lane.drain(checker, 64) == 64) {
                // there is more
            }
        }
        writer.join();

        assertThat(failure.get()).isNull();
        assertThat(checker.wrong).isZero();
        assertThat(lane.unreadBytes()).isZero();
        assertThat(lane.counters().get(LaneCounter.SEGMENTS)).isEqualTo(total);
    }

    private void write(int total, Random random) {
        byte[] bytes = new byte[3000];
        ByteBuffer memory = ByteBuffer.wrap(bytes);
        CRC32 checksum = new CRC32();
        Segment segment = LaneTest.segment(0, "");
        for (int index = 0; index < total; index++) {
            int length = random.nextInt(16) == 0 ? random.nextInt(bytes.length) : random.nextInt(40);
            for (int at = 0; at < length; at += 8) {
                bytes[at] = (byte) random.nextInt();
            }
            checksum.reset();
            checksum.update(bytes, 0, length);
            segment.origin(index, 0, 0, length).payload(memory, 0, length, length);
            segment.hash(checksum.getValue() + 1);
            while (!lane.offer(segment)) {
                lane.flush();
                Thread.onSpinWait();
            }
            if (random.nextInt(20) == 0) {
                lane.flush();
            }
        }
        lane.flush();
    }

    private static final class Checker implements SegmentHandler {
        private final CRC32 checksum = new CRC32();
        private final byte[] bytes = new byte[3000];
        private long next;
        private long wrong;

        @Override
        public void onSegment(Segment segment) {
            segment.memory().get(segment.payloadOffset(), bytes, 0, segment.payloadLength());
            checksum.reset();
            checksum.update(bytes, 0, segment.payloadLength());
            if (segment.timeNs() != next || checksum.getValue() + 1 != segment.hash()) {
                wrong++;
            }
            next++;
        }
    }
}
