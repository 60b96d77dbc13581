package io.weir.capture;

/** Pauses between attempts to open a source that broke: they double, up to a bound, until an attempt succeeds. */
final class BackOff {
    private static final long FIRST_MS = 250;
    private static final long LAST_MS = 10_000;

    private long pauseMs = FIRST_MS;

    long nextPauseMs() {
        long pause = pauseMs;
        pauseMs = Math.min(LAST_MS, 2 * pauseMs);
        return pause;
    }

    void succeeded() {
        pauseMs = FIRST_MS;
    }
}
