package io.weir;

import io.weir.capture.CaptureVerticle;
import io.weir.partition.Partitioner;

/**
 * One thread that captures, and what is its own.
 *
 * @param lanes which only it writes
 */
record CaptureWorker(CaptureVerticle verticle, LiveIntake live, Partitioner lanes) {
    Intake intake() {
        return live.intake();
    }
}
