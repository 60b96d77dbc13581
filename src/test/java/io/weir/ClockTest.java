package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.weir.capture.CaptureListener;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Filter;
import io.weir.capture.Frames;
import io.weir.capture.ScriptedLive;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.partition.Lane;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.partition.SegmentHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A machine whose clock is set while frames are captured; the test plays the partition. */
@Timeout(60)
class ClockTest {
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedLive source = new ScriptedLive();
    private final Partitioner lanes =
            new Partitioner(new FlowHash(1, 2), new LaneOptions(1, LaneOptions.MIN_BYTES_PER_LANE));
    private final Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS);
    private final List<Long> toldNs = new CopyOnWriteArrayList<>();
    private final List<String> read = new CopyOnWriteArrayList<>();
    private long startNs;

    @BeforeEach
    void deploy() throws Exception {
        Intake intake =
                new Intake(new PacketDecoder(false), defragmenter, null, OwnTraffic.NONE, null, 0, lanes::offerOrDrop);
        CaptureListener listener = new CaptureListener() {
            @Override
            public void clockSetBack(long byNs) {
                toldNs.add(byNs);
            }
        };
        CaptureVerticle capture =
                new CaptureVerticle(wanted -> source, Filter.NONE, new LiveIntake(intake, lanes), listener);
        vertx.deployVerticle(capture, CaptureVerticle.deploymentOptions())
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        startNs = source.presentNs();
        await().until(() -> readOn().contains("time"));
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void afterTheClockIsSetBackTheStreamsBeforeEndAndTimeGoesOn() {
        source.pass(Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "before"), startNs);
        await().until(() -> readOn().contains("before"));

        source.setClock(-HOUR_NS);
        await().until(() -> !toldNs.isEmpty());
        await().until(() -> readOn().contains("end"));
        source.pass(Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "after"), source.presentNs());
        await().until(() -> readOn().contains("after"));
        read.clear();
        // a quiet interface: only these marks let holes and silent streams be given up
        await().until(() -> readOn().contains("time"));

        assertThat(toldNs).singleElement().satisfies(by -> assertThat(by)
                .isBetween(HOUR_NS - SECOND_NS, HOUR_NS + SECOND_NS));
        assertThat(read).doesNotContain("end");
    }

    @Test
    void framesFromBeforeThatStillWaitedDoNotCountAsTheNewTime() {
        source.pass(Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "before"), startNs);
        await().until(() -> readOn().contains("before"));

        for (int frame = 0; frame < 50; frame++) {
            source.pass(Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "waited"), startNs + frame);
        }
        source.setClock(-HOUR_NS);
        source.pass(Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "after"), startNs - HOUR_NS);
        await().until(() -> readOn().contains("after"));
        await().until(() -> readOn().contains("end"));

        assertThat(read.lastIndexOf("end")).isGreaterThan(read.lastIndexOf("waited"));
    }

    @Test
    void aClockThatIsSetForwardEndsNothingByItself() throws Exception {
        source.setClock(HOUR_NS);
        read.clear();
        await().until(() -> readOn().contains("time"));
        Thread.sleep(100);

        assertThat(toldNs).isEmpty();
        assertThat(readOn()).doesNotContain("end");
    }

    /** What came so far, by the payload of its segments. */
    private List<String> readOn() {
        Lane lane = lanes.lane(0);
        lane.drain(
                new SegmentHandler() {
                    @Override
                    public void onSegment(Segment segment) {
                        byte[] payload = new byte[segment.payloadLength()];
                        for (int at = 0; at < payload.length; at++) {
                            payload[at] = segment.memory().get(segment.payloadOffset() + at);
                        }
                        read.add(new String(payload));
                    }

                    @Override
                    public void onTime(long nowNs) {
                        read.add("time");
                    }

                    @Override
                    public void onEnd() {
                        read.add("end");
                    }
                },
                1_000);
        return read;
    }
}
