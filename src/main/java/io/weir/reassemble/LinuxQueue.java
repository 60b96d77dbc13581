package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

/**
 * What the Linux kernel's {@code out_of_order_queue} does (tcp_data_queue_ofo, 4.9 and later), settled by experiment: a
 * segment that begins where a run ends is appended to it, one that lies inside a run is dropped, one that begins with a
 * run and is longer takes its place, any other is stored whole and covers what lies wholly below it to its right. What
 * still overlaps is settled on delivery, the lower start winning. Which run a segment meets depends on the tree's shape.
 */
final class LinuxQueue extends OutOfOrderQueue {
    LinuxQueue(RunTree tree, Runs runs, Conflicts conflicts) {
        super(tree, runs, conflicts);
    }

    @Override
    void insert(HalfConnection half, long start, long end, int tail) {
        Waiting waiting = half.waiting;
        int last = waiting.last;
        if (waiting.root == NIL) {
            waiting.last = link(waiting, start, end, tail, NIL, false);
            return;
        }
        if (runs.end(last) == start) {
            append(waiting, last, end, tail);
            return;
        }
        if (start > runs.end(last)) {
            waiting.last = link(waiting, start, end, tail, last, false);
            return;
        }
        int parent = NIL;
        boolean asLeft = false;
        for (int run = waiting.root; run != NIL; run = asLeft ? tree.left(run) : tree.right(run)) {
            parent = run;
            long runStart = runs.start(run);
            long runEnd = runs.end(run);
            asLeft = start < runStart;
            if (asLeft) {
                continue;
            }
            if (start < runEnd) {
                if (end <= runEnd) {
                    again(half, run, start, end, true);
                    half.overlapBytes += end - start;
                    return;
                }
                if (start == runStart) {
                    replace(half, run, start, end, tail);
                    return;
                }
                again(half, run, start, runEnd, true);
            } else if (start == runEnd) {
                append(waiting, run, end, tail);
                return;
            }
        }
        cover(half, link(waiting, start, end, tail, parent, asLeft), end);
    }

    private void replace(HalfConnection half, int run, long start, long end, int tail) {
        Waiting waiting = half.waiting;
        again(half, run, start, runs.end(run), false);
        half.overlapBytes += runs.length(run);
        int created = create(waiting, start, end, tail);
        waiting.root = tree.replace(waiting.root, run, created);
        discard(waiting, run);
        cover(half, created, end);
    }

    /** Drops the runs that lie wholly under a new one. */
    private void cover(HalfConnection half, int created, long end) {
        Waiting waiting = half.waiting;
        int next;
        while ((next = tree.next(created)) != NIL && end > runs.start(next)) {
            if (end < runs.end(next)) {
                again(half, next, runs.start(next), end, false);
                break;
            }
            again(half, next, runs.start(next), runs.end(next), false);
            half.overlapBytes += runs.length(next);
            waiting.root = tree.remove(waiting.root, next);
            discard(waiting, next);
        }
        if (next == NIL) {
            waiting.last = created;
        }
    }

    private void append(Waiting waiting, int run, long end, int tail) {
        long start = runs.end(run);
        waiting.bytes += end - start;
        extend(run, start, end, tail);
    }
}
