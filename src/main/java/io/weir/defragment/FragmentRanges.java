package io.weir.defragment;

/**
 * Which bytes of each waiting datagram are there: disjoint ranges in order, each from one fragment, or from several where Linux
 * makes them one. Offsets fit 16 bits.
 */
final class FragmentRanges {
    /** What a new fragment is to what is there. */
    enum Relation {
        APART,
        CONTAINED,
        OVERLAPPING
    }

    private final int maxRanges;
    private final char[] starts;
    private final char[] ends;
    private final int[] counts;

    /** Each fragment has two edges, so n of them cut a datagram into at most 2n - 1 ranges. */
    FragmentRanges(int maxDatagrams, int maxFragments) {
        maxRanges = 2 * maxFragments;
        starts = new char[maxDatagrams * maxRanges];
        ends = new char[maxDatagrams * maxRanges];
        counts = new int[maxDatagrams];
    }

    void clear(int datagram) {
        counts[datagram] = 0;
    }

    int count(int datagram) {
        return counts[datagram];
    }

    int start(int datagram, int index) {
        return starts[datagram * maxRanges + index];
    }

    int end(int datagram, int index) {
        return ends[datagram * maxRanges + index];
    }

    /** Bytes that are there from the beginning without a hole. */
    int contiguous(int datagram) {
        int reached = 0;
        for (int index = 0; index < counts[datagram] && start(datagram, index) <= reached; index++) {
            reached = end(datagram, index);
        }
        return reached;
    }

    /** As Linux sees it: contained in one range, whole or partly. */
    Relation relation(int datagram, int from, int to) {
        for (int index = 0; index < counts[datagram]; index++) {
            if (from < end(datagram, index) && to > start(datagram, index)) {
                return from >= start(datagram, index) && to <= end(datagram, index)
                        ? Relation.CONTAINED
                        : Relation.OVERLAPPING;
            }
        }
        return Relation.APART;
    }

    /** Adds a range that touches none of the others but at its edges. Linux makes one range of what follows the last one. */
    void add(int datagram, int from, int to, boolean joinLast) {
        int last = counts[datagram] - 1;
        if (joinLast && last >= 0 && end(datagram, last) == from) {
            ends[datagram * maxRanges + last] = (char) to;
            return;
        }
        int index = last + 1;
        while (index > 0 && start(datagram, index - 1) >= to) {
            index--;
        }
        insert(datagram, index, from, to);
    }

    /**
     * Takes the bytes {@code from} to {@code to} away from the range at {@code index}, which contains them.
     *
     * @return the index behind what is left of the range
     */
    int cut(int datagram, int index, int from, int to) {
        int at = datagram * maxRanges + index;
        int start = starts[at];
        int end = ends[at];
        if (start < from && to < end) {
            ends[at] = (char) from;
            insert(datagram, index + 1, to, end);
            return index + 2;
        }
        if (start < from) {
            ends[at] = (char) from;
            return index + 1;
        }
        if (to < end) {
            starts[at] = (char) to;
            return index + 1;
        }
        int behind = counts[datagram] - index - 1;
        System.arraycopy(starts, at + 1, starts, at, behind);
        System.arraycopy(ends, at + 1, ends, at, behind);
        counts[datagram]--;
        return index;
    }

    private void insert(int datagram, int index, int from, int to) {
        int at = datagram * maxRanges + index;
        int behind = counts[datagram] - index;
        System.arraycopy(starts, at, starts, at + 1, behind);
        System.arraycopy(ends, at, ends, at + 1, behind);
        starts[at] = (char) from;
        ends[at] = (char) to;
        counts[datagram]++;
    }
}
