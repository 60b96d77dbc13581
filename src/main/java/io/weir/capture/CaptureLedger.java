package io.weir.capture;

import io.weir.capture.FrameSource.Statistics;
import java.util.Map;

/** Adds up the statistics of the sources that were open one after the other. Any thread; not for the packet path. */
final class CaptureLedger {
    private static final long COUNT_NS = 50_000_000;
    private static final Statistics NOTHING = new Statistics(0, 0, 0, 0, 0, Map.of());

    private Statistics before = NOTHING;
    private FrameSource open;
    private FrameSource last;
    private long reopenings;
    private long countedNs;

    synchronized void opened(FrameSource source) {
        open = source;
        last = source;
    }

    synchronized void reopened() {
        reopenings++;
    }

    synchronized void closed(FrameSource source) {
        before = sum(before, source.statistics());
        open = null;
    }

    /** Asks the open source's kernel for its counters. Capture thread. */
    synchronized void countNow() {
        if (open != null) {
            open.countNow();
        }
    }

    /** The same, if it was not done just before. Capture thread. */
    void countNowAndThen(long nowNs) {
        if (nowNs - countedNs > COUNT_NS) {
            countedNs = nowNs;
            countNow();
        }
    }

    /** Makes the open source return if it waits for frames. */
    synchronized void interrupt() {
        if (open instanceof LiveSource) {
            open.interrupt();
        }
    }

    synchronized Statistics statistics() {
        return open == null ? before : sum(before, open.statistics());
    }

    synchronized long reopenings() {
        return reopenings;
    }

    String interfaceName(int index) {
        FrameSource source;
        synchronized (this) {
            source = last;
        }
        return source == null ? "interface-" + index : source.interfaceName(index);
    }

    private static Statistics sum(Statistics one, Statistics other) {
        return one.and(other, one.droppedByInterface() + other.droppedByInterface());
    }
}
