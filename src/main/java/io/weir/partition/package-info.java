/**
 * Gives every flow one lane, both directions the same, and carries segments from the capture worker to the partition's
 * event loop.
 *
 * <p>A lane has one writer (the capture worker) and one reader (the partition's event loop). It is bounded in bytes. What
 * lies between two {@link io.weir.partition.Lane#flush flushes} is a batch: it becomes visible at once, with one wake-up,
 * and only if the reader is idle. At a full lane a live source drops and counts, a file source waits.
 */
package io.weir.partition;
