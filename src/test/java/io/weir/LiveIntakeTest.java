package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Whether the capture waits for a full lane, told by when something was last read from it. */
class LiveIntakeTest {
    private final Partitioner lanes =
            new Partitioner(new FlowHash(1, 2), new LaneOptions(2, LaneOptions.MIN_BYTES_PER_LANE));
    private final LiveIntake intake = new LiveIntake(
            new Intake(
                    new PacketDecoder(false),
                    new Defragmenter(DefragmenterOptions.DEFAULTS),
                    null,
                    OwnTraffic.NONE,
                    null,
                    0,
                    lanes::offerOrDrop),
            lanes);

    @Test
    void lanesWithRoomAreReady() {
        intake.sliceEnded(0);

        assertThat(intake.ready()).isTrue();
        assertThat(intake.readyWhereRead()).isTrue();
    }

    /** Its reader may only be waiting for a processor. */
    @Test
    void aFullLaneThatWasReadAHundredMillisecondsAgoIsWaitedFor() throws Exception {
        intake.sliceEnded(0);
        long startedNs = System.nanoTime();
        fill();
        Thread.sleep(100);
        intake.sliceEnded(0);
        boolean ready = intake.readyWhereRead();
        assumeTrue(System.nanoTime() - startedNs < 190_000_000, "skipped: this machine is too busy to tell");

        assertThat(ready).isFalse();
        assertThat(intake.ready()).isFalse();
    }

    @Test
    void aFullLaneThatWasNotReadForLongerIsWaitedForOnlyWhileTheKernelHasRoom() throws Exception {
        fill();
        Thread.sleep(300);
        intake.sliceEnded(0);

        assertThat(intake.ready()).isFalse();
        assertThat(intake.readyWhereRead()).isTrue();
    }

    @Test
    void aLaneThatIsReadAgainIsWaitedForAgain() throws Exception {
        int full = fill();
        Thread.sleep(300);
        intake.sliceEnded(0);
        lanes.lane(full).drain(segment -> {}, 1);
        intake.sliceEnded(0);

        assertThat(intake.readyWhereRead()).isFalse();
    }

    /** Returns which lane. */
    private int fill() {
        Segment segment = new Segment()
                .origin(1, 0, 0, 1_060)
                .addresses(false, 0, 1, 0, 2)
                .ports(1, 2)
                .payload(ByteBuffer.allocate(1_000), 0, 1_000, 1_000);
        while (lanes.offer(segment)) {
            lanes.flush();
        }
        return lanes.laneOf(segment);
    }
}
