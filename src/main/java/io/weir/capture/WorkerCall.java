package io.weir.capture;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/** Runs something on another context; the answer comes back on the caller's, if it has one. */
final class WorkerCall {
    private WorkerCall() {}

    static <T> Future<T> on(Context worker, Callable<T> action) {
        Context caller = Vertx.currentContext();
        Promise<T> promise = Promise.promise();
        worker.runOnContext(ignored -> {
            Future<T> done;
            try {
                done = Future.succeededFuture(action.call());
            } catch (Throwable failure) {
                // an Error too: whoever asked is waiting for an answer
                done = Future.failedFuture(failure);
            }
            Future<T> answer = done;
            if (caller == null) {
                answer.onComplete(promise);
            } else {
                caller.runOnContext(back -> answer.onComplete(promise));
            }
        });
        return promise.future();
    }
}
