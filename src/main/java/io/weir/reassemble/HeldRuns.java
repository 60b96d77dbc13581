package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;

/** A direction's list of held runs, in order of arrival, each with the marks that {@link Held} gives it. */
final class HeldRuns {
    // marks
    static final int SYN_DATA = 1;
    static final int WRONG_CHECKSUM = 2;
    static final int BEYOND_WINDOW = 4;
    static final int WITH_FIN = 8;
    static final int PARTIAL_CHECKSUM = 16;

    // fields of a held run, which is in no tree
    private static final int MARKS = PageCache.PARENT;
    private static final int NEXT_HELD = PageCache.LEFT;

    private final PageCache pages;
    private final Runs runs;
    private ByteBuffer scratch = ByteBuffer.allocate(1 << 12);

    HeldRuns(PageCache pages, Runs runs) {
        this.pages = pages;
        this.runs = runs;
    }

    int next(int run) {
        return pages.getInt(run, NEXT_HELD);
    }

    /** Whether it has one of the marks. */
    boolean is(int run, int marks) {
        return (pages.getInt(run, MARKS) & marks) != 0;
    }

    int interfaceIndex(int run) {
        return pages.getShort(run, PageCache.INTERFACE);
    }

    /** Behind the run's bytes, those that the snap length cut, and its FIN. */
    long end(int run) {
        return runs.end(run) + runs.tail(run) + (is(run, WITH_FIN) ? 1 : 0);
    }

    /** How far a side was seen to send, what is held of it included. */
    long sentTo(HalfConnection half) {
        long sentTo = half.sentTo;
        for (int run = half.hasHeld() ? half.waiting.held : NIL; run != NIL; run = next(run)) {
            sentTo = Math.max(sentTo, end(run));
        }
        return sentTo;
    }

    void add(Waiting waiting, int run, int marks) {
        pages.putInt(run, MARKS, marks);
        pages.putInt(run, NEXT_HELD, NIL);
        if (waiting.held == NIL) {
            waiting.held = run;
        } else {
            int last = waiting.held;
            while (next(last) != NIL) {
                last = next(last);
            }
            pages.putInt(last, NEXT_HELD, run);
        }
        waiting.heldRuns++;
        waiting.heldBytes += runs.length(run);
    }

    /** Takes a run out and frees it; {@code before} is the one before it, or NIL. */
    void drop(Waiting waiting, int before, int run) {
        if (before == NIL) {
            waiting.held = next(run);
        } else {
            pages.putInt(before, NEXT_HELD, next(run));
        }
        waiting.heldRuns--;
        waiting.heldBytes -= runs.length(run);
        runs.free(run);
    }

    /** As {@link #drop}; its bytes count as refused. */
    void refuse(HalfConnection half, int before, int run) {
        half.refuse(runs.length(run));
        drop(half.waiting, before, run);
    }

    /** The run's first {@code count} bytes count as refused, the others stay. */
    void refuseHead(HalfConnection half, int run, int count) {
        half.refuse(count);
        half.waiting.heldBytes -= count;
        runs.trimHead(run, count);
    }

    /** Whether a run begins with the payload's bytes from {@code skip} on, as far as they were captured. */
    boolean begins(int run, Segment segment, int skip) {
        int length = Math.max(0, segment.payloadLength() - skip);
        ByteBuffer bytes = bytes(run, length);
        for (int index = 0; index < length; index++) {
            if (bytes.get(index) != segment.memory().get(segment.payloadOffset() + skip + index)) {
                return false;
            }
        }
        return true;
    }

    /** A copy of the first bytes, valid until the next call. */
    ByteBuffer bytes(int run, int length) {
        if (scratch.capacity() < length) {
            scratch = ByteBuffer.allocate(2 * length);
        }
        runs.copy(run, 0, scratch, 0, length);
        return scratch;
    }
}
