package io.weir;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends the process when Java's heap is full. Whoever needs memory next, an event loop or the capture's thread, would die of it
 * one after the other, and what is left would neither answer nor heed a signal.
 */
final class OutOfMemory {
    private static final int MOST_CAUSES = 8;
    private static final FileOutputStream ERR = new FileOutputStream(FileDescriptor.err);
    /** Made beforehand: then there is no memory for it. */
    private static final byte[] WORDS = ("weir: Java's heap of "
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MiB is full, and nothing can be relied on without memory, so weir ends. Start it with more, as in"
                    + " 'java -Xmx512m -jar weir.jar', or lower the bounds that 'weir config' shows.\n")
            .getBytes(StandardCharsets.UTF_8);

    private static boolean told;

    private OutOfMemory() {}

    /** From now on no thread dies of it alone. */
    static void guard() {
        // what a first call needs is made now
        isHeap(new OutOfMemoryError(""));
        Thread.setDefaultUncaughtExceptionHandler(OutOfMemory::died);
    }

    private static void died(Thread thread, Throwable failure) {
        try {
            endIf(failure);
            System.err.println("weir: unexpected failure on thread " + thread.getName() + ": " + failure);
        } catch (OutOfMemoryError again) {
            end();
        }
    }

    /** Ends the process if this came of a full heap. */
    static void endIf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
            if (cause instanceof OutOfMemoryError full && isHeap(full)) {
                end();
            }
            cause = cause.getCause();
        }
    }

    /** Memory outside of the heap, or a thread, may be had again when somebody else gives it back. */
    private static boolean isHeap(OutOfMemoryError full) {
        String what = full.getMessage();
        return what == null || what.startsWith("Java heap space") || what.startsWith("GC overhead");
    }

    private static synchronized void end() {
        try {
            if (!told) {
                told = true;
                ERR.write(WORDS);
            }
        } catch (IOException unheard) {
            // nobody listens
        } finally {
            Runtime.getRuntime().halt(Main.FAILED);
        }
    }
}
