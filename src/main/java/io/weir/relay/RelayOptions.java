package io.weir.relay;

/**
 * What a {@link StreamRelay} keeps, and what it tells without being asked.
 *
 * @param types of events told to slot 0 from the start, bits of {@link EventType}; 0 where only subscriptions count
 * @param payload whether those events carry their bytes
 * @param retainedBytes bound on all memory for retained bytes; 0 retains nothing
 * @param retainedHeadBytes retained of the beginning of each direction
 * @param retainedTailBytes retained of the newest bytes of each direction
 * @param closedStreams how many closed streams the catalogue remembers; 0 none
 * @param replay marks the streams as coming from an uploaded capture
 */
public record RelayOptions(
        int types,
        boolean payload,
        long retainedBytes,
        int retainedHeadBytes,
        int retainedTailBytes,
        int closedStreams,
        boolean replay) {
    public static final int DEFAULT_RETAINED_EDGE_BYTES = 64 << 10;

    /** Tells every event of every stream to the one sink, and remembers nothing: for a file that is read once. */
    public static RelayOptions everything(boolean payload) {
        return new RelayOptions(EventType.ALL, payload, 0, 0, 0, 0, false);
    }

    /** Tells what subscriptions ask for. */
    public static RelayOptions onDemand(long retainedBytes, int closedStreams) {
        return new RelayOptions(
                0,
                false,
                retainedBytes,
                DEFAULT_RETAINED_EDGE_BYTES,
                DEFAULT_RETAINED_EDGE_BYTES,
                closedStreams,
                false);
    }

    public RelayOptions withTypes(int newTypes) {
        return new RelayOptions(
                newTypes, payload, retainedBytes, retainedHeadBytes, retainedTailBytes, closedStreams, replay);
    }

    public RelayOptions withRetainedEdges(int headBytes, int tailBytes) {
        return new RelayOptions(types, payload, retainedBytes, headBytes, tailBytes, closedStreams, replay);
    }

    public RelayOptions asReplay() {
        return new RelayOptions(
                types, payload, retainedBytes, retainedHeadBytes, retainedTailBytes, closedStreams, true);
    }
}
