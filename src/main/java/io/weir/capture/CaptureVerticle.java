package io.weir.capture;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Owns one source and hands its frames to a sink, on a worker thread of its own, in slices of at most 10 ms and waits that
 * control breaks off, so that control and stop get through. A live source that breaks is opened again, with growing pauses.
 *
 * <p>Deploying fails if the source cannot be opened the first time. Public methods may be called from any thread; their
 * futures complete on the caller's Vert.x context, if it has one.
 */
public final class CaptureVerticle extends VerticleBase {
    /** The source hands on about this many frames at most between two looks at the clock and at {@link FrameSink#ready}. */
    public static final int FRAMES_PER_POLL = 64;

    private final SourceOpener opener;
    private final CaptureListener listener;
    private final CaptureLedger ledger = new CaptureLedger();
    private final SinkGuard sink;
    private volatile Filter filter;
    private volatile CaptureState state = CaptureState.STOPPED;
    private volatile CaptureException lastFailure;

    // the worker's
    private FrameSource source;
    private boolean sliceQueued;
    private boolean undeployed;
    private final Promise<Void> stopped = Promise.promise();
    private final BackOff backOff = new BackOff();
    private final SliceReader reader;
    private long retryTimer = -1;

    public CaptureVerticle(SourceOpener opener, Filter filter, FrameSink sink, CaptureListener listener) {
        this.opener = opener;
        this.filter = filter;
        this.listener = listener;
        this.sink = new SinkGuard(sink, listener);
        reader = new SliceReader(this.sink, ledger, listener);
    }

    /** How to deploy it: on one worker thread of its own. */
    public static DeploymentOptions deploymentOptions() {
        return deploymentOptions(0);
    }

    /** For one of several: pools of the same name would be one. */
    public static DeploymentOptions deploymentOptions(int worker) {
        return new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName(worker == 0 ? "weir-capture" : "weir-capture-" + worker)
                .setWorkerPoolSize(1)
                .setMaxWorkerExecuteTime(2)
                .setMaxWorkerExecuteTimeUnit(TimeUnit.SECONDS);
    }

    @Override
    public Future<?> start() {
        try {
            tryOpen();
        } catch (CaptureException failure) {
            return Future.failedFuture(failure);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        undeployed = true;
        finish();
        if (!sliceQueued) { // else it must find its worker alive
            stopped.complete();
        }
        return stopped.future();
    }

    public CaptureState state() {
        return state;
    }

    /** Why the source broke last; null if it never did. */
    public CaptureException lastFailure() {
        return lastFailure;
    }

    public Filter filter() {
        return filter;
    }

    /** Counts over all sources that were open since deployment. */
    public FrameSource.Statistics statistics() {
        return ledger.statistics();
    }

    /** See {@link LiveSource#countLosses}. */
    public void countLosses() {
        ledger.countLosses();
    }

    public long reopenings() {
        return ledger.reopenings();
    }

    public long failedFrames() {
        return sink.failures();
    }

    /** The name behind a {@link Frame#interfaceIndex} of the current or the last source. */
    public String interfaceName(int interfaceIndex) {
        return ledger.interfaceName(interfaceIndex);
    }

    /**
     * Opens the source again after {@link #stopCapture}, unless it is open.
     *
     * @return fails with a {@link CaptureException}; a source that broke before is tried again all the same
     */
    public Future<Void> startCapture() {
        return betweenSlices(() -> {
            if (source == null) {
                boolean retrying = state == CaptureState.RETRYING;
                cancelRetry();
                try {
                    tryOpen();
                } catch (CaptureException failure) {
                    if (retrying) {
                        retry(failure);
                    }
                    throw failure;
                }
            }
            return null;
        });
    }

    /** Hands on what was captured, then closes the source. */
    public Future<Void> stopCapture() {
        return betweenSlices(() -> {
            finish();
            return null;
        });
    }

    /**
     * Captures something else from now on, and after each opening.
     *
     * @return fails with a {@link FilterException}; the filter before is then still in force
     */
    public Future<Void> filter(Filter next) {
        return betweenSlices(() -> {
            if (source instanceof LiveSource live) {
                live.filter(next);
            } else if (source != null) {
                throw new FilterException("the filter of a file cannot be changed while it is read", false);
            }
            filter = next;
            return null;
        });
    }

    /** Opens the source; if that fails, for whatever reason, nothing is open and all is as it was. */
    private void tryOpen() throws CaptureException {
        CaptureState before = state;
        try {
            source = opener.open(filter);
            ledger.opened(source);
            reader.begin();
            state = CaptureState.CAPTURING;
            listener.opened(source);
            backOff.opened();
            queueSlice();
        } catch (CaptureException failure) {
            throw failure;
        } catch (RuntimeException | Error defect) {
            close(before);
            throw LiveFailures.told(defect);
        }
    }

    private void queueSlice() {
        if (!sliceQueued) {
            sliceQueued = true;
            context.runOnContext(ignored -> slice());
        }
    }

    private void slice() {
        sliceQueued = false;
        if (source == null) {
            if (undeployed) {
                stopped.tryComplete();
            }
            return;
        }
        try {
            if (!reader.read(source)) {
                close(CaptureState.ENDED);
                listener.ended();
                return;
            }
            queueSlice();
        } catch (CaptureException | RuntimeException | Error failure) {
            brokeBy(failure);
        }
    }

    /** If even that fails, as for want of memory, the source is read on: a capture must not fall asleep. */
    private void brokeBy(Throwable failure) {
        try {
            broke(LiveFailures.told(failure));
        } catch (RuntimeException | Error again) {
            if (source != null) {
                LockSupport.parkNanos(10 * SinkGuard.NOT_READY_NS);
                queueSlice();
            }
        }
    }

    private void broke(CaptureException failure) {
        lastFailure = failure;
        boolean live = source instanceof LiveSource;
        close(live ? CaptureState.RETRYING : CaptureState.ENDED);
        if (live) {
            retry(failure);
        } else {
            listener.broken(failure, -1);
        }
    }

    private void retry(CaptureException failure) {
        lastFailure = failure;
        state = CaptureState.RETRYING;
        long pauseMs = backOff.nextPauseMs();
        retryTimer = vertx.setTimer(pauseMs, ignored -> reopen());
        listener.broken(failure, pauseMs);
    }

    private void reopen() {
        retryTimer = -1;
        if (source != null || undeployed || state != CaptureState.RETRYING) {
            return;
        }
        try {
            tryOpen();
            ledger.reopened();
        } catch (CaptureException failure) {
            retry(failure);
        }
    }

    private void finish() {
        cancelRetry();
        try {
            if (source instanceof LiveSource live) {
                sink.drain(live);
            }
        } catch (CaptureException | RuntimeException | Error failure) {
            lastFailure = LiveFailures.told(failure);
        }
        close(CaptureState.STOPPED);
    }

    private void close(CaptureState next) {
        state = next;
        FrameSource closing = source;
        if (closing != null) {
            source = null;
            try {
                closing.close();
            } catch (RuntimeException | Error defect) {
                lastFailure = LiveFailures.told(defect);
            }
            ledger.closed(closing);
        }
    }

    private void cancelRetry() {
        vertx.cancelTimer(retryTimer);
        retryTimer = -1;
    }

    /** On the worker's thread between two slices, when no frame is on its way and the counters fit together. Be short. */
    public <T> Future<T> betweenSlices(Callable<T> action) {
        Future<T> answer = WorkerCall.on(context, () -> {
            if (undeployed) {
                throw new IllegalStateException("the capture is stopped for good");
            }
            ledger.countNow();
            return action.call();
        });
        ledger.interrupt();
        return answer;
    }
}
