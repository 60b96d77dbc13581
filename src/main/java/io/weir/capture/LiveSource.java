package io.weir.capture;

import java.util.List;

/** A source of frames as they pass. Methods belong to the capture worker's thread, as {@link FrameSource} says. */
public interface LiveSource extends FrameSource {
    Backend backend();

    /** Names of the interfaces that are captured now; {@link Interfaces#ANY} for all. Any thread. */
    List<String> interfaces();

    /** What is captured now. Any thread. */
    Filter filter();

    /**
     * Captures something else from now on. Frames that the kernel took before still come; none is lost by the change on
     * Linux. Elsewhere libpcap empties its buffer.
     *
     * @throws FilterException the filter cannot be used; the one before stays in force
     */
    void filter(Filter filter) throws FilterException;

    /**
     * Asks the interfaces what they lost, for {@link FrameSource.Statistics#droppedByInterface}. Reads files; any thread, but
     * better not one that frames or events wait for.
     */
    default void countLosses() {}

    /**
     * Looks which interfaces the patterns match now, and captures on those.
     *
     * @return whether {@link #interfaces} changed
     * @throws CaptureException an interface that was named, not matched, is gone, or none is left
     */
    boolean refresh() throws CaptureException;

    /** Times of frames that are still to come lie at most this far before the present. */
    long latencyNs();

    /** No frame of an earlier time will come, in nanoseconds since 1970. */
    default long presentNs() {
        return System.currentTimeMillis() * 1_000_000 - latencyNs();
    }

    /** As far as the source can: no frame is captured from now on; those that were can still be polled. */
    default void endIntake() {}

    /** So that a source whose buffer cannot be looked at never waits. */
    @Override
    default boolean crowded(int quarters) {
        return true;
    }
}
