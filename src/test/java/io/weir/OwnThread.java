package io.weir;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Runs what may block, each on a thread of its own. The common pool will not do: on two processors it has one thread, which
 * Java 25 gives to every CompletableFuture.
 */
public final class OwnThread {
    private OwnThread() {}

    /** Completes with what the task returns or throws. */
    public static <T> CompletableFuture<T> call(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(task.call());
                    } catch (Throwable problem) {
                        result.completeExceptionally(problem);
                    }
                },
                "test-task");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** Completes once the task has returned or thrown. */
    public static CompletableFuture<Void> run(Runnable task) {
        return call(() -> {
            task.run();
            return null;
        });
    }
}
