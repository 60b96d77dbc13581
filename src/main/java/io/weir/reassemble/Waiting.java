package io.weir.reassemble;

/**
 * What one direction keeps in memory: the runs above its first hole, bytes held back until their receiver answers, and
 * bytes that the stream asked to keep. Exists only while there is something; reused.
 */
final class Waiting extends Timed {
    HalfConnection half;

    // runs above the first hole, see OutOfOrderQueue
    int root;
    int last;
    int runs;
    long bytes;
    int nextIslandCheck;

    // runs held back, in order of arrival, chained through PageCache.LEFT
    int held;
    int heldRuns;
    long heldBytes;

    // one run
    int kept;

    // its place among those that Memory may evict
    int rank = -1;
    Waiting rankBefore;
    Waiting rankAfter;

    boolean empty() {
        return root == PageCache.NIL && held == PageCache.NIL && kept == PageCache.NIL;
    }
}
