package io.weir;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureException;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.capture.Interfaces;
import io.weir.partition.Partitioner;
import io.weir.serve.CaptureControl;
import io.weir.serve.FilterCompiler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What HTTP asks of the capture, one change after the other. Called on the service's event loop. */
final class LiveControl implements CaptureControl {
    private static final int RETRY_MS = 5;
    /** Half of the time after which a partition that does not read passes for dead. */
    private static final long LANE_PATIENCE_NS = 5_000_000_000L;

    private static final int WORKER_PATIENCE_MS = 1_000;
    /** Changes at a time, one of which is being made. Who asked for one may be long gone. */
    private static final int MOST_CHANGES = 16;

    private final Vertx vertx;
    private final WorkerExecutor compilers;
    private final Partitioner lanes;
    private final UploadReplay uploads;
    private final CaptureReport report;
    private volatile CaptureGroup capture;
    private Future<?> last = Future.succeededFuture();
    private final AtomicInteger changes = new AtomicInteger();

    LiveControl(Vertx vertx, Partitioner lanes, UploadReplay uploads, CaptureReport report) {
        this.vertx = vertx;
        compilers = FilterCompiler.worker(vertx);
        this.lanes = lanes;
        this.uploads = uploads;
        this.report = report;
    }

    /** From now on there is something to control. */
    void capture(CaptureGroup deployed) {
        capture = deployed;
    }

    /** Counted between two frames, so that the ledger's identities hold. A worker that does not answer is no excuse. */
    @Override
    public Future<JsonObject> state() {
        if (capture == null) {
            return Future.succeededFuture(report.json());
        }
        return capture.betweenSlices(CaptureReport::counted)
                .map(report::json)
                .timeout(WORKER_PATIENCE_MS, TimeUnit.MILLISECONDS)
                .otherwise(stuck -> report.json());
    }

    @Override
    public Future<JsonObject> start() {
        return change(() -> capture.startCapture());
    }

    @Override
    public Future<JsonObject> stop() {
        return change(() -> capture.stopCapture().compose(stopped -> endStreams()));
    }

    @Override
    public Future<JsonObject> filter(String expression) {
        // elsewhere, because neither the capture's thread nor an event loop has the time
        return change(() -> compilers
                .executeBlocking(() -> Filter.of(expression).forCapture(), false)
                .compose(compiled -> capture.filter(compiled)));
    }

    @Override
    public Future<JsonArray> interfaces() {
        return vertx.executeBlocking(() -> {
            JsonArray all = new JsonArray();
            Interfaces.list().forEach(entry -> all.add(InterfacesCommand.json(entry)));
            return all;
        });
    }

    @Override
    public Future<JsonObject> replay(Path file) {
        return uploads.replay(vertx, file);
    }

    private Future<JsonObject> change(Supplier<Future<Void>> action) {
        if (capture == null) {
            return Future.failedFuture(
                    new RefusedException(RefusedException.Reason.NOT_NOW, "the capture is still starting; try again"));
        }
        if (changes.incrementAndGet() > MOST_CHANGES) {
            changes.decrementAndGet();
            return Future.failedFuture(new RefusedException(
                    RefusedException.Reason.NOT_NOW,
                    MOST_CHANGES + " changes of the capture wait already; try again later"));
        }
        // a change that failed does not keep the next one from being made
        Future<Void> changed = last.transform(before -> action.get());
        last = changed.onComplete(done -> changes.decrementAndGet());
        return changed.compose(done -> state()).recover(failure -> Future.failedFuture(refusal(failure)));
    }

    /** The capture's workers are idle now, so the lanes have no other writer. */
    private Future<Void> endStreams() {
        List<Integer> missing =
                IntStream.range(0, lanes.lanes()).boxed().collect(Collectors.toCollection(ArrayList::new));
        missing.removeIf(this::ended);
        if (missing.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> told = Promise.promise();
        long deadlineNs = System.nanoTime() + LANE_PATIENCE_NS;
        vertx.setPeriodic(RETRY_MS, timer -> {
            missing.removeIf(this::ended);
            boolean late = System.nanoTime() - deadlineNs > 0;
            if (missing.isEmpty()) {
                told.complete();
            } else if (late) {
                told.fail(notRead(missing));
            }
            if (missing.isEmpty() || late) {
                vertx.cancelTimer(timer);
            }
        });
        return told.future();
    }

    /** Tells one lane that its source has ended, if there is room. */
    private boolean ended(int index) {
        boolean room = lanes.lane(index).offerEnd();
        lanes.lane(index).flush();
        return room;
    }

    private static RefusedException notRead(List<Integer> full) {
        return new RefusedException(
                RefusedException.Reason.NO_ANSWER,
                "the capture is stopped, but the full lanes of these partitions were not read for 5 s, and their streams"
                        + " stay open: " + full + "; if /livez fails as well, weir must be restarted");
    }

    private static Throwable refusal(Throwable failure) {
        if (failure instanceof FilterException refused) {
            return FlowExpressions.refusal(refused);
        }
        if (failure instanceof CaptureException broken) {
            return new RefusedException(RefusedException.Reason.NOT_AVAILABLE, broken.getMessage());
        }
        return failure;
    }
}
