package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureListener;
import io.weir.capture.CaptureState;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Filter;
import io.weir.capture.Frame;
import io.weir.capture.FrameSink;
import io.weir.capture.FrameSource;
import io.weir.capture.ScriptedLive;
import io.weir.decode.FlowHash;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two workers whose sources do as they are told. */
@Timeout(60)
class CaptureGroupTest {
    private static final CaptureException GONE = new CaptureException("gone");

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReferenceArray<CaptureException> openFailures = new AtomicReferenceArray<>(2);
    private final AtomicReferenceArray<ScriptedLive> open = new AtomicReferenceArray<>(2);
    private CaptureGroup group;

    @BeforeEach
    void deploy() throws Exception {
        Partitioner lanes = new Partitioner(new FlowHash(1, 2), new LaneOptions(4, LaneOptions.MIN_BYTES_PER_LANE));
        List<CaptureWorker> workers = new ArrayList<>();
        for (int index = 0; index < 2; index++) {
            int worker = index;
            CaptureVerticle verticle =
                    new CaptureVerticle(filter -> open(worker), Filter.NONE, new Nowhere(), new CaptureListener() {});
            get(vertx.deployVerticle(verticle, CaptureVerticle.deploymentOptions(index)));
            workers.add(new CaptureWorker(verticle, null, lanes.share(index, 2)));
        }
        group = new CaptureGroup(workers);
    }

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    @Test
    void aStartThatFailsWhileWorkersRetryStopsNoneOfThem() throws Exception {
        openFailures.set(0, GONE);
        openFailures.set(1, GONE);
        open.get(0).breakWith(GONE);
        open.get(1).breakWith(GONE);
        await().until(() -> state(0) == CaptureState.RETRYING && state(1) == CaptureState.RETRYING);

        assertThatThrownBy(() -> get(group.startCapture())).hasRootCauseMessage("gone");
        assertThat(group.state()).isEqualTo(CaptureState.RETRYING);
        openFailures.set(0, null);
        openFailures.set(1, null);

        await().atMost(20, TimeUnit.SECONDS).until(() -> group.state() == CaptureState.CAPTURING);
    }

    @Test
    void aWorkerThatCapturesGoesOnWhenTheOtherCannotBeStarted() throws Exception {
        openFailures.set(1, GONE);
        open.get(1).breakWith(GONE);
        await().until(() -> state(1) == CaptureState.RETRYING);

        assertThatThrownBy(() -> get(group.startCapture())).hasRootCauseMessage("gone");
        assertThat(state(0)).isEqualTo(CaptureState.CAPTURING);
        openFailures.set(1, null);

        await().atMost(20, TimeUnit.SECONDS).until(() -> group.state() == CaptureState.CAPTURING);
    }

    @Test
    void ofAStoppedCaptureAllWorkersStartOrNone() throws Exception {
        get(group.stopCapture());
        openFailures.set(1, GONE);

        assertThatThrownBy(() -> get(group.startCapture())).hasRootCauseMessage("gone");
        assertThat(state(0)).isEqualTo(CaptureState.STOPPED);
        assertThat(state(1)).isEqualTo(CaptureState.STOPPED);
        openFailures.set(1, null);

        get(group.startCapture());
        assertThat(group.state()).isEqualTo(CaptureState.CAPTURING);
    }

    /** The other may not have met the interface yet. */
    @Test
    void anInterfaceHasTheNameThatTheWorkerKnowsWhoseFramesAPartitionGets() {
        assertThat(group.interfaceName(1, 7)).isEqualTo("of worker 0");
        assertThat(group.interfaceName(2, 7)).isEqualTo("of worker 1");
    }

    private FrameSource open(int worker) throws CaptureException {
        if (openFailures.get(worker) != null) {
            throw openFailures.get(worker);
        }
        open.set(worker, new ScriptedLive("of worker " + worker));
        return open.get(worker);
    }

    private CaptureState state(int worker) {
        return group.workers().get(worker).verticle().state();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static final class Nowhere implements FrameSink {
        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void sliceEnded(long timeNs) {}
    }
}
