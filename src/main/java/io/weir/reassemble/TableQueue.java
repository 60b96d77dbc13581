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
}
