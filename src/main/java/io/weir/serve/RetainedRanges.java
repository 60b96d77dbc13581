package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.weir.relay.Bus;
import java.util.ArrayList;
import java.util.List;

/** Which bytes of one direction are retained, and which are not: never captured, or given up since. Immutable. */
final class RetainedRanges {
    /** Stream offsets, {@code end} exclusive. */
    record Range(long start, long end) {
        /** As HTTP writes byte ranges: both ends inclusive. */
        String text() {
            return start + "-" + (end - 1);
        }
    }

    private final List<Range> gaps = new ArrayList<>();
    private final long retainedBytes;
    private final long tag;

    RetainedRanges(Bus.Content content) {
        long next = 0;
        long retained = 0;
        long hash = content.length();
        for (Bus.Piece piece : content.pieces()) {
            if (piece.offset() > next) {
                gaps.add(new Range(next, piece.offset()));
            }
            next = piece.offset() + piece.bytes().length;
            retained += piece.bytes().length;
            hash = 31 * (31 * hash + piece.offset()) + piece.bytes().length;
        }
        if (content.length() > next) {
            gaps.add(new Range(next, content.length()));
        }
        retainedBytes = retained;
        tag = hash;
    }

    List<Range> gaps() {
        return gaps;
    }

    long retainedBytes() {
        return retainedBytes;
    }

    /** Changes whenever other bytes are retained; the bytes of one offset never change. */
    String entityTag() {
        return '"' + Long.toHexString(tag) + '"';
    }

    /** A part of the retained bytes, counted without the gaps. */
    static Buffer bytes(Bus.Content content, long start, long end) {
        Buffer buffer = Buffer.buffer((int) (end - start));
        long position = 0;
        for (Bus.Piece piece : content.pieces()) {
            long from = Math.max(start, position) - position;
            long to = Math.min(end, position + piece.bytes().length) - position;
            if (from < to) {
                buffer.appendBytes(piece.bytes(), (int) from, (int) (to - from));
            }
            position += piece.bytes().length;
        }
        return buffer;
    }
}
