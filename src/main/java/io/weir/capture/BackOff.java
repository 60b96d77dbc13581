package io.weir.capture;

/**
 * Pauses between attempts to open a source that broke: they double, up to a bound, until one that was opened has lived for
 * that long. One thread.
 */
final class BackOff {
    private static final long FIRST_MS = 250;
    private static final long LAST_MS = 10_000;

    private long pauseMs = FIRST_MS;
    private boolean opened;
    private long openedNs;

    long nextPauseMs() {
        if (opened && System.nanoTime() - openedNs > LAST_MS * 1_000_000) {
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
