package io.weir.reassemble;

import java.util.Arrays;

/** Connections by hash: open addressing with linear probing, which grows and shrinks with what it holds. */
final class ConnectionTable {
    private static final int MIN_SLOTS = 1024;

    private final boolean byPath;
    private Connection[] slots = new Connection[MIN_SLOTS];
    /**
     * The lower half of each connection's hash, which tells its home: a probe rarely touches a connection that is not the
     * one, and moving connections touches none.
     */
    private int[] marks = new int[MIN_SLOTS];

    private int size;

    /** @param byPath whether the hash with the path mixed in is the key, or the one without */
    ConnectionTable(boolean byPath) {
        this.byPath = byPath;
    }

    int size() {
        return size;
    }

    /** Where a probe for this hash begins. */
    int home(long hash) {
        return (int) hash & slots.length - 1;
    }

    /** Where it goes on. */
    int after(int slot) {
        return slot + 1 & slots.length - 1;
    }

    /** What is there; null ends a probe. */
    Connection at(int slot) {
        return slots[slot];
    }

    /** Whether what is there may have this hash. */
    boolean marked(int slot, long hash) {
        return marks[slot] == (int) hash;
    }

    void add(Connection connection) {
        if (2 * (size + 1) > slots.length) {
            resize(2 * slots.length);
        }
        put(connection, hash(connection));
        size++;
    }

    void remove(Connection connection) {
        int hole = home(hash(connection));
        while (slots[hole] != connection) {
            hole = after(hole);
        }
        int mask = slots.length - 1;
        for (int slot = after(hole); slots[slot] != null; slot = after(slot)) {
            int home = marks[slot] & mask;
            if ((slot - home & mask) >= (slot - hole & mask)) {
                slots[hole] = slots[slot];
                marks[hole] = marks[slot];
                hole = slot;
            }
        }
        slots[hole] = null;
        size--;
        if (slots.length > MIN_SLOTS && 8 * size < slots.length) {
            resize(slots.length / 2);
        }
    }

    /** Every connection, for a caller that changes the table. Allocates. */
    Connection[] snapshot() {
        return Arrays.stream(slots).filter(connection -> connection != null).toArray(Connection[]::new);
    }

    private int hash(Connection connection) {
        return byPath ? connection.pathHash : connection.endsHash();
    }

    private void put(Connection connection, int mark) {
        int slot = home(mark);
        while (slots[slot] != null) {
            slot = after(slot);
        }
        slots[slot] = connection;
        marks[slot] = mark;
    }

    private void resize(int length) {
        Connection[] oldSlots = slots;
        int[] oldMarks = marks;
        slots = new Connection[length];
        marks = new int[length];
        for (int slot = 0; slot < oldSlots.length; slot++) {
            if (oldSlots[slot] != null) {
                put(oldSlots[slot], oldMarks[slot]);
            }
        }
    }
}
