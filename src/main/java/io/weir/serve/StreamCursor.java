package io.weir.serve;

import io.weir.relay.StreamPlace;

/** A place in the list of streams, as the answers and the next request spell it. */
final class StreamCursor {
    private StreamCursor() {}

    /** @throws IllegalArgumentException it is not one of ours */
    static StreamPlace parse(String text) {
        int point = text.indexOf('.');
        if (point < 1 || text.length() > 200) {
            throw new IllegalArgumentException();
        }
        return new StreamPlace(Long.parseLong(text.substring(0, point)), text.substring(point + 1));
    }

    static String text(StreamPlace place) {
        return place.openedNs() + "." + place.stream();
    }
}
