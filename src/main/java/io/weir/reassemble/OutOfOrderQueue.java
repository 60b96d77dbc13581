package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

import java.nio.ByteBuffer;

/**
 * The runs of a direction that wait above its first hole. What happens where they overlap is the subclasses' business:
 * {@link LinuxQueue}, {@link TableQueue}. Insertion costs O(log n) and what it removes; nothing walks the queue for it.
 */
abstract class OutOfOrderQueue {
    final RunTree tree;
    final Runs runs;
    private final Conflicts conflicts;

    // the segment being inserted; fields because a segment may go in as several runs
    private ByteBuffer memory;
    private int origin;
    private long originOffset;
    private long bytesEnd;
    private int interfaceIndex;
    private long timeNs;

    OutOfOrderQueue(RunTree tree, Runs runs, Conflicts conflicts) {
        this.tree = tree;
        this.runs = runs;
        this.conflicts = conflicts;
    }

    /**
     * Takes in the bytes {@code start..end} of a direction, the first of which lies at {@code at}.
     *
     * @param tail bytes right behind them that the snap length cut, or {@link Runs#FIN} if a FIN follows them
     */
    final void insert(
            HalfConnection half,
            long start,
            long end,
            ByteBuffer memory,
            int at,
            int interfaceIndex,
            long timeNs,
            int tail) {
        this.memory = memory;
        this.origin = at;
        this.originOffset = start;
        this.interfaceIndex = interfaceIndex;
        this.timeNs = timeNs;
        this.bytesEnd = end;
        insert(half, start, tail == Runs.FIN ? end + 1 : end, tail);
    }

    /** Places the segment that the fields describe; a FIN counts in {@code end} and has no byte. */
    abstract void insert(HalfConnection half, long start, long end, int tail);

    int first(Waiting waiting) {
        return tree.first(waiting.root);
    }

    /** Takes the run out of the queue; the caller frees it. */
    void take(Waiting waiting, int run) {
        if (waiting.last == run) {
            waiting.last = tree.previous(run);
        }
        waiting.root = tree.remove(waiting.root, run);
        waiting.runs--;
        waiting.bytes -= runs.length(run);
    }

    /** Disjoint ranges; walks the queue. */
    int islands(Waiting waiting) {
        int islands = 0;
        long reached = Long.MIN_VALUE;
        for (int run = tree.first(waiting.root); run != NIL; run = tree.next(run)) {
            if (runs.start(run) > reached) {
                islands++;
            }
            reached = Math.max(reached, runs.end(run));
        }
        return islands;
    }

    /** Behind all runs and what was cut off them; walks the queue, as the last run need not reach the furthest. */
    long end(Waiting waiting) {
        long end = Long.MIN_VALUE;
        for (int run = tree.first(waiting.root); run != NIL; run = tree.next(run)) {
            end = Math.max(end, runs.end(run) + runs.tail(run));
        }
        return end;
    }

    /** Renumbers every run; walks the queue. */
    void shift(Waiting waiting, long by) {
        for (int run = tree.first(waiting.root); run != NIL; run = tree.next(run)) {
            runs.shift(run, by);
        }
    }

    final int rightmost(int root) {
        int run = root;
        for (int next = run; next != NIL; next = tree.right(run)) {
            run = next;
        }
        return run;
    }

    /** A run for the segment's numbers {@code start..end}; the tail, or the FIN, belongs to its end. */
    final int create(Waiting waiting, long start, long end, int tail) {
        waiting.runs++;
        waiting.bytes += end - start;
        return runs.create(start, memory, at(start), bytes(start, end), interfaceIndex, timeNs, tail);
    }

    final int link(Waiting waiting, long start, long end, int tail, int parent, boolean asLeft) {
        int run = create(waiting, start, end, tail);
        waiting.root = tree.insert(waiting.root, run, parent, asLeft);
        return run;
    }

    final void extend(Waiting waiting, int run, long end, int tail) {
        long start = runs.end(run);
        waiting.bytes += end - start;
        runs.append(run, memory, at(start), bytes(start, end), interfaceIndex, timeNs, tail);
    }

    /** Drops a run whose bytes have come again. */
    final void discard(HalfConnection half, int run) {
        half.overlap(runs.bytes(run));
        half.waiting.runs--;
        half.waiting.bytes -= runs.length(run);
        runs.free(run);
    }

    /**
     * The numbers {@code from..to} came again, and one of the two copies is dropped now: compares the run's bytes with the
     * segment's. Where both stay, {@link Delivery} compares what it drops.
     */
    final void again(HalfConnection half, int run, long from, long to, boolean runIsKept) {
        long end = Math.min(Math.min(to, bytesEnd), runs.start(run) + runs.bytes(run));
        if (from < end) {
            half.conflict(conflicts.compareRun(half, run, from, memory, at(from), (int) (end - from), runIsKept));
        }
    }

    /** Bytes of the segment among the numbers {@code from..to}. */
    final int bytes(long from, long to) {
        return (int) (Math.min(to, bytesEnd) - Math.min(from, bytesEnd));
    }

    private int at(long offset) {
        return origin + (int) (offset - originOffset);
    }
}
