package io.weir.serve;

import io.weir.relay.StreamSummary;
import java.util.Comparator;

/** A place in the list of streams, which is sorted by opening time, then id. */
record StreamCursor(long openedNs, String stream) {
    static final Comparator<StreamSummary> OLDEST_FIRST = Comparator.<StreamSummary>comparingLong(
                    summary -> summary.open().timeNs())
            .thenComparing(summary -> summary.open().stream());

    static StreamCursor at(StreamSummary summary) {
        return new StreamCursor(summary.open().timeNs(), summary.open().stream());
    }

    /** @throws IllegalArgumentException it is not one of ours */
    static StreamCursor parse(String text) {
        int point = text.indexOf('.');
        if (point < 1 || text.length() > 200) {
            throw new IllegalArgumentException();
        }
        return new StreamCursor(Long.parseLong(text.substring(0, point)), text.substring(point + 1));
    }

    String text() {
        return openedNs + "." + stream;
    }

    /** Whether the stream stands behind this place, in ascending order. */
    boolean before(StreamSummary summary) {
        return compareTo(summary) < 0;
    }

    /** Whether the stream stands in front of this place, in ascending order. */
    boolean after(StreamSummary summary) {
        return compareTo(summary) > 0;
    }

    private int compareTo(StreamSummary summary) {
        int byTime = Long.compare(openedNs, summary.open().timeNs());
        return byTime != 0 ? byTime : stream.compareTo(summary.open().stream());
    }
}
