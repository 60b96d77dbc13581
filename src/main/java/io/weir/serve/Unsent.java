package io.weir.serve;

import io.vertx.core.Future;
import io.weir.tally.Counters;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of whole answers that wait for clients to take them, all together. A client may ask without ever reading, a
 * hundred times on one connection. Any thread.
 */
final class Unsent {
    static final long MAX_BYTES = 16 << 20;

    private final Counters<ServeCounter> counters;
    private final AtomicLong bytes = new AtomicLong();

    Unsent(Counters<ServeCounter> counters) {
        this.counters = counters;
    }

    /** @throws Problem too much waits for an answer of this length to wait as well; one alone may be longer */
    void checkRoom(long length) {
        if (bytes.get() > 0 && bytes.get() + length > MAX_BYTES) {
            counters.increment(ServeCounter.ANSWERS_REFUSED);
            throw new Problem(
                    ProblemKind.BUSY,
                    bytes + " bytes of answers wait for clients that do not take them; try again later");
        }
    }

    /** @param sent completes when the socket has taken the bytes, or never will */
    void add(long length, Future<Void> sent) {
        bytes.addAndGet(length);
        sent.onComplete(done -> bytes.addAndGet(-length));
    }

    long bytes() {
        return bytes.get();
    }
}
