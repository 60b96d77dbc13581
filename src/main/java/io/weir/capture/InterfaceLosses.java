package io.weir.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Frames that interfaces lost before the kernel's capture point since capture on them began, as far as their drivers tell.
 * The sum never goes back: an interface that has gone leaves what it had lost when it was last looked at, and one that is
 * made again under its name, with another index, begins anew. Any thread but where a method says more.
 */
final class InterfaceLosses {
    private static final Path STATISTICS = Path.of("/sys/class/net");
    private static final long UNTOLD = -1;

    private final Path statistics;
    /** What each one's driver told last, by index. */
    private final Map<Integer, Long> told = new ConcurrentHashMap<>();

    private volatile List<LiveInterface> interfaces = List.of();
    /** Written while looking, which one thread does at a time. */
    private volatile long sum;

    InterfaceLosses() {
        this(STATISTICS);
    }

    /** @param statistics where the kernel shows the interfaces' counters */
    InterfaceLosses(Path statistics) {
        this.statistics = statistics;
    }

    /** From now on it is about these; what a new one lost before does not count. Reads files of new ones. One thread. */
    void follow(List<LiveInterface> now) {
        told.keySet().retainAll(now.stream().map(LiveInterface::index).toList());
        for (LiveInterface entry : now) {
            told.computeIfAbsent(entry.index(), index -> lost(entry.name()));
        }
        interfaces = now;
    }

    /** Asks the drivers. Reads two files of each interface: not for the capture thread, as a rule. */
    synchronized void look() {
        for (LiveInterface entry : interfaces) {
            long lost = lost(entry.name());
            Long before = told.get(entry.index());
            boolean known = lost != UNTOLD && before != null && told.replace(entry.index(), before, lost);
            if (known && before != UNTOLD) {
                // a driver that was set back counts from 0 again
                sum += lost >= before ? lost - before : lost;
            }
        }
    }

    /** As of the last look. */
    long sum() {
        return sum;
    }

    private long lost(String name) {
        Path counters = statistics.resolve(name).resolve("statistics");
        try {
            return counter(counters, "rx_missed_errors") + counter(counters, "rx_fifo_errors");
        } catch (IOException | NumberFormatException untold) {
            return UNTOLD;
        }
    }

    private static long counter(Path counters, String name) throws IOException {
        return Long.parseLong(Files.readString(counters.resolve(name)).strip());
    }
}
