package io.weir.relay;

import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Streams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Makes one page of the list of streams in steps, so that packets are served in between. Holds no more summaries than the
 * page shows, and one more.
 */
final class Listing {
    private final RelayedStream[] streams;
    private final ListStreams asked;
    private final Comparator<StreamPlace> order;
    /** The last of the page on top. */
    private final PriorityQueue<StreamSummary> nearest;

    private long matching;
    private int done;

    /** @param streams the newest first, as far as that is known; the page is the cheaper, the better they are sorted */
    Listing(RelayedStream[] streams, ListStreams asked) {
        this.streams = streams;
        this.asked = asked;
        order = asked.newestFirst() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        nearest = new PriorityQueue<>(Comparator.comparing(StreamPlace::of, order.reversed()));
    }

    /** Looks at the next {@code most} streams; true if that was all. */
    boolean step(int most) {
        int end = Math.min(streams.length, done + most);
        for (; done < end; done++) {
            look(streams[asked.newestFirst() ? done : streams.length - 1 - done]);
        }
        return done == streams.length;
    }

    private void look(RelayedStream stream) {
        if (asked.state().excludes(stream.isOpen()) || !stream.matches(asked.flows())) {
            return;
        }
        matching++;
        if (asked.after() != null && !behind(stream, asked.after())) {
            return;
        }
        if (nearest.size() > asked.limit()) {
            if (behind(stream, StreamPlace.of(nearest.element()))) {
                return;
            }
            nearest.remove();
        }
        nearest.add(stream.summary());
    }

    /** Asks for the id of a stream, which is a text to be made, only where the time does not decide. */
    private boolean behind(RelayedStream stream, StreamPlace place) {
        int byTime = Long.compare(stream.openedNs(), place.openedNs());
        int ascending = byTime != 0 ? byTime : stream.id().compareTo(place.stream());
        return asked.newestFirst() ? ascending < 0 : ascending > 0;
    }

    /** After the last step. */
    Streams page() {
        List<StreamSummary> sorted = new ArrayList<>(nearest);
        sorted.sort(Comparator.comparing(StreamPlace::of, order));
        return new Streams(sorted, matching);
    }
}
