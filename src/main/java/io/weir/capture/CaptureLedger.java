package io.weir.capture;

import io.weir.capture.FrameSource.Statistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Adds up the statistics of the sources that were open one after the other. The capture thread changes it, any thread
 * reads, and neither waits for the other; not for the packet path.
 *
 * <p>Of the sources that are closed it keeps the names of {@value InterfaceTally#MAX_INTERFACES} interfaces. When there are
 * more, those that the last source did not see join {@value InterfaceTally#OTHERS}, the ones with the fewest frames first.
 */
final class CaptureLedger {
    private static final long COUNT_NS = 50_000_000;
    private static final Statistics NOTHING = new Statistics(0, 0, 0, 0, 0, Map.of());

    /**
     * In one reference, so that no source is counted twice or left out while it is closed.
     *
     * @param before of the sources that are closed
     * @param open null while none is
     * @param last the open one, or that which was; null before the first
     */
    private record Sources(Statistics before, FrameSource open, FrameSource last) {}

    private volatile Sources sources = new Sources(NOTHING, null, null);
    private volatile long reopenings;
    private long countedNs;

    /** Capture thread. */
    void opened(FrameSource source) {
        sources = new Sources(sources.before, source, source);
    }

    /** Capture thread. */
    void reopened() {
        reopenings = reopenings + 1;
    }

    /** Capture thread. */
    void closed(FrameSource source) {
        if (source instanceof LiveSource live) {
            // nobody will ask this one any more
            live.countLosses();
        }
        Statistics last = source.statistics();
        Statistics all = sum(sources.before, last);
        sources = new Sources(bounded(all, last.byInterface().keySet()), null, source);
    }

    private static Statistics bounded(Statistics all, Set<String> seenLast) {
        int tooMany = all.byInterface().size() - InterfaceTally.MAX_INTERFACES;
        if (tooMany <= 0) {
            return all;
        }
        Map<String, Long> frames = new TreeMap<>(all.byInterface());
        all.byInterface().entrySet().stream()
                .filter(entry ->
                        !seenLast.contains(entry.getKey()) && !entry.getKey().equals(InterfaceTally.OTHERS))
                .sorted(Map.Entry.comparingByValue())
                .limit(tooMany)
                .forEach(entry -> {
                    frames.remove(entry.getKey());
                    frames.merge(InterfaceTally.OTHERS, entry.getValue(), Long::sum);
                });
        return all.withByInterface(frames);
    }

    /** Asks the open source's kernel for its counters. Capture thread. */
    void countNow() {
        FrameSource open = sources.open;
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

    /** Asks the open source's interfaces what they lost. Not the capture thread. */
    void countLosses() {
        if (sources.open instanceof LiveSource live) {
            live.countLosses();
        }
    }

    /** Makes the open source return if it waits for frames. */
    void interrupt() {
        if (sources.open instanceof LiveSource live) {
            live.interrupt();
        }
    }

    Statistics statistics() {
        Sources now = sources;
        return now.open == null ? now.before : sum(now.before, now.open.statistics());
    }

    long reopenings() {
        return reopenings;
    }

    String interfaceName(int index) {
        FrameSource source = sources.last;
        return source == null ? "interface-" + index : source.interfaceName(index);
    }

    private static Statistics sum(Statistics one, Statistics other) {
        return one.and(other, one.droppedByInterface() + other.droppedByInterface());
    }
}
