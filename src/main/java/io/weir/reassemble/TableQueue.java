package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

/**
 * Runs are segments that never overlap: a new one is held against its left neighbour and then those to its right, and
 * loses or takes bytes as its policy's table says.
 */
final class TableQueue extends OutOfOrderQueue {
    private final OverlapPolicy policy;

    TableQueue(OverlapPolicy policy, RunTree tree, Runs runs, Conflicts conflicts) {
        super(tree, runs, conflicts);
        this.policy = policy;
    }

    @Override
    void insert(HalfConnection half, long start, long end, int tail) {
        Waiting waiting = half.waiting;
        int left = leftNeighbour(waiting.root, start);
        int right = left == NIL ? tree.first(waiting.root) : tree.next(left);
        if (start == end) {
            insertEmpty(waiting, start, tail, left);
            return;
        }
        if (left != NIL && runs.end(left) > start) {
            long leftEnd = runs.end(left);
            long overlapEnd = Math.min(end, leftEnd);
            boolean newWins = policy.newWins(start - runs.start(left), end - leftEnd);
            again(half, left, start, overlapEnd, !newWins);
            if (!newWins) {
                half.overlap(bytes(start, overlapEnd));
                start = overlapEnd;
            } else {
                if (end < leftEnd) {
                    right = splitOff(waiting, left, end);
                }
                cutTail(half, left, start, overlapEnd);
            }
        }
        boolean behindHole = left != NIL && runs.end(left) < start;
        while (start < end && right != NIL && runs.start(right) < end) {
            long rightStart = runs.start(right);
            long rightEnd = runs.end(right);
            long overlapEnd = Math.min(end, rightEnd);
            boolean duplicate = rightStart == start && rightEnd == end;
            boolean newWins = policy.newWins(start - rightStart, end - rightEnd)
                    && !(duplicate && behindHole && policy.keepsDuplicateBehindHole());
            again(half, right, rightStart, overlapEnd, !newWins);
            int next = tree.next(right);
            if (!newWins) {
                half.overlap(bytes(rightStart, overlapEnd));
                if (start < rightStart) {
                    linkAfter(waiting, create(waiting, start, rightStart, 0), left);
                }
                left = right;
                start = overlapEnd;
            } else if (end < rightEnd) {
                int cut = (int) (end - rightStart);
                half.overlap(Math.min(cut, runs.bytes(right)));
                waiting.bytes -= cut;
                runs.trimHead(right, cut);
            } else {
                waiting.root = tree.remove(waiting.root, right);
                discard(half, right);
            }
            right = next;
        }
        if (start < end) {
            linkAfter(waiting, create(waiting, start, end, tail), left);
        }
        waiting.last = rightmost(waiting.root);
    }

    /** What was cut wholly only tells that there was something behind the hole. */
    private void insertEmpty(Waiting waiting, long start, int tail, int left) {
        if (left == NIL || runs.end(left) <= start) {
            linkAfter(waiting, create(waiting, start, start, tail), left);
            waiting.last = rightmost(waiting.root);
        }
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

    /** Puts what lies from {@code from} on into a run of its own, right behind; the run keeps a copy of it. */
    private int splitOff(Waiting waiting, int run, long from) {
        int rest = runs.copyFrom(run, (int) (from - runs.start(run)));
        waiting.runs++;
        waiting.bytes += runs.length(rest);
        return linkAfter(waiting, rest, run);
    }

    /** Takes what lies from {@code from} on off a run; of it, what lies below {@code counted} has come again. */
    private void cutTail(HalfConnection half, int run, long from, long counted) {
        long bytesEnd = runs.start(run) + runs.bytes(run);
        half.overlap(Math.max(0, Math.min(counted, bytesEnd) - from));
        int keep = (int) (from - runs.start(run));
        half.waiting.bytes -= runs.length(run) - keep;
        runs.trimTail(run, keep);
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
}
