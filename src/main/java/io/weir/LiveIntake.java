package io.weir;

import io.weir.capture.Frame;
import io.weir.capture.FrameSink;
import io.weir.partition.Partitioner;

/**
 * From the live capture into the lanes. While a lane is nearly full, frames stay in the kernel's buffer up to half of that;
 * then a full lane drops and counts, so that one slow partition does not cost the others their frames.
 */
final class LiveIntake implements FrameSink {
    private static final int ROOM_TO_GO_ON = 4;

    private final Intake intake;
    private final Partitioner lanes;
    private volatile long lastSliceNs = System.nanoTime();

    /** @param intake hands its segments to {@code lanes} */
    LiveIntake(Intake intake, Partitioner lanes) {
        this.intake = intake;
        this.lanes = lanes;
    }

    @Override
    public void onFrame(Frame frame) {
        intake.onFrame(frame);
    }

    @Override
    public boolean ready() {
        return lanes.freeBytes() >= lanes.lane(0).capacityBytes() / ROOM_TO_GO_ON;
    }

    @Override
    public void sliceEnded(long timeNs) {
        if (timeNs > 0) {
            intake.defragmenter().expire(timeNs);
            lanes.offerTime(timeNs);
        }
        lanes.flush();
        lastSliceNs = System.nanoTime();
    }

    Intake intake() {
        return intake;
    }

    /** How long ago the capture's thread was seen at work. Any thread. */
    long silentNs() {
        return System.nanoTime() - lastSliceNs;
    }
}
