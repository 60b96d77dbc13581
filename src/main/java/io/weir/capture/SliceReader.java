package io.weir.capture;

import java.util.concurrent.locks.LockSupport;

/**
 * Reads the open source of a {@link CaptureVerticle} for one slice after the other, and now and then looks whether its
 * interfaces are still the same. The capture worker's thread.
 */
final class SliceReader {
    private static final long SLICE_NS = 10_000_000;
    private static final int WAIT_MS = 25;
    private static final long REFRESH_NS = 1_000_000_000;

    private final SinkGuard sink;
    private final CaptureLedger ledger;
    private final CaptureListener listener;
    private final WallClock clock = new WallClock(System::nanoTime);
    private long refreshedNs;

    SliceReader(SinkGuard sink, CaptureLedger ledger, CaptureListener listener) {
        this.sink = sink;
        this.ledger = ledger;
        this.listener = listener;
    }

    /** A source was just opened. */
    void begin() {
        refreshedNs = System.nanoTime();
    }

    /**
     * Hands on what comes within a slice.
     *
     * @return false at the end of a file
     * @throws CaptureException the source broke; what was readable before has been handed on
     */
    boolean read(FrameSource source) throws CaptureException {
        long startedNs = System.nanoTime();
        if (source instanceof LiveSource live) {
            watchClock(live);
        }
        if (!fetch(source, startedNs)) {
            return false;
        }
        if (startedNs - refreshedNs > REFRESH_NS && source instanceof LiveSource live) {
            refreshedNs = startedNs;
            if (live.refresh()) {
                listener.interfacesChanged(live.interfaces());
            }
        }
        return true;
    }

    private void watchClock(LiveSource live) {
        long backNs = clock.setBackNs(live::presentNs);
        if (backNs > 0) {
            sink.clockSetBack(backNs);
            listener.clockSetBack(backNs);
        }
    }

    private boolean fetch(FrameSource source, long startedNs) throws CaptureException {
        boolean idle = false;
        try {
            while (!idle && System.nanoTime() - startedNs < SLICE_NS) {
                if (!sink.wants(source)) {
                    LockSupport.parkNanos(SinkGuard.NOT_READY_NS);
                    break;
                }
                int frames = sink.take(source, CaptureVerticle.FRAMES_PER_POLL, WAIT_MS);
                if (frames == FrameSource.END) {
                    return false;
                }
                idle = frames == 0;
            }
        } finally {
            ledger.countNowAndThen(startedNs);
            sink.sliceEnded(idle && source instanceof LiveSource live ? live.presentNs() : 0);
        }
        return true;
    }
}
