package io.weir.reassemble;

/**
 * Small numbers by hash: open addressing with linear probing, at most half full, grows with what it holds. Several
 * numbers may have the same hash; the caller tells them apart. One thread.
 *
 * <p>Each slot has a byte of its hash in an array of its own, an eighth of the size: what is not there is told, and what is new
 * is put, without waiting for memory that no cache holds.
 */
final class HashIndex {
    private static final int MIN_SLOTS = 512;
    private static final byte FREE = 0;

    private byte[] tags = new byte[MIN_SLOTS];
    /** The hash above, the value below. */
    private long[] slots = new long[MIN_SLOTS];

    private int size;

    void clear() {
        tags = new byte[MIN_SLOTS];
        slots = new long[MIN_SLOTS];
        size = 0;
    }

    void add(int hash, int value) {
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        put(hash, value);
        size++;
    }

    private void grow() {
        byte[] tagsBefore = tags;
        long[] before = slots;
        tags = new byte[2 * before.length];
        slots = new long[2 * before.length];
        for (int at = 0; at < before.length; at++) {
            if (tagsBefore[at] != FREE) {
                put((int) (before[at] >>> 32), (int) before[at]);
            }
        }
    }

    private void put(int hash, int value) {
        int at = home(hash);
        while (tags[at] != FREE) {
            at = after(at);
        }
        tags[at] = tag(hash);
        slots[at] = entry(hash, value);
    }

    /** Does nothing if there is no such entry. */
    void remove(int hash, int value) {
        long entry = entry(hash, value);
        int hole = home(hash);
        while (tags[hole] == FREE || slots[hole] != entry) {
            if (tags[hole] == FREE) {
                return;
            }
            hole = after(hole);
        }
        int mask = slots.length - 1;
        for (int at = after(hole); tags[at] != FREE; at = after(at)) {
            if ((at - home((int) (slots[at] >>> 32)) & mask) >= (at - hole & mask)) {
                slots[hole] = slots[at];
                tags[hole] = tags[at];
                hole = at;
            }
        }
        tags[hole] = FREE;
        size--;
    }

    /** Where the first value with this hash is, -1 for none; valid until the next change. */
    int first(int hash) {
        return probe(home(hash), hash);
    }

    /** Where the next value with this hash is, -1 for none. */
    int next(int at, int hash) {
        return probe(after(at), hash);
    }

    int value(int at) {
        return (int) slots[at];
    }

    private int probe(int at, int hash) {
        byte wanted = tag(hash);
        for (byte tag; (tag = tags[at]) != FREE; at = after(at)) {
            if (tag == wanted && (int) (slots[at] >>> 32) == hash) {
                return at;
            }
        }
        return -1;
    }

    private static long entry(int hash, int value) {
        return (long) hash << 32 | value & 0xFFFFFFFFL;
    }

    /** Of the bits that say the least about where the home is. */
    private static byte tag(int hash) {
        byte tag = (byte) (hash >>> 24);
        return tag == FREE ? 1 : tag;
    }

    private int home(int hash) {
        return hash & slots.length - 1;
    }

    private int after(int at) {
        return at + 1 & slots.length - 1;
    }
}
