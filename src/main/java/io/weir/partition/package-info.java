/**
 * Gives every flow one lane, both directions the same, and carries segments from the capture worker to the partition's
 * event loop.
 *
 * <p>A lane has one writer (the capture worker) and one reader (the partition's event loop). It is bounded in batches;
 * a live source drops at a full lane and counts, a file waits.
 */
package io.weir.partition;
