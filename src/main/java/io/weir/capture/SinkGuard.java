package io.weir.capture;

import java.util.concurrent.locks.LockSupport;

/** Stands before a sink: keeps the latest time, and lets one bad frame cost one frame only. */
final class SinkGuard implements FrameHandler {
    static final long NOT_READY_NS = 1_000_000;
    /** Before anybody complains of a worker that is blocked. */
    private static final long LAST_WORK_NS = 1_500_000_000;

    private final FrameSink sink;
    private final CaptureListener listener;
    private long latestNs;
    /** The clock was set back so far, and no frame of the time since was seen yet; 0 if not. */
    private long setBackNs;

    private volatile long failures;

    SinkGuard(FrameSink sink, CaptureListener listener) {
        this.sink = sink;
        this.listener = listener;
    }

    @Override
    public void onFrame(Frame frame) {
        if (frame.timeNs() > latestNs) {
            latestNs = frame.timeNs();
        } else if (latestNs - frame.timeNs() > setBackNs >> 1 && setBackNs > 0) {
            startTimeAnew();
        }
        try {
            sink.onFrame(frame);
        } catch (RuntimeException failure) {
            failures = failures + 1;
            listener.frameFailed(failure);
        }
    }

    /** Frames that were captured before may still come. */
    void clockSetBack(long byNs) {
        setBackNs = byNs;
    }

    private void startTimeAnew() {
        setBackNs = 0;
        latestNs = 0;
        sink.timeStartsAnew();
    }

    /** Whether the source should be polled now. */
    boolean wants(FrameSource source) {
        return sink.ready() || source.crowded(2) && (sink.readyWhereRead() || source.crowded(3));
    }

    /** {@link FrameSource#poll}, but the sink publishes what was handed on before the source is waited for. */
    int take(FrameSource source, int maxFrames, int waitMs) throws CaptureException {
        int frames = source.poll(this, maxFrames, 0);
        if (frames == 0) {
            sink.flush();
            frames = source.poll(this, maxFrames, waitMs);
        }
        return frames;
    }

    /**
     * Ends the intake of a source and hands on what it still holds, as fast as there is room. What is not handed on in time
     * the source counts as dropped.
     */
    void drain(LiveSource source) throws CaptureException {
        source.endIntake();
        int waitMs = (int) (source.latencyNs() / 1_000_000);
        long deadlineNs = System.nanoTime() + LAST_WORK_NS;
        int frames = 1;
        while (frames > 0 && System.nanoTime() < deadlineNs) {
            if (sink.ready() || sink.readyWhereRead()) {
                frames = source.poll(this, CaptureVerticle.FRAMES_PER_POLL, waitMs);
            } else {
                sliceEnded(0);
                LockSupport.parkNanos(NOT_READY_NS);
            }
        }
        sliceEnded(0);
    }

    /** @param presentNs time that is over for certain, 0 if only the frames tell */
    void sliceEnded(long presentNs) {
        if (setBackNs > 0 && presentNs > 0) {
            startTimeAnew();
        }
        latestNs = Math.max(latestNs, presentNs);
        sink.sliceEnded(latestNs);
    }

    long failures() {
        return failures;
    }
}
