package io.weir.serve;

import io.vertx.core.Future;
import io.weir.tally.Counters;
import java.util.function.Supplier;

/** So many answers of one kind are made at a time; one more is refused, because each takes memory. One event loop. */
final class Turns {
    private final String what;
    private final int most;
    private final Counters<ServeCounter> counters;
    private int taken;

    /** @param what is answered, in the plural */
    Turns(String what, int most, Counters<ServeCounter> counters) {
        this.what = what;
        this.most = most;
        this.counters = counters;
    }

    /** Starts the work unless all turns are taken; the turn ends with the work. */
    <T> Future<T> take(Supplier<Future<T>> work) {
        if (taken >= most) {
            counters.increment(ServeCounter.ANSWERS_REFUSED);
            return Future.failedFuture(
                    new Problem(ProblemKind.BUSY, most + " " + what + " are being made already; try again later"));
        }
        taken++;
        return work.get().onComplete(done -> taken--);
    }
}
