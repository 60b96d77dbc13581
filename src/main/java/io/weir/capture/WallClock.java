package io.weir.capture;

import java.util.function.LongSupplier;

/**
 * Notices that the machine's clock, which the frames' times come from, was set back. That is told from the clock that nobody
 * can set: a pause of the whole process lets both go on. One thread.
 */
final class WallClock {
    /** Less is no harm: whatever waits for a time waits that much longer, once. */
    private static final long LEAST_NS = 1_000_000_000;
    /** The two clocks were not read at the same time. */
    private static final long PAUSED_NS = 100_000_000;

    private final LongSupplier steadyNs;
    private boolean known;
    private long aheadNs;

    /** @param steadyNs as {@link System#nanoTime} */
    WallClock(LongSupplier steadyNs) {
        this.steadyNs = steadyNs;
    }

    /**
     * How far it was set back since the last call; 0 if it was not, or only little.
     *
     * @param wallNs the clock in question
     */
    long setBackNs(LongSupplier wallNs) {
        long beforeNs = steadyNs.getAsLong();
        long presentNs = wallNs.getAsLong();
        if (steadyNs.getAsLong() - beforeNs > PAUSED_NS) {
            return 0;
        }
        long backNs = known ? aheadNs - (presentNs - beforeNs) : 0;
        known = true;
        aheadNs = presentNs - beforeNs;
        return backNs < LEAST_NS ? 0 : backNs;
    }
}
