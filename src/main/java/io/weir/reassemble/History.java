package io.weir.reassemble;

import java.nio.ByteBuffer;

/**
 * The newest delivered bytes of all directions, in one ring of fixed size, so that bytes that come again can be
 * compared with what was delivered. When the ring is full the oldest bytes are forgotten; what cannot be compared
 * counts as a duplicate.
 *
 * <p>A record is a header (where the direction's record before lies, stream offset, length) and the bytes. A direction
 * remembers where its newest record lies.
 */
final class History {
    /** A direction without records. */
    static final long NONE = -1;

    private static final int HEADER = 24;
    /** Records looked at for one segment at most; older ones count as forgotten. */
    private static final int MAX_RECORDS = 64;

    private final ByteBuffer ring;
    private final int capacity;
    private long head;

    /** @param bytes size of the ring; 0 remembers nothing */
    History(int bytes) {
        capacity = bytes;
        ring = ByteBuffer.allocate(bytes);
    }

    void remember(HalfConnection half, long offset, ByteBuffer memory, int at, int length) {
        int record = HEADER + length;
        if (record > capacity / 4) {
            return;
        }
        int position = (int) (head % capacity);
        if (position + record > capacity) {
            head += capacity - position;
            position = 0;
        }
        ring.putLong(position, half.historyAt);
        ring.putLong(position + 8, offset);
        ring.putInt(position + 16, length);
        ring.put(position + HEADER, memory, at, length);
        half.historyAt = head;
        head += record + 7 & ~7L;
    }

    /**
     * Compares bytes that came again with what was delivered, piece by piece.
     *
     * @return how many bytes were found to be different
     */
    int compare(HalfConnection half, long offset, ByteBuffer memory, int at, int length, Conflicts conflicts) {
        int different = 0;
        long end = offset + length;
        long record = half.historyAt;
        for (int count = 0; count < MAX_RECORDS && remembered(record); count++) {
            int position = (int) (record % capacity);
            long start = ring.getLong(position + 8);
            long from = Math.max(start, offset);
            long to = Math.min(start + ring.getInt(position + 16), end);
            if (from < to) {
                int delivered = position + HEADER + (int) (from - start);
                different += conflicts.compare(
                        half, from, ring, delivered, memory, at + (int) (from - offset), (int) (to - from));
            }
            if (start <= offset) {
                break;
            }
            record = ring.getLong(position);
        }
        return different;
    }

    private boolean remembered(long record) {
        return record != NONE && record >= head - capacity;
    }
}
