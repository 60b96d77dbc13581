package io.weir.relay;

import java.util.ArrayList;
import java.util.List;

/** Summarises many streams in steps, so that packets are served in between. */
final class Listing {
    private final RelayedStream[] streams;
    private final FlowFilter flows;
    private final List<StreamSummary> summaries = new ArrayList<>();
    private int done;

    Listing(RelayedStream[] streams, FlowFilter flows) {
        this.streams = streams;
        this.flows = flows;
    }

    /** Looks at the next {@code most} streams; true if that was all. */
    boolean step(int most) {
        int end = Math.min(streams.length, done + most);
        for (; done < end; done++) {
            if (streams[done].matches(flows)) {
                summaries.add(streams[done].summary());
            }
        }
        return done == streams.length;
    }

    List<StreamSummary> summaries() {
        return summaries;
    }
}
