package io.weir.reassemble;

/**
 * How Linux queues what it cannot deliver yet (net/ipv4/tcp_input.c, tcp_data_queue_ofo): runs in a red-black tree by
 * their first byte. Adjacent segments are merged into a run, and what survives an overlap depends on the tree's shape.
 */
final class LinuxOracle extends ReceiverOracle {
    private final RedBlackTree tree = new RedBlackTree();
    private RedBlackTree.Node last;

    @Override
    void take(long start, String data) {
        long end = start + data.length();
        if (end <= next) {
            return;
        }
        if (start <= next) {
            deliver(data.substring((int) (next - start)));
            drain();
            return;
        }
        if (tree.isEmpty()) {
            last = tree.insertRoot(start, data);
        } else if (appends(last, start)) {
            last.data += data;
        } else if (start >= last.end()) {
            last = tree.insertRight(last, start, data);
        } else {
            descend(start, data, end);
        }
    }

    private void descend(long start, String data, long end) {
        RedBlackTree.Node node = tree.root();
        while (true) {
            if (start < node.start) {
                if (node.left() == null) {
                    dropCovered(tree.insertLeft(node, start, data));
                    return;
                }
                node = node.left();
                continue;
            }
            if (start < node.end() && end <= node.end()) {
                return;
            }
            if (start == node.start) {
                node.data = data;
                dropCovered(node);
                return;
            }
            if (appends(node, start)) {
                node.data += data;
                return;
            }
            if (node.right() == null) {
                dropCovered(tree.insertRight(node, start, data));
                return;
            }
            node = node.right();
        }
    }

    /** The kernel also merges what comes behind a FIN, and then reads it; nothing is read behind a FIN here. */
    private static boolean appends(RedBlackTree.Node run, long start) {
        return run.end() == start && run.data.charAt(run.data.length() - 1) != FIN;
    }

    /** Removes the successors that a new run covers to their end. */
    private void dropCovered(RedBlackTree.Node run) {
        RedBlackTree.Node successor = tree.successor(run);
        while (successor != null && run.end() > successor.start && run.end() >= successor.end()) {
            tree.remove(successor);
            successor = tree.successor(run);
        }
        if (successor == null) {
            last = run;
        }
    }

    @Override
    long firstWaiting() {
        return tree.isEmpty() ? -1 : tree.first().start;
    }

    @Override
    void drain() {
        while (!ended && !tree.isEmpty() && tree.first().start <= next) {
            RedBlackTree.Node run = tree.first();
            tree.remove(run);
            if (run.end() > next) {
                deliver(run.data.substring((int) (next - run.start)));
            }
        }
    }
}
