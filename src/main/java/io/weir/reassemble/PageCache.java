package io.weir.reassemble;

import java.nio.ByteBuffer;

/**
 * Memory for bytes that wait: pages cut from slabs of {@value #SLAB_BYTES} bytes, each slab for pages of one size. A slab
 * that falls empty goes back to the collector, but for a few spare ones, so that a burst leaves nothing behind.
 *
 * <p>A page is named by an {@code int}; {@link #NIL} names none. Its fields lie in the page itself: every page has
 * {@link #NEXT}, {@link #FROM} and {@link #TO} (where its bytes lie), {@link #INTERFACE} and {@link #TIME} of its
 * packet; the first page of a run also has the run's fields and its links in the {@link RunTree}. A segment of up to
 * {@value #MAX_RUN_BYTES} bytes costs at most 63 bytes of overhead.
 */
final class PageCache {
    static final int NIL = 0;

    static final int NEXT = 0;
    static final int FROM = 4;
    static final int TO = 6;
    static final int TIME = 8;
    /** 16 bits. */
    static final int INTERFACE = 16;

    private static final int PAGE_HEADER = 18;

    /** Bytes right behind the run that its last segment had on the wire and the snap length cut; 16 bits. */
    static final int TAIL = 18;

    static final int START = 20;
    static final int LENGTH = 28;
    static final int LEFT = 32;
    static final int RIGHT = 36;
    /** The parent's name shifted left by one, the lowest bit set if the run is red. */
    static final int PARENT = 40;

    static final int LAST_PAGE = 44;

    private static final int RUN_HEADER = 48;

    private static final int SLAB_BYTES = 1 << 16;
    private static final int UNIT_BITS = 4;
    private static final int UNITS_BITS = 12;
    private static final int LARGEST_PAGE = 1552;
    private static final int SIZES = (LARGEST_PAGE >> UNIT_BITS) + 1;
    private static final int MAX_RUN_BYTES = LARGEST_PAGE - RUN_HEADER;
    private static final int MAX_SPARE = 8;

    private static final class Slab {
        final ByteBuffer memory = ByteBuffer.allocate(SLAB_BYTES);
        int index;
        int pageBytes;
        int free;
        int untouched;
        int used;
        Slab before;
        Slab after;

        void reset(int newIndex, int newPageBytes) {
            index = newIndex;
            pageBytes = newPageBytes;
            free = NIL;
            untouched = 0;
        }

        boolean full() {
            return free == NIL && untouched + pageBytes > SLAB_BYTES;
        }
    }

    private Slab[] slabs = new Slab[16];
    private int[] freeIndexes = new int[16];
    private int freeIndexCount;
    private int slabCount;
    private int liveSlabs;
    /** Slabs with room, by size. */
    private final Slab[] open = new Slab[SIZES];

    private final Slab[] spare = new Slab[MAX_SPARE];
    private int spares;

    private long usedBytes;

    /** Bytes of all pages in use, headers included. */
    long usedBytes() {
        return usedBytes;
    }

    /** Upper bound of {@link #usedBytes} that {@code length} bytes in a new run will add. */
    static int cost(int length) {
        return length <= MAX_RUN_BYTES
                ? pageBytes(length + RUN_HEADER)
                : LARGEST_PAGE * (1 + (length + RUN_HEADER - PAGE_HEADER) / (LARGEST_PAGE - PAGE_HEADER));
    }

    private static int pageBytes(int needed) {
        return Math.min(LARGEST_PAGE, needed + (1 << UNIT_BITS) - 1 & -(1 << UNIT_BITS));
    }

    /** A page for up to {@code length} bytes, fewer if it is the largest size; its byte range is empty. */
    int allocate(boolean firstOfRun, int length) {
        int header = firstOfRun ? RUN_HEADER : PAGE_HEADER;
        int size = pageBytes(length + header) >> UNIT_BITS;
        Slab slab = open[size];
        if (slab == null) {
            slab = addSlab(size);
        }
        int at;
        if (slab.free != NIL) {
            at = position(slab.free);
            slab.free = slab.memory.getInt(at + NEXT);
        } else {
            at = slab.untouched;
            slab.untouched += slab.pageBytes;
        }
        slab.used++;
        usedBytes += slab.pageBytes;
        if (slab.full()) {
            unlink(slab, size);
        }
        slab.memory.putInt(at + NEXT, NIL);
        slab.memory.putShort(at + FROM, (short) header);
        slab.memory.putShort(at + TO, (short) header);
        return (slab.index << UNITS_BITS | at >>> UNIT_BITS) + 1;
    }

    void free(int page) {
        Slab slab = slab(page);
        int size = slab.pageBytes >> UNIT_BITS;
        boolean wasFull = slab.full();
        slab.memory.putInt(position(page) + NEXT, slab.free);
        slab.free = page;
        slab.used--;
        usedBytes -= slab.pageBytes;
        if (wasFull) {
            link(slab, size);
        }
        if (slab.used == 0) {
            unlink(slab, size);
            slabs[slab.index] = null;
            if (freeIndexCount == freeIndexes.length) {
                freeIndexes = java.util.Arrays.copyOf(freeIndexes, 2 * freeIndexCount);
            }
            freeIndexes[freeIndexCount++] = slab.index;
            liveSlabs--;
            if (spares < MAX_SPARE) {
                spare[spares++] = slab;
            }
        }
    }

    /** Frees a page and all that follow it. */
    void freeChain(int page) {
        while (page != NIL) {
            int next = getInt(page, NEXT);
            free(page);
            page = next;
        }
    }

    ByteBuffer memory(int page) {
        return slab(page).memory;
    }

    /** Where the page begins in its {@link #memory}. */
    static int position(int page) {
        return (page - 1 & (1 << UNITS_BITS) - 1) << UNIT_BITS;
    }

    int getInt(int page, int field) {
        return slab(page).memory.getInt(position(page) + field);
    }

    void putInt(int page, int field, int value) {
        slab(page).memory.putInt(position(page) + field, value);
    }

    int getShort(int page, int field) {
        return slab(page).memory.getShort(position(page) + field);
    }

    void putShort(int page, int field, int value) {
        slab(page).memory.putShort(position(page) + field, (short) value);
    }

    long getLong(int page, int field) {
        return slab(page).memory.getLong(position(page) + field);
    }

    void putLong(int page, int field, long value) {
        slab(page).memory.putLong(position(page) + field, value);
    }

    /** Position of the first byte, relative to the page. */
    int from(int page) {
        return slab(page).memory.getShort(position(page) + FROM);
    }

    /** Position behind the last byte, relative to the page. */
    int to(int page) {
        return slab(page).memory.getShort(position(page) + TO);
    }

    void setRange(int page, int from, int to) {
        Slab slab = slab(page);
        slab.memory.putShort(position(page) + FROM, (short) from);
        slab.memory.putShort(position(page) + TO, (short) to);
    }

    /** Bytes that still fit behind the last one. */
    int room(int page) {
        return slab(page).pageBytes - to(page);
    }

    private Slab slab(int page) {
        return slabs[page - 1 >>> UNITS_BITS];
    }

    private Slab addSlab(int size) {
        int index = freeIndexCount > 0 ? freeIndexes[--freeIndexCount] : slabCount++;
        if (index == slabs.length) {
            slabs = java.util.Arrays.copyOf(slabs, 2 * index);
        }
        Slab slab = spares > 0 ? spare[--spares] : new Slab();
        slab.reset(index, size << UNIT_BITS);
        slabs[index] = slab;
        liveSlabs++;
        link(slab, size);
        return slab;
    }

    private void link(Slab slab, int size) {
        slab.before = null;
        slab.after = open[size];
        if (slab.after != null) {
            slab.after.before = slab;
        }
        open[size] = slab;
    }

    private void unlink(Slab slab, int size) {
        if (slab.before == null) {
            open[size] = slab.after;
        } else {
            slab.before.after = slab.after;
        }
        if (slab.after != null) {
            slab.after.before = slab.before;
        }
        slab.before = null;
        slab.after = null;
    }
}
