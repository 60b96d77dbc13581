package io.weir.capture;

/**
 * Pauses between attempts to open a source that broke: they double, up to a bound, until one that was opened has lived for
 * a while. One thread.
 */
final class BackOff {
    private static final long FIRST_MS = 250;
    /** What is back is captured again within five seconds. */
    private static final long LAST_MS = 4_000;

    private static final long LIVED_NS = 10_000_000_000L;

    private long pauseMs = FIRST_MS;
    private boolean opened;
    private long openedNs;

    long nextPauseMs() {
        if (opened && System.nanoTime() - openedNs > LIVED_NS) {
            pauseMs = FIRST_MS;
        }
        opened = false;
        long pause = pauseMs;
        pauseMs = Math.min(LAST_MS, 2 * pauseMs);
        return pause;
    }

    /** An attempt succeeded, for now. */
    void opened() {
        opened = true;
        openedNs = System.nanoTime();
    }
}
