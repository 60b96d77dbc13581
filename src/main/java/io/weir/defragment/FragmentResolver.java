package io.weir.defragment;

import java.nio.ByteBuffer;

/** Stores a fragment's bytes, and decides byte ranges that other fragments claim too. */
final class FragmentResolver {
    private final FragmentPolicy policy;
    private final FragmentMemory pages;
    private final FragmentRanges ranges;

    FragmentResolver(FragmentPolicy policy, FragmentMemory pages, FragmentRanges ranges) {
        this.policy = policy;
        this.pages = pages;
        this.ranges = ranges;
    }

    /** Stores bytes {@code from} to {@code to} of a datagram, which lie at {@code at}; the pages are there or free. */
    void store(int datagram, ByteBuffer memory, int at, int from, int to) {
        if (policy == FragmentPolicy.LINUX) {
            // nothing overlaps: the caller saw to that
            put(datagram, memory, at - from, from, to, true);
            return;
        }
        int next = from;
        int index = 0;
        while (index < ranges.count(datagram) && next < to) {
            int oldFrom = ranges.start(datagram, index);
            int oldTo = ranges.end(datagram, index);
            if (oldFrom >= to) {
                break;
            }
            if (oldTo <= next) {
                index++;
            } else if (policy.newWins(from, to, oldFrom, oldTo)) {
                index = ranges.cut(datagram, index, Math.max(from, oldFrom), Math.min(to, oldTo));
            } else {
                if (next < oldFrom) {
                    put(datagram, memory, at - from, next, oldFrom, false);
                    index++;
                }
                next = oldTo;
                index++;
            }
        }
        if (next < to) {
            put(datagram, memory, at - from, next, to, false);
        }
    }

    /** @param base where byte 0 of the datagram would lie in {@code memory} */
    private void put(int datagram, ByteBuffer memory, int base, int from, int to, boolean joinLast) {
        pages.write(datagram, from, memory, base + from, to - from);
        ranges.add(datagram, from, to, joinLast);
    }
}
