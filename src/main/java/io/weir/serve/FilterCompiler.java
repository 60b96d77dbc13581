package io.weir.serve;

import io.weir.relay.StreamEvent;
import java.util.function.Predicate;

/** Turns a pcap-filter expression into a question about a stream. Called on a worker thread; may block shortly. */
@FunctionalInterface
public interface FilterCompiler {
    /**
     * @return asked once for each stream, on the partitions' threads
     * @throws CaptureControl.RefusedException the expression is wrong, with libpcap's own words, or filters need what is
     *     not installed
     */
    Predicate<StreamEvent.Open> compile(String expression) throws CaptureControl.RefusedException;
}
