package io.weir.reassemble;

import static io.weir.reassemble.PageCache.LEFT;
import static io.weir.reassemble.PageCache.NIL;
import static io.weir.reassemble.PageCache.PARENT;
import static io.weir.reassemble.PageCache.RIGHT;

/**
 * A red-black tree of runs, ordered by where they start, its links in the runs' first pages (Cormen, Leiserson, Rivest,
 * Stein, Introduction to Algorithms, chapter 13). Its shapes are those of the Linux kernel's tree, which matters: where
 * waiting segments overlap, what the kernel keeps depends on the path that its search takes.
 */
final class RunTree {
    private final PageCache pages;

    RunTree(PageCache pages) {
        this.pages = pages;
    }

    int left(int run) {
        return pages.getInt(run, LEFT);
    }

    int right(int run) {
        return pages.getInt(run, RIGHT);
    }

    int first(int root) {
        int run = root;
        for (int next = run; next != NIL; next = left(run)) {
            run = next;
        }
        return run;
    }

    int next(int run) {
        int below = right(run);
        if (below != NIL) {
            return first(below);
        }
        int above = parent(run);
        while (above != NIL && right(above) == run) {
            run = above;
            above = parent(run);
        }
        return above;
    }

    int previous(int run) {
        int below = left(run);
        if (below != NIL) {
            for (int next = right(below); next != NIL; next = right(below)) {
                below = next;
            }
            return below;
        }
        int above = parent(run);
        while (above != NIL && left(above) == run) {
            run = above;
            above = parent(run);
        }
        return above;
    }

    /** Hangs a run below {@code parent} (NIL for the first one) and rebalances; returns the new root. */
    int insert(int root, int run, int parent, boolean asLeft) {
        pages.putInt(run, LEFT, NIL);
        pages.putInt(run, RIGHT, NIL);
        setParent(run, parent, true);
        if (parent == NIL) {
            root = run;
        } else {
            pages.putInt(parent, asLeft ? LEFT : RIGHT, run);
        }
        while (true) {
            parent = parent(run);
            if (parent == NIL) {
                setRed(run, false);
                return root;
            }
            if (!red(parent)) {
                return root;
            }
            int grandparent = parent(parent);
            boolean leftSide = left(grandparent) == parent;
            int uncle = leftSide ? right(grandparent) : left(grandparent);
            if (red(uncle)) {
                setRed(parent, false);
                setRed(uncle, false);
                setRed(grandparent, true);
                run = grandparent;
                continue;
            }
            if ((leftSide ? right(parent) : left(parent)) == run) {
                root = rotate(root, parent, leftSide);
                int swap = run;
                run = parent;
                parent = swap;
            }
            setRed(parent, false);
            setRed(grandparent, true);
            root = rotate(root, grandparent, !leftSide);
        }
    }

    /** Puts {@code with} into the place of {@code run}; returns the new root. */
    int replace(int root, int run, int with) {
        int parent = parent(run);
        int left = left(run);
        int right = right(run);
        pages.putInt(with, LEFT, left);
        pages.putInt(with, RIGHT, right);
        setParent(with, parent, red(run));
        if (left != NIL) {
            setParent(left, with, red(left));
        }
        if (right != NIL) {
            setParent(right, with, red(right));
        }
        return relink(root, parent, run, with);
    }

    /** Takes a run out and rebalances; returns the new root. */
    int remove(int root, int run) {
        int left = left(run);
        int right = right(run);
        int child;
        int parent;
        boolean removedBlack;
        if (left == NIL || right == NIL) {
            child = left == NIL ? right : left;
            parent = parent(run);
            removedBlack = !red(run);
            root = relink(root, parent, run, child);
            if (child != NIL) {
                setParent(child, parent, red(child));
            }
        } else {
            int successor = first(right);
            removedBlack = !red(successor);
            child = right(successor);
            if (successor == right) {
                parent = successor;
            } else {
                parent = parent(successor);
                pages.putInt(parent, LEFT, child);
                if (child != NIL) {
                    setParent(child, parent, red(child));
                }
                pages.putInt(successor, RIGHT, right);
                setParent(right, successor, red(right));
            }
            pages.putInt(successor, LEFT, left);
            setParent(left, successor, red(left));
            int above = parent(run);
            setParent(successor, above, red(run));
            root = relink(root, above, run, successor);
        }
        return removedBlack ? repaint(root, child, parent) : root;
    }

    private int repaint(int root, int run, int parent) {
        while (run != root && !red(run)) {
            boolean leftSide = left(parent) == run;
            int sibling = leftSide ? right(parent) : left(parent);
            if (red(sibling)) {
                setRed(sibling, false);
                setRed(parent, true);
                root = rotate(root, parent, leftSide);
                sibling = leftSide ? right(parent) : left(parent);
            }
            int near = leftSide ? left(sibling) : right(sibling);
            int far = leftSide ? right(sibling) : left(sibling);
            if (!red(near) && !red(far)) {
                setRed(sibling, true);
                run = parent;
                parent = parent(run);
                continue;
            }
            if (!red(far)) {
                setRed(near, false);
                setRed(sibling, true);
                root = rotate(root, sibling, !leftSide);
                far = sibling;
                sibling = near;
            }
            setRed(sibling, red(parent));
            setRed(parent, false);
            setRed(far, false);
            root = rotate(root, parent, leftSide);
            run = root;
        }
        if (run != NIL) {
            setRed(run, false);
        }
        return root;
    }

    /** Rotates to the left or to the right about a run; returns the new root. */
    private int rotate(int root, int run, boolean toLeft) {
        int child = toLeft ? right(run) : left(run);
        int middle = toLeft ? left(child) : right(child);
        pages.putInt(run, toLeft ? RIGHT : LEFT, middle);
        if (middle != NIL) {
            setParent(middle, run, red(middle));
        }
        int parent = parent(run);
        setParent(child, parent, red(child));
        root = relink(root, parent, run, child);
        pages.putInt(child, toLeft ? LEFT : RIGHT, run);
        setParent(run, child, red(run));
        return root;
    }

    private int relink(int root, int parent, int from, int to) {
        if (parent == NIL) {
            return to;
        }
        pages.putInt(parent, left(parent) == from ? LEFT : RIGHT, to);
        return root;
    }

    private int parent(int run) {
        return pages.getInt(run, PARENT) >>> 1;
    }

    private boolean red(int run) {
        return run != NIL && (pages.getInt(run, PARENT) & 1) != 0;
    }

    private void setParent(int run, int parent, boolean red) {
        pages.putInt(run, PARENT, parent << 1 | (red ? 1 : 0));
    }

    private void setRed(int run, boolean red) {
        pages.putInt(run, PARENT, pages.getInt(run, PARENT) & ~1 | (red ? 1 : 0));
    }
}
