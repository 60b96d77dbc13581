package io.weir.relay;

/** Where a stream stands in the list of streams, which is sorted by opening time, then id. */
public record StreamPlace(long openedNs, String stream) implements Comparable<StreamPlace> {
    public static StreamPlace of(StreamSummary summary) {
        return new StreamPlace(summary.open().timeNs(), summary.open().stream());
    }

    @Override
    public int compareTo(StreamPlace other) {
        int byTime = Long.compare(openedNs, other.openedNs);
        return byTime != 0 ? byTime : stream.compareTo(other.stream);
    }
}
