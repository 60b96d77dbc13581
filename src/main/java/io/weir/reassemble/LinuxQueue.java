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
        if (appends(last, start)) {
            extend(waiting, last, end, tail);
            return;
        }
        if (start >= runs.end(last)) {
            waiting.last = link(waiting, start, end, tail, last, false);
            return;
        }
        int parent = NIL;
        boolean asLeft = false;
        for (int run = waiting.root; run != NIL; run = asLeft ? tree.left(run) : tree.right(run)) {
            parent = run;
            asLeft = start < runs.start(run);
            if (asLeft) {
                continue;
            }
            long runEnd = runs.end(run);
            if (start < runEnd) {
                if (end <= runEnd) {
                    again(half, run, start, end, true);
                    half.overlap(bytes(start, end));
                    return;
                }
                if (start == runs.start(run)) {
                    again(half, run, start, runEnd, false);
                    replace(half, run, start, end, tail);
                    return;
                }
            } else if (appends(run, start)) {
                extend(waiting, run, end, tail);
                return;
            }
        }
        cover(half, link(waiting, start, end, tail, parent, asLeft), end);
    }

    private boolean appends(int run, long start) {
        return runs.end(run) == start && !runs.fin(run);
    }

    private void replace(HalfConnection half, int run, long start, long end, int tail) {
        int created = create(half.waiting, start, end, tail);
        half.waiting.root = tree.replace(half.waiting.root, run, created);
        discard(half, run);
        cover(half, created, end);
    }

    /** Drops the runs that lie wholly under a new one. */
    private void cover(HalfConnection half, int created, long end) {
        Waiting waiting = half.waiting;
        int next;
        while ((next = tree.next(created)) != NIL && end >= runs.end(next)) {
            again(half, next, runs.start(next), runs.end(next), false);
            waiting.root = tree.remove(waiting.root, next);
            discard(half, next);
        }
        if (next == NIL) {
            waiting.last = created;
        }
    }
}
