package io.weir.relay;

import io.weir.tally.Counters;

/**
 * The budget of one partition's retained bytes. Every array is charged before it is made, and everything of a stream is
 * released at once.
 *
 * <p>When full, the stream that closed first gives up its bytes; if no closed stream is left, the open one that has been
 * silent longest; if there is none besides the one that asks, nothing more is retained of that one. One thread.
 */
final class Retention {
    private final long budgetBytes;
    private final int headBytes;
    private final int tailBytes;
    private final RelayLedger ledger;
    private final Counters<RelayCounter> counters;
    private final RetainedStream open = new RetainedStream(this, false);
    private final RetainedStream closed = new RetainedStream(this, false);
    private long usedBytes;

    Retention(RelayOptions options, RelayLedger ledger) {
        this.budgetBytes = options.retainedBytes();
        this.headBytes = options.retainedHeadBytes();
        this.tailBytes = options.retainedTailBytes();
        this.ledger = ledger;
        this.counters = ledger.counters();
        open.previous = open;
        open.next = open;
        closed.previous = closed;
        closed.next = closed;
    }

    boolean wanted() {
        return budgetBytes > 0;
    }

    int headBytes() {
        return headBytes;
    }

    int tailBytes() {
        return tailBytes;
    }

    long usedBytes() {
        return usedBytes;
    }

    /**
     * Begins to retain a stream.
     *
     * @param fromStart false if its beginning is gone already
     * @return null if there is no room
     */
    RetainedStream begin(boolean fromStart) {
        RetainedStream stream = new RetainedStream(this, fromStart);
        link(open, stream);
        if (take(stream, RetainedStream.OVERHEAD_BYTES)) {
            return stream;
        }
        release(stream);
        return null;
    }

    /** The stream had data: it is now the open one that spoke last. */
    void touch(RetainedStream stream) {
        if (stream.next != open) {
            unlink(stream);
            link(open, stream);
        }
    }

    void close(RetainedStream stream) {
        unlink(stream);
        link(closed, stream);
        stream.closed = true;
    }

    /** Charges a stream in either list for memory that it is about to take; false if no room could be made. */
    boolean take(RetainedStream stream, int bytes) {
        while (usedBytes + bytes > budgetBytes) {
            RetainedStream victim = closed.next != closed ? closed.next : open.next;
            if (victim == stream) {
                victim = victim.next;
            }
            if (victim == open || victim == closed) {
                return false;
            }
            counters.increment(
                    victim.closed ? RelayCounter.RETENTION_EVICTED_CLOSED : RelayCounter.RETENTION_EVICTED_OPEN);
            release(victim);
        }
        stream.charged += bytes;
        used(usedBytes + bytes);
        return true;
    }

    /** Gives back all that the stream was charged for. Its owner sees {@link RetainedStream#evicted}. */
    void release(RetainedStream stream) {
        if (stream.evicted()) {
            return;
        }
        unlink(stream);
        stream.next = null;
        stream.previous = null;
        stream.forget();
        used(usedBytes - stream.charged);
        stream.charged = 0;
    }

    private void used(long bytes) {
        usedBytes = bytes;
        ledger.retained(bytes);
    }

    private static void link(RetainedStream list, RetainedStream stream) {
        stream.previous = list.previous;
        stream.next = list;
        list.previous.next = stream;
        list.previous = stream;
    }

    private static void unlink(RetainedStream stream) {
        stream.previous.next = stream.next;
        stream.next.previous = stream.previous;
    }
}
