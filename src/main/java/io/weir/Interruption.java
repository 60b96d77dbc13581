package io.weir;

import io.weir.capture.FrameSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a replay end in good order when the process is asked to stop: reading stops, all streams are closed and written, and
 * only then does the process end.
 */
final class Interruption implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;

    private final Thread hook = new Thread(this::ask, "weir-stop");
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean asked;
    private volatile FrameSource source;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What is read now. */
    void source(FrameSource current) {
        source = current;
        if (asked) {
            current.interrupt();
        }
    }

    boolean asked() {
        return asked;
    }

    private void ask() {
        asked = true;
        FrameSource current = source;
        if (current != null) {
            current.interrupt();
        }
        try {
            done.await(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything is written. */
    @Override
    public void close() {
        done.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException already) {
                // asked right now: the hook finds that all is done
            }
        }
    }
}
