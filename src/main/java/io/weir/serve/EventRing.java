package io.weir.serve;

import io.weir.relay.Bus;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;

/**
 * The newest events under ascending numbers, starting with 1. One thread.
 *
 * <p>Bounds: {@link #INDEXED} entries, and a number of bytes; the oldest goes first. Who wanted an entry, and how many
 * events and stream bytes it stood for, is remembered for {@link #INDEXED} numbers even when the entry itself is gone, so
 * that what a reader lost can be counted.
 */
final class EventRing {
    /** Numbers that are remembered; a power of two. */
    static final int INDEXED = 1 << 16;
    /** Of the index of all numbers. */
    static final int INDEX_BYTES = INDEXED * (8 + 8 + 4 + 8 + 4);

    /** What an event weighs besides its payload. */
    static final int EVENT_BYTES = 256;

    /** {@link StreamEvent}, {@link Bus.Lost}, or null for a mark. */
    private final Object[] entries = new Object[INDEXED];

    private final long[] slots = new long[INDEXED];
    private final int[] events = new int[INDEXED];
    private final long[] streamBytes = new long[INDEXED];
    private final int[] weights = new int[INDEXED];
    private final long boundBytes;
    private long heldBytes;
    private long oldest;
    private long next;

    EventRing(long boundBytes) {
        this(boundBytes, 1);
    }

    /** @param first number of the first entry */
    EventRing(long boundBytes, long first) {
        this.boundBytes = boundBytes;
        oldest = first;
        next = first;
    }

    /**
     * @param wantedBySlots bit {@code n} is set if slot {@code n} wants it
     * @return the event's number
     */
    long add(StreamEvent event, long wantedBySlots) {
        long bytes = event instanceof Data data ? data.length() : event instanceof Gap gap ? gap.length() : 0;
        return add(event, wantedBySlots, 1, bytes);
    }

    /** Takes the place of events that never got here. */
    long add(Bus.Lost lost) {
        return add(lost, 1L << lost.slot(), (int) Math.min(lost.events(), Integer.MAX_VALUE), lost.bytes());
    }

    /** Uses up a number for no event: a border between what was before and what comes. */
    void mark() {
        add(null, 0, 0, 0);
    }

    private long add(Object entry, long wantedBySlots, int eventCount, long bytes) {
        long number = next++;
        if (number - oldest >= INDEXED) {
            forgetOldest();
        }
        int index = index(number);
        entries[index] = entry;
        slots[index] = wantedBySlots;
        events[index] = eventCount;
        streamBytes[index] = bytes;
        weights[index] = weight(entry);
        heldBytes += weights[index];
        while (heldBytes > boundBytes && oldest < number) {
            forgetOldest();
        }
        return number;
    }

    private void forgetOldest() {
        int index = index(oldest++);
        heldBytes -= weights[index];
        entries[index] = null;
    }

    /** The entry of a number from {@link #oldest} to {@link #next}, exclusive: {@link StreamEvent} or {@link Bus.Lost}. */
    Object entry(long number) {
        return entries[index(number)];
    }

    /** Whether the methods below still know the number. */
    boolean indexed(long number) {
        return number > 0 && number < next && number >= next - INDEXED;
    }

    /** The first number that may be {@link #indexed}; all before it are not. */
    long firstIndexed() {
        return Math.max(1, next - INDEXED);
    }

    boolean wanted(long number, int slot) {
        return (slots[index(number)] & 1L << slot) != 0;
    }

    /** Bit {@code n} is set if slot {@code n} wants it. */
    long wantedBy(long number) {
        return slots[index(number)];
    }

    /** How many events an entry stands for. */
    int events(long number) {
        return events[index(number)];
    }

    /** How many bytes of streams those events tell of. */
    long streamBytes(long number) {
        return streamBytes[index(number)];
    }

    /** First number whose entry is held. */
    long oldest() {
        return oldest;
    }

    /** Number that the next entry will get. */
    long next() {
        return next;
    }

    long heldBytes() {
        return heldBytes;
    }

    /** What an entry counts in the backlog of a reader. */
    int weight(long number, boolean payload) {
        return payload ? weights[index(number)] : EVENT_BYTES;
    }

    private static int weight(Object entry) {
        return entry instanceof Data data && data.hasPayload() ? EVENT_BYTES + data.length() : EVENT_BYTES;
    }

    private static int index(long number) {
        return (int) number & INDEXED - 1;
    }
}
