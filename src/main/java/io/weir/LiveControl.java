package io.weir;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureException;
import io.weir.capture.FilterException;
import io.weir.capture.Interfaces;
import io.weir.partition.Partitioner;
import io.weir.serve.CaptureControl;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What HTTP asks of the capture, one change after the other. Called on the service's event loop. */
final class LiveControl implements CaptureControl {
    private static final int RETRY_MS = 1;
    private static final int WORKER_PATIENCE_MS = 1_000;

    private final Vertx vertx;
    private final Partitioner lanes;
    private final UploadReplay uploads;
    private final CaptureReport report;
    private volatile CaptureGroup capture;
    private Future<?> last = Future.succeededFuture();

    LiveControl(Vertx vertx, Partitioner lanes, UploadReplay uploads, CaptureReport report) {
        this.vertx = vertx;
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
        return change(() -> capture.filter(expression));
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
        // a change that failed does not keep the next one from being made
        Future<Void> changed = last.transform(before -> action.get());
        last = changed;
        return changed.compose(done -> state()).recover(failure -> Future.failedFuture(refusal(failure)));
    }

    /** The capture's workers are idle now, so the lanes have no other writer. */
    private Future<Void> endStreams() {
        boolean everywhere = lanes.offerEnd();
        lanes.flush();
        if (everywhere) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        vertx.setTimer(RETRY_MS, again -> endStreams().onComplete(promise));
        return promise.future();
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
