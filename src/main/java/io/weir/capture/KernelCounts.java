package io.weir.capture;

import io.weir.capture.FrameSource.Statistics;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the kernel has seen and dropped, beside what was handed on: at every moment each frame is in exactly one of
 * delivered, waiting and dropped. The capture thread writes, any thread reads.
 */
final class KernelCounts {
    private record Sums(long received, long dropped) {}

    /** In one reference, so that a reader never sees frames of one reading beside drops of another. */
    private volatile Sums sums = new Sums(0, 0);
    // one writer, so an ordered store does
    private final AtomicLong delivered = new AtomicLong();

    /** Counts frames that are handed on. */
    void delivered(int frames) {
        delivered.setRelease(delivered.getPlain() + frames);
    }

    /**
     * Adds what the kernel counted since it was last asked.
     *
     * @param received frames that it took, those included that it dropped
     */
    void add(long received, long dropped) {
        if (received != 0 || dropped != 0) {
            Sums before = sums;
            sums = new Sums(before.received + received, before.dropped + dropped);
        }
    }

    /** Counts as dropped what waits: nothing will be handed on any more. */
    void end() {
        Sums last = sums;
        add(0, Math.max(0, last.received - last.dropped - delivered.getPlain()));
    }

    Statistics statistics(long droppedByInterface, Map<String, Long> byInterface) {
        Sums asked = sums;
        long handedOn = delivered.getAcquire();
        // the kernel is asked now and then only; what was handed on since was received for certain
        long waiting = Math.max(0, asked.received - asked.dropped - handedOn);
        long received = handedOn + waiting + asked.dropped;
        return new Statistics(received, handedOn, waiting, asked.dropped, droppedByInterface, byInterface);
    }
}
