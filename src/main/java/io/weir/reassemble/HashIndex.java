package io.weir.reassemble;

/**
 * Small numbers by hash: open addressing with linear probing, at most half full, grows with what it holds. Several
 * numbers may have the same hash; the caller tells them apart. One thread.
 */
final class HashIndex {
    private static final int MIN_SLOTS = 512;

    /** The hash above, the value plus one below; 0 is free. */
    private long[] slots = new long[MIN_SLOTS];

    private int size;

    void clear() {
        slots = new long[slots.length];
        size = 0;
    }

    void add(int hash, int value) {
        if (2 * (size + 1) > slots.length) {
            long[] before = slots;
            slots = new long[2 * before.length];
            for (long slot : before) {
                if (slot != 0) {
                    put(slot);
                }
            }
        }
        put((long) hash << 32 | value + 1);
        size++;
    }

    private void put(long entry) {
        int at = home(entry);
        while (slots[at] != 0) {
            at = after(at);
        }
        slots[at] = entry;
    }

    /** Does nothing if there is no such entry. */
    void remove(int hash, int value) {
        long entry = (long) hash << 32 | value + 1;
        int hole = home(entry);
        while (slots[hole] != entry) {
            if (slots[hole] == 0) {
                return;
            }
            hole = after(hole);
        }
        int mask = slots.length - 1;
        for (int at = after(hole); slots[at] != 0; at = after(at)) {
            if ((at - home(slots[at]) & mask) >= (at - hole & mask)) {
                slots[hole] = slots[at];
                hole = at;
            }
        }
        slots[hole] = 0;
        size--;
    }

    /** Where the first value with this hash is, -1 for none; valid until the next change. */
    int first(int hash) {
        return probe(hash & slots.length - 1, hash);
    }

    /** Where the next value with this hash is, -1 for none. */
    int next(int at, int hash) {
        return probe(after(at), hash);
    }

    int value(int at) {
        return (int) slots[at] - 1;
    }

    private int probe(int at, int hash) {
        while (slots[at] != 0) {
            if ((int) (slots[at] >>> 32) == hash) {
                return at;
            }
            at = after(at);
        }
        return -1;
    }

    private int home(long entry) {
        return (int) (entry >>> 32) & slots.length - 1;
    }

    private int after(int at) {
        return at + 1 & slots.length - 1;
    }
}
