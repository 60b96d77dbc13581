package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

import java.nio.ByteBuffer;

/**
 * The runs of a direction that wait above its first hole.
 *
 * <p>Under {@link OverlapPolicy#LINUX} runs are what the kernel's {@code out_of_order_queue} holds: a segment that
 * begins where a run ends is appended to it, one that lies inside a run is dropped, one that begins with a run and is
 * longer takes its place, any other is stored whole and covers what lies wholly below it to its right; what still
 * overlaps is settled on delivery, the lower start winning. Under a table the runs are segments, never overlapping: a
 * new one is held against its left neighbour and then those to its right, and loses or takes bytes by the table.
 *
 * <p>Insertion costs O(log n) and what it removes; nothing here walks the queue.
 */
final class OutOfOrderQueue {
    private final OverlapPolicy policy;
    private final RunTree tree;
    private final Runs runs;
    private final Conflicts conflicts;

    // the segment being inserted; fields because a segment may go in as several runs
    private ByteBuffer memory;
    private int origin;
    private long originOffset;
    private int interfaceIndex;
    private long timeNs;

    OutOfOrderQueue(OverlapPolicy policy, RunTree tree, Runs runs, Conflicts conflicts) {
        this.policy = policy;
        this.tree = tree;
        this.runs = runs;
        this.conflicts = conflicts;
    }

    /**
     * Takes in the bytes {@code start..end} of a direction, the first of which lies at {@code at}.
     *
     * @param tail bytes right behind them that the snap length cut
     */
    void insert(
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
        if (policy.isTable()) {
            insertByTable(half, start, end, tail);
        } else {
            insertAsLinux(half, start, end, tail);
        }
    }

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

    private int rightmost(int root) {
        int run = root;
        for (int next = run; next != NIL; next = tree.right(run)) {
            run = next;
        }
        return run;
    }

    private void insertAsLinux(HalfConnection half, long start, long end, int tail) {
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

    private void insertByTable(HalfConnection half, long start, long end, int tail) {
        Waiting waiting = half.waiting;
        int left = leftNeighbour(waiting.root, start);
        int right = left == NIL ? tree.first(waiting.root) : tree.next(left);
        if (left != NIL && runs.end(left) > start) {
            long leftEnd = runs.end(left);
            boolean newWins = policy.newWins(start - runs.start(left), end - leftEnd);
            long overlapEnd = Math.min(end, leftEnd);
            again(half, left, start, overlapEnd, !newWins);
            half.overlapBytes += overlapEnd - start;
            if (!newWins) {
                start = overlapEnd;
            } else {
                if (end < leftEnd) {
                    right = runs.copyFrom(left, (int) (end - runs.start(left)));
                    waiting.runs++;
                    waiting.bytes += runs.length(right);
                    linkAfter(waiting, right, left);
                }
                trimTail(waiting, left, start);
            }
        }
        boolean behindHole = left != NIL && runs.end(left) < start;
        while (start < end && right != NIL && runs.start(right) < end) {
            long rightStart = runs.start(right);
            long rightEnd = runs.end(right);
            boolean duplicate = rightStart == start && rightEnd == end;
            boolean newWins = policy.newWins(start - rightStart, end - rightEnd)
                    && !(duplicate && behindHole && policy.keepsDuplicateBehindHole());
            long overlapEnd = Math.min(end, rightEnd);
            again(half, right, rightStart, overlapEnd, !newWins);
            half.overlapBytes += overlapEnd - rightStart;
            int next = tree.next(right);
            if (!newWins) {
                if (start < rightStart) {
                    left = linkAfter(waiting, create(waiting, start, rightStart, 0), left);
                }
                left = right;
                start = overlapEnd;
            } else if (end < rightEnd) {
                waiting.bytes -= end - rightStart;
                runs.trimHead(right, (int) (end - rightStart));
            } else {
                waiting.root = tree.remove(waiting.root, right);
                waiting.last = NIL;
                discard(waiting, right);
            }
            right = next;
        }
        if (start < end) {
            linkAfter(waiting, create(waiting, start, end, tail), left);
        }
        waiting.last = rightmost(waiting.root);
    }

    /** The run with the highest start below {@code start}. */
    private int leftNeighbour(int root, long start) {
        int found = NIL;
        for (int run = root; run != NIL; ) {
            if (runs.start(run) < start) {
                found = run;
                run = tree.right(run);
            } else {
                run = tree.left(run);
            }
        }
        return found;
    }

    /** Hangs a run in right behind {@code left} (NIL: as the first). */
    private int linkAfter(Waiting waiting, int run, int left) {
        int parent = left;
        boolean asLeft = false;
        if (left == NIL) {
            parent = tree.first(waiting.root);
            asLeft = true;
        } else if (tree.right(left) != NIL) {
            parent = tree.first(tree.right(left));
            asLeft = true;
        }
        waiting.root = tree.insert(waiting.root, run, parent, asLeft);
        return run;
    }

    private void trimTail(Waiting waiting, int run, long end) {
        int keep = (int) (end - runs.start(run));
        waiting.bytes -= runs.length(run) - keep;
        runs.trimTail(run, keep);
    }

    private int create(Waiting waiting, long start, long end, int tail) {
        int length = (int) (end - start);
        waiting.runs++;
        waiting.bytes += length;
        return runs.create(start, memory, at(start), length, interfaceIndex, timeNs, tail);
    }

    private int link(Waiting waiting, long start, long end, int tail, int parent, boolean asLeft) {
        int run = create(waiting, start, end, tail);
        waiting.root = tree.insert(waiting.root, run, parent, asLeft);
        return run;
    }

    private void append(Waiting waiting, int run, long end, int tail) {
        long start = runs.end(run);
        waiting.bytes += end - start;
        runs.append(run, memory, at(start), (int) (end - start), interfaceIndex, timeNs, tail);
    }

    private void discard(Waiting waiting, int run) {
        waiting.runs--;
        waiting.bytes -= runs.length(run);
        runs.free(run);
    }

    /** The bytes {@code from..to} came again: compares those of the run with those of the segment. */
    private void again(HalfConnection half, int run, long from, long to, boolean runIsKept) {
        half.conflictBytes += conflicts.compareRun(half, run, from, memory, at(from), (int) (to - from), runIsKept);
    }

    private int at(long offset) {
        return origin + (int) (offset - originOffset);
    }
}
