package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureListener;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Filter;
import io.weir.capture.Libpcap;
import io.weir.capture.ScriptedLive;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.partition.SegmentHandler;
import io.weir.serve.CaptureControl.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Control of a capture on which nothing passes; its two lanes are read by the tests. */
@Timeout(60)
class LiveControlTest {
    private final Vertx vertx = Vertx.vertx();
    private final Partitioner lanes =
            new Partitioner(new FlowHash(1, 2), new LaneOptions(2, LaneOptions.MIN_BYTES_PER_LANE));
    private CaptureVerticle verticle;
    private LiveControl control;
    private int full;
    private int filledWith;

    @BeforeEach
    void deploy() throws Exception {
        Intake intake = new Intake(
                new PacketDecoder(false),
                new Defragmenter(DefragmenterOptions.DEFAULTS),
                null,
                OwnTraffic.NONE,
                null,
                0,
                lanes::offerOrDrop);
        LiveIntake live = new LiveIntake(intake, lanes);
        verticle = new CaptureVerticle(filter -> new ScriptedLive(), Filter.NONE, live, new CaptureListener() {});
        get(vertx.deployVerticle(verticle, CaptureVerticle.deploymentOptions()));
        CaptureGroup group = new CaptureGroup(List.of(new CaptureWorker(verticle, live, lanes)));
        CaptureReport report =
                new CaptureReport(MemoryBudget.of(ConfigurationReader.read(null, Map.of(), List.of()), 2));
        report.capture(group, new CaptureLog(1));
        control = new LiveControl(vertx, lanes, null, report);
        control.capture(group);
    }

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    @Test
    void aStopEndsTheStreamsOfEveryLaneOnce() throws Exception {
        assertThat(get(control.stop()).getString("state")).isEqualTo("stopped");

        assertThat(ends(0)).isEqualTo(1);
        assertThat(ends(1)).isEqualTo(1);
    }

    @Test
    void aStopWaitsForRoomInAFullLaneAndTellsTheOtherNoSecondTime() throws Exception {
        fill();
        var stopped = control.stop();
        Thread.sleep(100);
        assertThat(stopped.isComplete()).isFalse();

        int ends = ends(full) - filledWith;
        get(stopped);

        assertThat(ends + ends(full)).isEqualTo(1);
        assertThat(ends(1 - full)).isEqualTo(1);
    }

    @Test
    void aStopAgainstALaneThatNobodyReadsSaysSoAndControlStillAnswers() throws Exception {
        fill();
        long started = System.nanoTime();

        assertThatThrownBy(() -> get(control.stop()))
                .hasMessageContaining("were not read for 5 s")
                .cause()
                .extracting(refused -> ((RefusedException) refused).reason())
                .isEqualTo(RefusedException.Reason.NO_ANSWER);
        assertThat(System.nanoTime() - started).isBetween(4_000_000_000L, 15_000_000_000L);

        assertThat(get(control.state()).getString("state")).isEqualTo("stopped");
        assertThat(get(control.start()).getString("state")).isEqualTo("capturing");
    }

    /** The capture's thread has no time for it: meanwhile the kernel's buffer would run over. */
    @Test
    void aFilterIsCompiledWhileTheCaptureGoesOn() throws Exception {
        Assumptions.assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        CountDownLatch captured = new CountDownLatch(1);
        Future<Boolean> busy = verticle.betweenSlices(() -> captured.await(20, TimeUnit.SECONDS));

        assertThatThrownBy(() -> get(control.filter("tcp prot 80")))
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("prot");
        assertThat(busy.isComplete()).isFalse();
        captured.countDown();

        assertThat(get(control.filter("tcp port 80")).getString("filter")).isEqualTo("tcp port 80");
    }

    /** As of a capture whose thread does not come back: those who asked have gone, and what they asked for must not pile up. */
    @Test
    void changesThatWaitAreBounded() throws Exception {
        CountDownLatch captured = new CountDownLatch(1);
        verticle.betweenSlices(() -> captured.await(20, TimeUnit.SECONDS));
        List<Future<JsonObject>> waiting = new ArrayList<>();
        for (int change = 0; change < 16; change++) {
            waiting.add(control.start());
        }

        assertThatThrownBy(() -> get(control.stop()))
                .hasMessageContaining("16 changes of the capture wait already")
                .cause()
                .extracting(refused -> ((RefusedException) refused).reason())
                .isEqualTo(RefusedException.Reason.NOT_NOW);
        captured.countDown();

        for (Future<JsonObject> change : waiting) {
            assertThat(get(change).getString("state")).isEqualTo("capturing");
        }
        assertThat(get(control.stop()).getString("state")).isEqualTo("stopped");
    }

    /** One lane, until it takes nothing more. */
    private void fill() {
        Segment segment = new Segment()
                .origin(1, 0, 0, 1_060)
                .addresses(false, 0, 1, 0, 2)
                .ports(1, 2)
                .payload(ByteBuffer.allocate(1_000), 0, 1_000, 1_000);
        full = lanes.laneOf(segment);
        while (lanes.offer(segment)) {
            lanes.flush();
        }
        // the rest, by the shortest of records
        while (lanes.lane(full).offerEnd()) {
            filledWith++;
        }
        lanes.flush();
    }

    /** Reads a lane to its end. */
    private int ends(int lane) {
        int[] ends = {0};
        SegmentHandler counting = new SegmentHandler() {
            @Override
            public void onSegment(Segment segment) {}

            @Override
            public void onEnd() {
                ends[0]++;
            }
        };
        lanes.lane(lane).drain(counting, Integer.MAX_VALUE);
        return ends[0];
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
