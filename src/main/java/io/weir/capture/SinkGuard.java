package io.weir.capture;

/** Stands before a sink: keeps the latest time, and lets one bad frame cost one frame only. */
final class SinkGuard implements FrameHandler {
    private final FrameSink sink;
    private final CaptureListener listener;
    private long latestNs;
    private volatile long failures;

    SinkGuard(FrameSink sink, CaptureListener listener) {
        this.sink = sink;
        this.listener = listener;
    }

    @Override
    public void onFrame(Frame frame) {
        if (frame.timeNs() > latestNs) {
            latestNs = frame.timeNs();
        }
        try {
            sink.onFrame(frame);
        } catch (RuntimeException failure) {
            failures = failures + 1;
            listener.frameFailed(failure);
        }
    }

    boolean ready() {
        return sink.ready();
    }

    /** @param presentNs time that is over for certain, 0 if only the frames tell */
    void sliceEnded(long presentNs) {
        latestNs = Math.max(latestNs, presentNs);
        sink.sliceEnded(latestNs);
    }

    long failures() {
        return failures;
    }
}
