package io.weir.serve;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.weir.relay.StreamEvent;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Turns a pcap-filter expression into a question about a stream. Called on a worker thread; may block for a second or two. */
@FunctionalInterface
public interface FilterCompiler {
    /**
     * The one thread that compiles expressions, also those of the capture. Nothing can stop libpcap while it does, so one
     * thread is all that filters can take from the node, and not one of those that everything else shares.
     */
    static WorkerExecutor worker(Vertx vertx) {
        return vertx.createSharedWorkerExecutor("weir-filter", 1, 1, TimeUnit.MINUTES);
    }

    /**
     * @return asked once for each stream, on the partitions' threads
     * @throws CaptureControl.RefusedException the expression is wrong, with libpcap's own words, or filters need what is
     *     not installed
     */
    Predicate<StreamEvent.Open> compile(String expression) throws CaptureControl.RefusedException;
}
