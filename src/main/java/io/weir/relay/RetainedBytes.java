package io.weir.relay;

import io.weir.reassemble.GapCause;
import io.weir.relay.Bus.Piece;
import java.util.List;

/**
 * Retained of one direction: its first bytes, and a ring of its newest ones. Memory grows by doubling with what comes, and
 * each growth is asked of the {@link Retention}.
 */
final class RetainedBytes {
    private static final int FEW_BYTES = 256;
    private static final byte[] NOTHING = {};

    private final Retention retention;
    private final RetainedStream stream;
    private final Marks headMarks = new Marks();
    private final Marks tailMarks = new Marks();
    private byte[] head = NOTHING;
    private int headLength;
    private boolean headEnded;
    private byte[] tail = NOTHING;
    private int tailFirst;
    private int tailLength;

    RetainedBytes(Retention retention, RetainedStream stream, boolean withHead) {
        this.retention = retention;
        this.stream = stream;
        this.headEnded = !withHead || retention.headBytes() == 0;
    }

    /** @return bytes that were retained */
    int data(long offset, PayloadSource source, int from, int length, long timeNs, long ordinal) {
        int inHead = headEnded ? 0 : Math.min(length, retention.headBytes() - headLength);
        if (inHead > 0 && !toHead(offset, source, from, inHead, timeNs, ordinal)) {
            inHead = 0;
        }
        int rest = length - inHead;
        int inTail = Math.min(rest, retention.tailBytes());
        if (inTail == 0) {
            return inHead;
        }
        int passed = length - inTail;
        boolean kept = toTail(offset + passed, source, from + passed, inTail, timeNs, ordinal);
        return inHead + (kept ? inTail : 0);
    }

    void gap(long offset, long length, GapCause cause, long timeNs, long ordinal) {
        headEnded |= headMarks.full();
        Marks marks = headEnded ? tailMarks : headMarks;
        if (marks.full()) {
            dropFirst();
        }
        if (retention.take(stream, marks.growthBytes())) {
            marks.add(offset, length, cause, timeNs, ordinal);
        }
    }

    /** Data of at least one byte, in order of offset. */
    void pieces(List<Piece> pieces) {
        int at = 0;
        for (int index = 0; index < headMarks.count(); index++) {
            if (headMarks.cause(index) == null) {
                byte[] bytes = new byte[(int) headMarks.length(index)];
                System.arraycopy(head, at, bytes, 0, bytes.length);
                at += bytes.length;
                pieces.add(new Piece(headMarks.offset(index), bytes, headMarks.timeNs(index)));
            }
        }
        at = tailFirst;
        for (int index = 0; index < tailMarks.count(); index++) {
            if (tailMarks.cause(index) == null) {
                byte[] bytes = new byte[(int) tailMarks.length(index)];
                int untilEnd = Math.min(bytes.length, tail.length - at);
                System.arraycopy(tail, at, bytes, 0, untilEnd);
                System.arraycopy(tail, 0, bytes, untilEnd, bytes.length - untilEnd);
                at = (at + bytes.length) % tail.length;
                pieces.add(new Piece(tailMarks.offset(index), bytes, tailMarks.timeNs(index)));
            }
        }
    }

    Marks headMarks() {
        return headMarks;
    }

    Marks tailMarks() {
        return tailMarks;
    }

    private boolean toHead(long offset, PayloadSource source, int from, int length, long timeNs, long ordinal) {
        if (headMarks.full() && !headMarks.lastIsDataUpTo(offset)) {
            headEnded = true;
            return false;
        }
        int capacity = capacity(head.length, headLength + length, retention.headBytes());
        int growth = capacity - head.length + headMarks.growthBytes();
        if (!retention.take(stream, growth)) {
            headEnded = true;
            return false;
        }
        if (capacity > head.length) {
            byte[] larger = new byte[capacity];
            System.arraycopy(head, 0, larger, 0, headLength);
            head = larger;
        }
        headMarks.reserve();
        source.copy(from, head, headLength, length);
        // nothing fails from here on, so that bytes and marks always agree
        headLength += length;
        headEnded = headLength == retention.headBytes();
        if (headMarks.full()) {
            headMarks.lengthenLast(length, timeNs);
        } else {
            headMarks.add(offset, length, null, timeNs, ordinal);
        }
        return true;
    }

    private boolean toTail(long offset, PayloadSource source, int from, int length, long timeNs, long ordinal) {
        headEnded = true;
        if (tailMarks.full()) {
            dropFirst();
        }
        int capacity = capacity(tail.length, tailLength + length, retention.tailBytes());
        if (!retention.take(stream, capacity - tail.length + tailMarks.growthBytes())) {
            return false;
        }
        if (capacity > tail.length) {
            growTail(capacity);
        }
        tailMarks.reserve();
        free(tailLength + length - tail.length);
        int at = (tailFirst + tailLength) % tail.length;
        int untilEnd = Math.min(length, tail.length - at);
        source.copy(from, tail, at, untilEnd);
        if (untilEnd < length) {
            source.copy(from + untilEnd, tail, 0, length - untilEnd);
        }
        tailLength += length;
        tailMarks.add(offset, length, null, timeNs, ordinal);
        return true;
    }

    private void growTail(int capacity) {
        byte[] larger = new byte[capacity];
        int untilEnd = Math.min(tailLength, tail.length - tailFirst);
        System.arraycopy(tail, tailFirst, larger, 0, untilEnd);
        System.arraycopy(tail, 0, larger, untilEnd, tailLength - untilEnd);
        tail = larger;
        tailFirst = 0;
    }

    /** Forgets the oldest bytes of the ring, and every gap before the oldest that stays. */
    private void free(int bytes) {
        int left = bytes;
        while (left > 0) {
            if (tailMarks.cause(0) == null && tailMarks.length(0) > left) {
                tailMarks.trimFirst(left);
                tailFirst = (tailFirst + left) % tail.length;
                tailLength -= left;
                return;
            }
            left -= dropFirst();
        }
    }

    /** Forgets the oldest mark of the ring with its bytes, and tells how many those were. */
    private int dropFirst() {
        int bytes = 0;
        if (tailMarks.cause(0) == null) {
            bytes = (int) tailMarks.length(0);
            tailFirst = (tailFirst + bytes) % tail.length;
            tailLength -= bytes;
        }
        tailMarks.removeFirst();
        return bytes;
    }

    private static int capacity(int now, int needed, int limit) {
        if (needed <= now) {
            return now;
        }
        int capacity = Math.max(FEW_BYTES, now);
        while (capacity < needed && capacity < limit) {
            capacity *= 2;
        }
        return Math.min(capacity, limit);
    }
}
