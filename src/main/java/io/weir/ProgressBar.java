package io.weir;

import java.io.PrintStream;
import java.util.Locale;

/** One line on a terminal that tells how far a file is read; rewritten at most ten times a second. */
final class ProgressBar {
    private static final int WIDTH = 30;
    private static final long INTERVAL_NS = 100_000_000;

    private final PrintStream err;
    private final String name;
    private final long totalBytes;
    private long lastNs;
    private boolean drawn;

    /** @param totalBytes 0 if nobody knows */
    ProgressBar(PrintStream err, String name, long totalBytes) {
        this.err = err;
        this.name = name;
        this.totalBytes = totalBytes;
    }

    void update(long doneBytes, long frames, long nowNs) {
        if (drawn && nowNs - lastNs < INTERVAL_NS) {
            return;
        }
        lastNs = nowNs;
        drawn = true;
        err.print("\r\u001b[K" + line(doneBytes, frames));
        err.flush();
    }

    String line(long doneBytes, long frames) {
        String count = String.format(Locale.ROOT, "%,d frames", frames);
        if (totalBytes <= 0) {
            return name + "  " + count;
        }
        double share = Math.min(1, (double) doneBytes / totalBytes);
        int full = (int) (share * WIDTH);
        return name + "  [" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + (int) (share * 100) + " %  " + count;
    }

    /** Takes the line away, so that what follows starts clean. */
    void clear() {
        if (drawn) {
            err.print("\r\u001b[K");
            err.flush();
            drawn = false;
        }
    }
}
