package io.weir;

import io.weir.capture.CaptureException;
import io.weir.capture.CaptureListener;
import io.weir.capture.FrameSource;
import io.weir.capture.LiveSource;
import io.weir.tally.DistinctErrors;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in plain words what becomes of the live capture. */
final class CaptureLog implements CaptureListener {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureLog.class);

    private static final long REPEAT_NS = 60_000_000_000L;

    private final DistinctErrors defects = new DistinctErrors();
    private final int ownPort;
    private volatile LiveSource source;
    private String told;
    private long toldNs;

    CaptureLog(int ownPort) {
        this.ownPort = ownPort;
    }

    @Override
    public void opened(FrameSource opened) {
        synchronized (this) {
            told = null;
        }
        source = (LiveSource) opened;
        LOG.info("capturing on {}", describe(source));
    }

    @Override
    public void interfacesChanged(List<String> names) {
        LOG.info("capturing on {} now", String.join(", ", names));
    }

    @Override
    public void clockSetBack(long byNs) {
        LOG.warn(
                "the clock was set back by {} s: the open streams are closed as stopped, and what goes on of them is"
                        + " opened anew",
                byNs / 1_000_000_000);
    }

    @Override
    public void broken(CaptureException failure, long retryInMs) {
        OutOfMemory.endIf(failure);
        if (repeated(failure.getMessage())) {
            return;
        }
        String again = retryInMs < 0 ? "" : " Trying again in " + retryInMs + " ms.";
        LOG.warn("capture: {}{}", failure.getMessage(), again);
    }

    /** What is tried again for hours is told once a minute. Any of the capture's threads. */
    private synchronized boolean repeated(String message) {
        long nowNs = System.nanoTime();
        if (message.equals(told) && nowNs - toldNs < REPEAT_NS) {
            return true;
        }
        told = message;
        toldNs = nowNs;
        return false;
    }

    @Override
    public void frameFailed(RuntimeException failure) {
        long count = defects.observe("frame", failure.toString(), 0);
        if (count > 0) {
            LOG.error("a frame was lost by a defect of weir: {} ({} so far)", failure.toString(), count, failure);
        }
    }

    /** For a further worker of the same capture: it tells its troubles only. */
    CaptureListener withoutNews() {
        return new CaptureListener() {
            @Override
            public void broken(CaptureException failure, long retryInMs) {
                CaptureLog.this.broken(failure, retryInMs);
            }

            @Override
            public void frameFailed(RuntimeException failure) {
                CaptureLog.this.frameFailed(failure);
            }
        };
    }

    /** What is or was last captured on; null before the first time. Any thread. */
    LiveSource source() {
        return source;
    }

    private String describe(LiveSource live) {
        String what =
                live.filter().isNone() ? "everything" : "only '" + live.filter().expression() + "'";
        return String.join(", ", live.interfaces()) + " by " + live.backend().label() + ": " + what
                + ", but never weir's own port " + ownPort;
    }
}
