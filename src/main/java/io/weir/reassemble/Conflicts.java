package io.weir.reassemble;

import java.nio.ByteBuffer;

/** Finds and tells bytes that came twice with different values. */
final class Conflicts {
    private final Reporter reporter;
    private final Runs runs;
    private ByteBuffer scratch = ByteBuffer.allocate(1 << 12);

    Conflicts(Reporter reporter, Runs runs) {
        this.reporter = reporter;
        this.runs = runs;
    }

    /**
     * Compares two versions of the same bytes and tells the stream if they differ.
     *
     * @param offset stream offset of the first byte
     * @return how many bytes differ
     */
    int compare(
            HalfConnection half, long offset, ByteBuffer kept, int keptAt, ByteBuffer other, int otherAt, int length) {
        int different = 0;
        int first = -1;
        int last = -1;
        for (int index = 0; index < length; index++) {
            if (kept.get(keptAt + index) != other.get(otherAt + index)) {
                different++;
                first = first < 0 ? index : first;
                last = index;
            }
        }
        if (different > 0) {
            int span = last - first + 1;
            reporter.conflict(
                    half,
                    offset + first,
                    span,
                    digest(kept, keptAt + first, span),
                    digest(other, otherAt + first, span));
        }
        return different;
    }

    /** As above, one version being part of a run, from offset {@code from} on. */
    int compareRun(
            HalfConnection half, int run, long from, ByteBuffer other, int otherAt, int length, boolean runIsKept) {
        if (scratch.capacity() < length) {
            scratch = ByteBuffer.allocate(Integer.highestOneBit(length) * 2);
        }
        runs.copy(run, (int) (from - runs.start(run)), scratch, 0, length);
        return runIsKept
                ? compare(half, from, scratch, 0, other, otherAt, length)
                : compare(half, from, other, otherAt, scratch, 0, length);
    }

    /** FNV-1a, 64 bit. */
    private static long digest(ByteBuffer memory, int at, int length) {
        long digest = 0xcbf29ce484222325L;
        for (int index = 0; index < length; index++) {
            digest = (digest ^ memory.get(at + index) & 0xFF) * 0x100000001b3L;
        }
        return digest;
    }
}
