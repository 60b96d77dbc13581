package io.weir;

import io.weir.capture.Frame;
import io.weir.capture.FrameSink;
import io.weir.partition.Lane;
import io.weir.partition.Partitioner;
import java.util.Arrays;
import java.util.BitSet;

/**
 * From the live capture into the lanes. While a lane is nearly full, frames stay in the kernel's buffer up to half of that;
 * up to three quarters if it is a lane that is being read. Then, and at once for a lane that was not read for seconds, a
 * full lane drops and counts, so that one slow partition does not cost the others their frames, nor for long their time.
 */
final class LiveIntake implements FrameSink {
    private static final int ROOM_TO_GO_ON = 4;
    /**
     * A nearly full lane from which nothing was read for so long is not being read. One whose reader only waits for a
     * processor is: on two busy cores that takes tens of milliseconds, and a container at its CPU limit gets none for most of
     * the kernel's period of 100 ms.
     */
    private static final long STALLED_NS = 200_000_000;
    /** After so long nobody waits for it any more. */
    private static final long HANGING_NS = 3_000_000_000L;

    private final Intake intake;
    private final Partitioner lanes;
    private final int roomBytes;
    private final long[] consumed;
    private final long[] consumedNs;
    /** Lanes that are to be told, as soon as they have room, that everything in them ends here. */
    private final BitSet ending = new BitSet();

    private volatile long lastSliceNs = System.nanoTime();

    /** @param intake hands its segments to {@code lanes} */
    LiveIntake(Intake intake, Partitioner lanes) {
        this.intake = intake;
        this.lanes = lanes;
        roomBytes = lanes.lane(0).capacityBytes() / ROOM_TO_GO_ON;
        consumed = new long[lanes.lanes()];
        consumedNs = new long[lanes.lanes()];
        Arrays.fill(consumedNs, lastSliceNs);
    }

    @Override
    public void onFrame(Frame frame) {
        intake.onFrame(frame);
    }

    @Override
    public boolean ready() {
        return room(HANGING_NS);
    }

    @Override
    public boolean readyWhereRead() {
        return room(STALLED_NS);
    }

    /** Whether there is room in every lane that was read within this time; false if none was: then it is worth waiting. */
    private boolean room(long recentNs) {
        boolean someRead = recentNs == HANGING_NS;
        for (int index = 0; index < consumed.length; index++) {
            if (lastSliceNs - consumedNs[index] < recentNs) {
                someRead = true;
                if (lanes.lane(index).freeBytes() < roomBytes) {
                    return false;
                }
            }
        }
        return someRead;
    }

    /** Without time marks: only partitions that have got something are woken. */
    @Override
    public void flush() {
        lanes.flush();
    }

    @Override
    public void timeStartsAnew() {
        intake.defragmenter().expire(Long.MAX_VALUE);
        ending.set(0, consumed.length);
        endLanes();
    }

    private void endLanes() {
        for (int index = ending.nextSetBit(0); index >= 0; index = ending.nextSetBit(index + 1)) {
            if (lanes.lane(index).offerEnd()) {
                ending.clear(index);
            }
        }
    }

    @Override
    public void sliceEnded(long timeNs) {
        endLanes();
        if (timeNs > 0) {
            intake.defragmenter().expire(timeNs);
            lanes.offerTime(timeNs);
        }
        lanes.flush();
        long nowNs = System.nanoTime();
        for (int index = 0; index < consumed.length; index++) {
            Lane lane = lanes.lane(index);
            long bytes = lane.consumedBytes();
            if (bytes != consumed[index] || lane.freeBytes() >= roomBytes) {
                consumed[index] = bytes;
                consumedNs[index] = nowNs;
            }
        }
        lastSliceNs = nowNs;
    }

    Intake intake() {
        return intake;
    }

    /** How long ago the capture's thread was seen at work. Any thread. */
    long silentNs() {
        return System.nanoTime() - lastSliceNs;
    }
}
