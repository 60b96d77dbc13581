package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.capture.Backend;
import io.weir.capture.CaptureListener;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Filter;
import io.weir.capture.FrameSender;
import io.weir.capture.FrameSource.Statistics;
import io.weir.capture.Frames;
import io.weir.capture.Libpcap;
import io.weir.capture.LiveOptions;
import io.weir.capture.LiveSources;
import io.weir.capture.Namespace;
import io.weir.decode.Decoded;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.partition.LaneCounter;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the capture does while partitions do not read: waits as long as the kernel's ring allows, then drops by lane. */
@Timeout(60)
class LaneFairnessTest {
    private static final int LANE_BYTES = LaneOptions.MIN_BYTES_PER_LANE;
    private static final String PAYLOAD = "x".repeat(1_000);
    private static final String SERVER = "10.0.0.2";

    private final Partitioner lanes = new Partitioner(FlowHash.random(), new LaneOptions(2, LANE_BYTES));
    private final long[] read = new long[2];
    private volatile boolean reading = true;

    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesWaitInTheRingWhileNobodyReadsTheLanes(Backend backend) throws Exception {
        withCapture(backend, capture -> {
            int frames = 1_000;
            send(frames, 0, clientPort(0), clientPort(1));
            await().until(() -> lanes.freeBytes() < LANE_BYTES / 4);
            await().until(() -> statistics(capture).received() == frames);
            assertThat(statistics(capture).waiting()).isPositive();
            Thread reader = read(0, 1);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> statistics(capture).waiting() == 0);
            stop(reader, capture);

            assertThat(read[0] + read[1]).isEqualTo(frames);
            assertThat(lanes.droppedSegments()).isZero();
            assertThat(statistics(capture).droppedByKernel()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aLaneThatNobodyReadsCostsTheOtherNoFrame(Backend backend) throws Exception {
        withCapture(backend, capture -> {
            int frames = 40_000;
            Thread reader = read(1);
            send(frames, 80_000, clientPort(0), clientPort(1));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> statistics(capture).received() == frames);
            stop(reader, capture);

            assertThat(statistics(capture).droppedByKernel()).isZero();
            assertThat(read[1]).isEqualTo(frames / 2);
            assertThat(lanes.lane(1).counters().get(LaneCounter.DROPPED)).isZero();
            assertThat(lanes.lane(0).counters().get(LaneCounter.DROPPED)).isPositive();
            assertThat(lanes.lane(0).counters().get(LaneCounter.DROPPED)
                            + lanes.lane(0).counters().get(LaneCounter.SEGMENTS))
                    .isEqualTo(frames / 2);
        });
    }

    private interface Body {
        void run(CaptureVerticle capture) throws Exception;
    }

    private void withCapture(Backend backend, Body body) throws Exception {
        assumeTrue(backend == Backend.AFPACKET || Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            LiveOptions options =
                    LiveOptions.defaults().withInterfaces(List.of("near")).withBackend(backend);
            Intake intake = new Intake(
                    new PacketDecoder(false),
                    new Defragmenter(DefragmenterOptions.DEFAULTS),
                    null,
                    OwnTraffic.NONE,
                    null,
                    0,
                    lanes::offerOrDrop);
            CaptureVerticle capture = new CaptureVerticle(
                    filter -> LiveSources.open(options.withFilter(filter)),
                    Filter.NONE,
                    new LiveIntake(intake, lanes),
                    new CaptureListener() {});
            // its threads are born in this thread's namespace
            Vertx vertx = Vertx.vertx();
            try {
                get(vertx.deployVerticle(capture, CaptureVerticle.deploymentOptions()));
                body.run(capture);
                assertThat(intake.decoded().get(Decoded.SEGMENT))
                        .isEqualTo(statistics(capture).delivered());
            } finally {
                reading = false;
                get(vertx.close());
            }
        });
    }

    private static Statistics statistics(CaptureVerticle capture) throws Exception {
        return get(capture.betweenSlices(capture::statistics));
    }

    /** Reads some lanes until {@link #stop}. */
    private Thread read(int... which) {
        Thread reader = new Thread(() -> {
            while (reading) {
                int found = 0;
                for (int lane : which) {
                    found += lanes.lane(lane).drain(segment -> read[lane]++, 1_000);
                }
                if (found == 0) {
                    LockSupport.parkNanos(200_000);
                }
            }
        });
        reader.start();
        return reader;
    }

    /** Ends the capture, and reads the rest. */
    private void stop(Thread reader, CaptureVerticle capture) throws Exception {
        get(capture.stopCapture());
        await().until(() -> lanes.lane(1).unreadBytes() == 0);
        reading = false;
        reader.join();
    }

    private static void send(int frames, long pauseNs, int... clientPorts) {
        try (FrameSender sender = new FrameSender("away")) {
            for (int index = 0; index < frames; index++) {
                int port = clientPorts[index % clientPorts.length];
                assertThat(sender.send(Frames.tcp("10.0.0.1", port, SERVER, 80, PAYLOAD)))
                        .isTrue();
                if (pauseNs > 0 && index % 16 == 0) {
                    LockSupport.parkNanos(16 * pauseNs);
                }
            }
        }
    }

    /** Of a conversation that takes this lane. */
    private int clientPort(int lane) {
        Segment segment = new Segment();
        PacketDecoder decoder = new PacketDecoder(false);
        for (int port = 1_000; ; port++) {
            byte[] frame = Frames.tcp("10.0.0.1", port, SERVER, 80, "");
            decoder.decode(ByteBuffer.wrap(frame), 0, frame.length, frame.length, 1, -1, true, segment);
            if (lanes.laneOf(segment) == lane) {
                return port;
            }
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
