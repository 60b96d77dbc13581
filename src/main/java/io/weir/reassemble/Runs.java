package io.weir.reassemble;

import static io.weir.reassemble.PageCache.INTERFACE;
import static io.weir.reassemble.PageCache.LAST_PAGE;
import static io.weir.reassemble.PageCache.LENGTH;
import static io.weir.reassemble.PageCache.NEXT;
import static io.weir.reassemble.PageCache.NIL;
import static io.weir.reassemble.PageCache.START;
import static io.weir.reassemble.PageCache.TAIL;
import static io.weir.reassemble.PageCache.TIME;

import java.nio.ByteBuffer;

/**
 * Runs: contiguous bytes of one direction, in a chain of pages, named by the first page. Each page holds bytes of one
 * packet. A FIN takes a number behind the bytes, as
 * in the kernel. A run knows its start as an offset; which runs there are is the business of {@link OutOfOrderQueue}.
 */
final class Runs {
    /** Instead of a tail: the run's last number is a FIN's, which has no byte. */
    static final int FIN = -1;

    /** A field of 16 bits, all of which set mean {@link #FIN}. What is cut beyond it is a gap like any other. */
    private static final int MAX_TAIL = 0xFFFE;

    private static final int NEAR_PAGES = 1024;

    private final PageCache pages;

    Runs(PageCache pages) {
        this.pages = pages;
    }

    /**
     * Copies bytes into a new run; one without bytes stands for those that were cut.
     *
     * @param tail bytes right behind them that the snap length cut, or {@link #FIN} if a FIN follows them
     */
    int create(long start, ByteBuffer memory, int at, int length, int interfaceIndex, long timeNs, int tail) {
        int run = pages.allocate(true, length);
        pages.putLong(run, START, start);
        pages.putInt(run, LENGTH, tail == FIN ? 1 : 0);
        pages.putInt(run, LAST_PAGE, run);
        stamp(run, interfaceIndex, timeNs);
        if (length > 0) {
            fill(run, run, memory, at, length, interfaceIndex, timeNs);
        }
        setTail(run, tail);
        return run;
    }

    /** Copies the bytes of another packet behind the run's last one; the run must not end with a FIN. */
    void append(int run, ByteBuffer memory, int at, int length, int interfaceIndex, long timeNs, int tail) {
        if (length > 0) {
            int page = pages.allocate(false, length);
            stamp(page, interfaceIndex, timeNs);
            pages.putInt(pages.getInt(run, LAST_PAGE), NEXT, page);
            pages.putInt(run, LAST_PAGE, page);
            fill(run, page, memory, at, length, interfaceIndex, timeNs);
        }
        if (tail == FIN) {
            pages.putInt(run, LENGTH, pages.getInt(run, LENGTH) + 1);
            setTail(run, FIN);
        } else {
            setTail(run, Math.max(tail, tail(run) - length));
        }
    }

    private void setTail(int run, int tail) {
        pages.putShort(run, TAIL, Math.min(tail, MAX_TAIL));
    }

    private void fill(int run, int page, ByteBuffer memory, int at, int length, int interfaceIndex, long timeNs) {
        pages.putInt(run, LENGTH, pages.getInt(run, LENGTH) + length);
        while (true) {
            int from = pages.to(page);
            int piece = Math.min(length, pages.room(page));
            pages.memory(page).put(PageCache.position(page) + from, memory, at, piece);
            pages.setRange(page, from, from + piece);
            at += piece;
            length -= piece;
            if (length == 0) {
                return;
            }
            int next = pages.allocate(false, length);
            stamp(next, interfaceIndex, timeNs);
            pages.putInt(page, NEXT, next);
            pages.putInt(run, LAST_PAGE, next);
            page = next;
        }
    }

    private void stamp(int page, int interfaceIndex, long timeNs) {
        pages.putShort(page, INTERFACE, interfaceIndex);
        pages.putLong(page, TIME, timeNs);
    }

    long start(int run) {
        return pages.getLong(run, START);
    }

    /** Sequence numbers that the run covers: its bytes, and its FIN. */
    int length(int run) {
        return pages.getInt(run, LENGTH);
    }

    /** Bytes, without the FIN. */
    int bytes(int run) {
        return fin(run) ? length(run) - 1 : length(run);
    }

    boolean fin(int run) {
        return pages.getShort(run, TAIL) == FIN;
    }

    long end(int run) {
        return pages.getLong(run, START) + pages.getInt(run, LENGTH);
    }

    /** Cut bytes right behind the run. */
    int tail(int run) {
        return fin(run) ? 0 : pages.getShort(run, TAIL) & 0xFFFF;
    }

    /** The next of a list of runs that are in no tree, chained through {@link PageCache#LEFT}. */
    int chained(int run) {
        return pages.getInt(run, PageCache.LEFT);
    }

    /** Capture time of the run's first packet. */
    long timeNs(int run) {
        return pages.getLong(run, TIME);
    }

    void shift(int run, long by) {
        pages.putLong(run, START, pages.getLong(run, START) + by);
    }

    /** Drops the first {@code count} numbers, fewer than there are. */
    void trimHead(int run, int count) {
        pages.putLong(run, START, pages.getLong(run, START) + count);
        pages.putInt(run, LENGTH, pages.getInt(run, LENGTH) - count);
        int page = run;
        while (count > 0) {
            int from = pages.from(page);
            int to = pages.to(page);
            int piece = Math.min(count, to - from);
            pages.setRange(page, from + piece, to);
            count -= piece;
            page = pages.getInt(page, NEXT);
        }
        // the first page carries the run and stays; others that are empty now go
        int next = pages.getInt(run, NEXT);
        while (next != NIL && pages.from(next) == pages.to(next)) {
            int empty = next;
            next = pages.getInt(empty, NEXT);
            pages.free(empty);
        }
        pages.putInt(run, NEXT, next);
    }

    /** Keeps the first {@code length} numbers, at least one and fewer than there are. */
    void trimTail(int run, int length) {
        pages.putInt(run, LENGTH, length);
        pages.putShort(run, TAIL, 0);
        int page = run;
        int left = length;
        while (true) {
            int from = pages.from(page);
            int piece = Math.min(left, pages.to(page) - from);
            left -= piece;
            if (left == 0) {
                pages.setRange(page, from, from + piece);
                break;
            }
            page = pages.getInt(page, NEXT);
        }
        pages.freeChain(pages.getInt(page, NEXT));
        pages.putInt(page, NEXT, NIL);
        pages.putInt(run, LAST_PAGE, page);
    }

    /** A new run with a copy of the bytes from {@code skip} on; where each came from is kept. */
    int copyFrom(int run, int skip) {
        int copy = NIL;
        for (int page = run; page != NIL; page = pages.getInt(page, NEXT)) {
            int from = pages.from(page);
            int count = pages.to(page) - from;
            if (skip >= count) {
                skip -= count;
                continue;
            }
            ByteBuffer memory = pages.memory(page);
            int at = PageCache.position(page) + from + skip;
            if (copy == NIL) {
                copy = create(
                        0, memory, at, count - skip, pages.getShort(page, INTERFACE), pages.getLong(page, TIME), 0);
            } else {
                append(copy, memory, at, count - skip, pages.getShort(page, INTERFACE), pages.getLong(page, TIME), 0);
            }
            skip = 0;
        }
        if (copy == NIL) {
            copy = create(0, pages.memory(run), 0, 0, pages.getShort(run, INTERFACE), timeNs(run), FIN);
        } else if (fin(run)) {
            pages.putInt(copy, LENGTH, length(copy) + 1);
        }
        pages.putShort(copy, TAIL, pages.getShort(run, TAIL));
        pages.putLong(copy, START, end(run) - length(copy));
        return copy;
    }

    void free(int run) {
        pages.freeChain(run);
    }

    /** Whether the byte at {@code skip} is found without a walk along more pages than one packet may cost. */
    boolean isNear(int run, int skip) {
        int page = run;
        for (int walked = 0; walked < NEAR_PAGES && page != NIL; walked++) {
            skip -= pages.to(page) - pages.from(page);
            if (skip < 0) {
                return true;
            }
            page = pages.getInt(page, NEXT);
        }
        return false;
    }

    /** Copies {@code length} bytes from {@code skip} on. */
    void copy(int run, int skip, ByteBuffer target, int at, int length) {
        for (int page = run; length > 0; page = pages.getInt(page, NEXT)) {
            int from = pages.from(page);
            int count = pages.to(page) - from;
            int piece = Math.min(count - skip, length);
            if (piece <= 0) {
                skip -= count;
                continue;
            }
            target.put(at, pages.memory(page), PageCache.position(page) + from + skip, piece);
            at += piece;
            length -= piece;
            skip = 0;
        }
    }

    /** Adds the bytes from {@code skip} on to what is being delivered. */
    void collect(int run, int skip, ScatterGather into) {
        for (int page = run; page != NIL; page = pages.getInt(page, NEXT)) {
            int from = pages.from(page);
            int count = pages.to(page) - from;
            if (skip >= count) {
                skip -= count;
                continue;
            }
            into.add(
                    pages.memory(page),
                    PageCache.position(page) + from + skip,
                    count - skip,
                    pages.getLong(page, TIME),
                    pages.getShort(page, INTERFACE));
            skip = 0;
        }
    }
}
