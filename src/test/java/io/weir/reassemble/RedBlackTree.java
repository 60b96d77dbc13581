package io.weir.reassemble;

/** The red-black tree of Cormen, Leiserson, Rivest and Stein, chapter 13, word for word; the caller chooses the leaf. */
final class RedBlackTree {
    static final class Node {
        final long start;
        String data;
        private boolean red;
        private Node parent;
        private Node left;
        private Node right;

        private Node(long start, String data) {
            this.start = start;
            this.data = data;
        }

        long end() {
            return start + data.length();
        }

        Node left() {
            return left.data == null ? null : left;
        }

        Node right() {
            return right.data == null ? null : right;
        }
    }

    private final Node nil = new Node(0, null);
    private Node root = nil;

    boolean isEmpty() {
        return root == nil;
    }

    Node root() {
        return root;
    }

    Node first() {
        return minimum(root);
    }

    Node insertRoot(long start, String data) {
        return insert(nil, true, start, data);
    }

    Node insertLeft(Node parent, long start, String data) {
        return insert(parent, true, start, data);
    }

    Node insertRight(Node parent, long start, String data) {
        return insert(parent, false, start, data);
    }

    private Node insert(Node parent, boolean asLeft, long start, String data) {
        Node z = new Node(start, data);
        z.parent = parent;
        if (parent == nil) {
            root = z;
        } else if (asLeft) {
            parent.left = z;
        } else {
            parent.right = z;
        }
        z.left = nil;
        z.right = nil;
        z.red = true;
        insertFixup(z);
        return z;
    }

    private void insertFixup(Node inserted) {
        Node z = inserted;
        while (z.parent.red) {
            boolean parentIsLeft = z.parent == z.parent.parent.left;
            Node y = parentIsLeft ? z.parent.parent.right : z.parent.parent.left;
            if (y.red) {
                z.parent.red = false;
                y.red = false;
                z.parent.parent.red = true;
                z = z.parent.parent;
            } else {
                if (z == (parentIsLeft ? z.parent.right : z.parent.left)) {
                    z = z.parent;
                    rotate(z, parentIsLeft);
                }
                z.parent.red = false;
                z.parent.parent.red = true;
                rotate(z.parent.parent, !parentIsLeft);
            }
        }
        root.red = false;
    }

    private void rotate(Node x, boolean toTheLeft) {
        Node y = toTheLeft ? x.right : x.left;
        Node inner = toTheLeft ? y.left : y.right;
        if (toTheLeft) {
            x.right = inner;
        } else {
            x.left = inner;
        }
        if (inner != nil) {
            inner.parent = x;
        }
        transplant(x, y);
        y.parent = x.parent;
        if (toTheLeft) {
            y.left = x;
        } else {
            y.right = x;
        }
        x.parent = y;
    }

    private void transplant(Node u, Node v) {
        if (u.parent == nil) {
            root = v;
        } else if (u == u.parent.left) {
            u.parent.left = v;
        } else {
            u.parent.right = v;
        }
        v.parent = u.parent;
    }

    void remove(Node z) {
        boolean removedRed = z.red;
        Node x;
        if (z.left == nil) {
            x = z.right;
            transplant(z, z.right);
        } else if (z.right == nil) {
            x = z.left;
            transplant(z, z.left);
        } else {
            Node y = minimum(z.right);
            removedRed = y.red;
            x = y.right;
            if (y.parent == z) {
                x.parent = y;
            } else {
                transplant(y, y.right);
                y.right = z.right;
                y.right.parent = y;
            }
            transplant(z, y);
            y.left = z.left;
            y.left.parent = y;
            y.red = z.red;
        }
        if (!removedRed) {
            removeFixup(x);
        }
    }

    private void removeFixup(Node start) {
        Node x = start;
        while (x != root && !x.red) {
            boolean isLeft = x == x.parent.left;
            Node w = isLeft ? x.parent.right : x.parent.left;
            if (w.red) {
                w.red = false;
                x.parent.red = true;
                rotate(x.parent, isLeft);
                w = isLeft ? x.parent.right : x.parent.left;
            }
            if (!w.left.red && !w.right.red) {
                w.red = true;
                x = x.parent;
            } else {
                if (!(isLeft ? w.right : w.left).red) {
                    (isLeft ? w.left : w.right).red = false;
                    w.red = true;
                    rotate(w, !isLeft);
                    w = isLeft ? x.parent.right : x.parent.left;
                }
                w.red = x.parent.red;
                x.parent.red = false;
                (isLeft ? w.right : w.left).red = false;
                rotate(x.parent, isLeft);
                x = root;
            }
        }
        x.red = false;
    }

    Node successor(Node node) {
        if (node.right != nil) {
            return minimum(node.right);
        }
        Node x = node;
        Node y = node.parent;
        while (y != nil && x == y.right) {
            x = y;
            y = y.parent;
        }
        return y == nil ? null : y;
    }

    private Node minimum(Node node) {
        Node x = node;
        while (x.left != nil) {
            x = x.left;
        }
        return x;
    }
}
