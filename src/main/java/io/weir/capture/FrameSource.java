package io.weir.capture;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where frames come from: a file, a packet ring, libpcap. All methods but {@link #statistics} and {@link #interrupt} belong to
 * one thread, the capture worker's.
 */
public interface FrameSource extends AutoCloseable {
    /** {@link #poll} says that no frame will ever come again. */
    int END = -1;

    /**
     * Hands on frames that are there, waiting a little for the first one.
     *
     * @param maxFrames hands on at most this many (a source may round up to what it holds in one block)
     * @param waitMs waits at most about this long; 0 does not wait
     * @return frames handed on, 0 if none came, {@link #END} at the end of a file
     * @throws CaptureException the source broke (a damaged file, a vanished interface); what was readable before has
     *     been handed on
     */
    int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException;

    /** Whether this many quarters of the buffer ahead of {@link #poll} are full, or may be. A file loses nothing. */
    default boolean crowded(int quarters) {
        return false;
    }

    /** Name of an interface that a {@link Frame#interfaceIndex} speaks of; a stable text for any index. */
    String interfaceName(int interfaceIndex);

    /**
     * Frames seen by the kernel, delivered, dropped; cumulative since opening. Any thread.
     *
     * <p>At every moment received = delivered + waiting + droppedByKernel. How many frames the kernel holds is known as of
     * the latest {@link #countNow}.
     */
    Statistics statistics();

    /** Asks the kernel for its counters. */
    default void countNow() {}

    /** Makes a waiting {@link #poll} return soon. Any thread. */
    void interrupt();

    @Override
    void close();

    /**
     * @param received frames that passed the filter, dropped ones included
     * @param delivered frames handed on by {@link #poll}
     * @param waiting frames that lie in the kernel's buffer and were not handed on yet; none after {@link #close}
     * @param droppedByKernel frames lost because this program did not keep up
     * @param droppedByInterface frames lost before the kernel's capture point, as far as the interface tells;
     *     a live source knows it as of its last {@link LiveSource#countLosses}
     * @param byInterface delivered frames for each interface
     */
    record Statistics(
            long received,
            long delivered,
            long waiting,
            long droppedByKernel,
            long droppedByInterface,
            Map<String, Long> byInterface) {
        Statistics withByInterface(Map<String, Long> frames) {
            return new Statistics(received, delivered, waiting, droppedByKernel, droppedByInterface, frames);
        }

        /**
         * Those of two sources together.
         *
         * @param droppedByInterface of both: the sum, unless they were losing the same frames
         */
        public Statistics and(Statistics other, long droppedByInterface) {
            Map<String, Long> frames = new TreeMap<>(byInterface);
            other.byInterface.forEach((name, count) -> frames.merge(name, count, Long::sum));
            return new Statistics(
                    received + other.received,
                    delivered + other.delivered,
                    waiting + other.waiting,
                    droppedByKernel + other.droppedByKernel,
                    droppedByInterface,
                    frames);
        }
    }
}
