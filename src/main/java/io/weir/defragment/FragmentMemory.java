package io.weir.defragment;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of waiting datagrams: each has a table of pages, and a page holds the bytes of its place in the datagram, so that small
 * fragments share pages.
 */
final class FragmentMemory {
    static final int PAGE_BYTES = 2048;
    static final int MAX_DATAGRAM_BYTES = 65_535;

    private static final int PAGES_PER_DATAGRAM = (MAX_DATAGRAM_BYTES + PAGE_BYTES - 1) / PAGE_BYTES;
    private static final int NONE = -1;

    private final ByteBuffer slab;
    private final int[] freePages;
    private int freeCount;
    private final int[] pageTable;

    FragmentMemory(int maxBytes, int maxDatagrams) {
        int pages = maxBytes / PAGE_BYTES;
        slab = ByteBuffer.allocateDirect(pages * PAGE_BYTES);
        freePages = new int[pages];
        freeCount = pages;
        Arrays.setAll(freePages, index -> pages - 1 - index);
        pageTable = new int[maxDatagrams * PAGES_PER_DATAGRAM];
        Arrays.fill(pageTable, NONE);
    }

    /** Pages that a datagram still needs to hold bytes {@code from} to {@code to}. */
    int missingPages(int datagram, int from, int to) {
        int missing = 0;
        for (int page = from / PAGE_BYTES; page * PAGE_BYTES < to; page++) {
            if (pageTable[datagram * PAGES_PER_DATAGRAM + page] == NONE) {
                missing++;
            }
        }
        return missing;
    }

    int freePages() {
        return freeCount;
    }

    /** Stores bytes; the pages must be there or free. */
    void write(int datagram, int to, ByteBuffer source, int from, int length) {
        int done = 0;
        while (done < length) {
            int page = (to + done) / PAGE_BYTES;
            int inPage = (to + done) % PAGE_BYTES;
            int count = Math.min(length - done, PAGE_BYTES - inPage);
            int slot = datagram * PAGES_PER_DATAGRAM + page;
            if (pageTable[slot] == NONE) {
                pageTable[slot] = freePages[--freeCount];
            }
            slab.put(pageTable[slot] * PAGE_BYTES + inPage, source, from + done, count);
            done += count;
        }
    }

    /** Copies the first bytes of a datagram, all of which were written. */
    void read(int datagram, int length, ByteBuffer target) {
        for (int done = 0; done < length; done += PAGE_BYTES) {
            int page = pageTable[datagram * PAGES_PER_DATAGRAM + done / PAGE_BYTES];
            target.put(done, slab, page * PAGE_BYTES, Math.min(PAGE_BYTES, length - done));
        }
    }

    void release(int datagram) {
        for (int slot = datagram * PAGES_PER_DATAGRAM; slot < (datagram + 1) * PAGES_PER_DATAGRAM; slot++) {
            if (pageTable[slot] != NONE) {
                freePages[freeCount++] = pageTable[slot];
                pageTable[slot] = NONE;
            }
        }
    }
}
