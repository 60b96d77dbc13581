package io.weir.relay;

import io.weir.reassemble.GapCause;

/**
 * Where retained bytes and gaps lie in a direction, oldest first: for each a mark with offset, length, time and place in
 * the stream's order. Bounded by its capacity; grows by doubling up to {@value #MAX}.
 */
final class Marks {
    static final int MAX = 512;
    static final int BYTES_EACH = 32;

    private static final int FEW = 8;
    private static final GapCause[] CAUSES = GapCause.values();

    private long[] words = new long[0];
    private int first;
    private int count;

    int count() {
        return count;
    }

    boolean full() {
        return count == MAX;
    }

    /** Bytes of memory that one more mark would take beyond what there is. */
    int growthBytes() {
        return 4 * count < words.length || full() ? 0 : BYTES_EACH * (count == 0 ? FEW : count);
    }

    /** Makes room for one more mark, if there may be one: {@link #add} then takes no memory. */
    void reserve() {
        if (4 * count == words.length && !full()) {
            grow();
        }
    }

    /** Adds a mark; not if {@link #full}. Cause null: data. */
    void add(long offset, long length, GapCause cause, long timeNs, long ordinal) {
        reserve();
        int at = at(count++);
        words[at] = offset;
        words[at + 1] = length << 8 | (cause == null ? 0 : cause.ordinal() + 1);
        words[at + 2] = timeNs;
        words[at + 3] = ordinal;
    }

    /** Whether the newest mark is data that ends at {@code offset}. */
    boolean lastIsDataUpTo(long offset) {
        return count > 0 && cause(count - 1) == null && offset(count - 1) + length(count - 1) == offset;
    }

    /** Lengthens the newest mark, which {@link #lastIsDataUpTo} where the new bytes begin. */
    void lengthenLast(int length, long timeNs) {
        int at = at(count - 1);
        words[at + 1] += (long) length << 8;
        words[at + 2] = timeNs;
    }

    void removeFirst() {
        first = (first + 1) % (words.length / 4);
        count--;
    }

    /** Takes bytes off the beginning of the oldest mark. */
    void trimFirst(int bytes) {
        int at = at(0);
        words[at] += bytes;
        words[at + 1] -= (long) bytes << 8;
    }

    long offset(int index) {
        return words[at(index)];
    }

    long length(int index) {
        return words[at(index) + 1] >>> 8;
    }

    /** Null for data. */
    GapCause cause(int index) {
        int cause = (int) words[at(index) + 1] & 0xFF;
        return cause == 0 ? null : CAUSES[cause - 1];
    }

    long timeNs(int index) {
        return words[at(index) + 2];
    }

    long ordinal(int index) {
        return words[at(index) + 3];
    }

    private int at(int index) {
        return 4 * first + 4 * index < words.length ? 4 * first + 4 * index : 4 * first + 4 * index - words.length;
    }

    private void grow() {
        long[] larger = new long[count == 0 ? 4 * FEW : 2 * words.length];
        for (int index = 0; index < count; index++) {
            System.arraycopy(words, at(index), larger, 4 * index, 4);
        }
        words = larger;
        first = 0;
    }
}
