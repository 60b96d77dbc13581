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
     * @param tail bytes right behind them that the snap length cut
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
        insert(half, start, end, tail);
    }

    /** Places the segment that the fields describe. */
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

    /** Renumbers every run; walks the queue. */
    void shift(Waiting waiting, long by) {
        for (int run = tree.first(waiting.root); run != NIL; run = tree.next(run)) {
            runs.shift(run, by);
        }
    }

    /** Drops what lies at or behind {@code offset}; returns how many bytes. */
    long cut(HalfConnection half, long offset) {
        Waiting waiting = half.waiting;
        long dropped = 0;
        while (waiting.root != NIL) {
            int run = rightmost(waiting.root);
            if (runs.end(run) <= offset) {
                break;
            }
            if (runs.start(run) >= offset) {
                dropped += runs.length(run);
                take(waiting, run);
                runs.free(run);
            } else {
                int keep = (int) (offset - runs.start(run));
                dropped += runs.length(run) - keep;
                waiting.bytes -= runs.length(run) - keep;
                runs.trimTail(run, keep);
            }
        }
        return dropped;
    }

    final int rightmost(int root) {
        int run = root;
        for (int next = run; next != NIL; next = tree.right(run)) {
            run = next;
        }
        return run;
    }

    final int create(Waiting waiting, long start, long end, int tail) {
        int length = (int) (end - start);
        waiting.runs++;
        waiting.bytes += length;
        return runs.create(start, memory, at(start), length, interfaceIndex, timeNs, tail);
    }

    final int link(Waiting waiting, long start, long end, int tail, int parent, boolean asLeft) {
        int run = create(waiting, start, end, tail);
        waiting.root = tree.insert(waiting.root, run, parent, asLeft);
        return run;
    }

    final void extend(int run, long start, long end, int tail) {
        runs.append(run, memory, at(start), (int) (end - start), interfaceIndex, timeNs, tail);
    }

    final void discard(Waiting waiting, int run) {
        waiting.runs--;
        waiting.bytes -= runs.length(run);
        runs.free(run);
    }

    /** The bytes {@code from..to} came again: compares those of the run with those of the segment. */
    final void again(HalfConnection half, int run, long from, long to, boolean runIsKept) {
        half.conflictBytes += conflicts.compareRun(half, run, from, memory, at(from), (int) (to - from), runIsKept);
    }

    final int at(long offset) {
        return origin + (int) (offset - originOffset);
    }
}
