package io.weir.reassemble;

import java.nio.ByteBuffer;

/** Finds and tells bytes that came twice with different values. */
final class Conflicts {
    private final Reporter reporter;
    private final Runs runs;
    private static final int SCRATCH_BYTES = 1 << 16;

    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);
    private final ByteBuffer otherScratch = ByteBuffer.allocate(SCRATCH_BYTES);

    // what is delivered and not yet passed: its first piece, and that one's stream offset
    private ScatterGather delivered;
    private int chunk;
    private long chunkOffset;

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

    /**
     * As above, one version being part of a run, from offset {@code from} on. What lies too far inside a run of very many
     * pages is not compared, so that who sends it again and again makes no work: 0, as for bytes that are forgotten.
     */
    int compareRun(
            HalfConnection half, int run, long from, ByteBuffer other, int otherAt, int length, boolean runIsKept) {
        if (!runs.isNear(run, (int) (from - runs.start(run)))) {
            return 0;
        }
        ByteBuffer bytes = bytesOf(run, from, length, scratch);
        return runIsKept
                ? compare(half, from, bytes, 0, other, otherAt, length)
                : compare(half, from, other, otherAt, bytes, 0, length);
    }

    /** To be called before a delivery's new bytes are added: the first of them will have the stream offset {@code offset}. */
    void delivering(ScatterGather data, long offset) {
        delivered = data;
        chunk = data.chunks();
        chunkOffset = offset;
    }

    /**
     * Compares the first bytes of a run, up to {@code to}, with those that are delivered in their place. To be asked with
     * ascending runs: all of them together look at every delivered piece a few times at most.
     *
     * @return how many bytes differ
     */
    int compareDelivered(HalfConnection half, int run, long to) {
        long from = Math.max(runs.start(run), chunkOffset);
        while (chunk < delivered.chunks() && chunkOffset + delivered.chunkLength(chunk) <= from) {
            chunkOffset += delivered.chunkLength(chunk++);
        }
        int length = (int) (to - from);
        if (length <= 0) {
            return 0;
        }
        ByteBuffer kept = length <= SCRATCH_BYTES ? otherScratch : ByteBuffer.allocate(length);
        int at = 0;
        int skip = (int) (from - chunkOffset);
        for (int next = chunk; at < length; next++) {
            int piece = Math.min(delivered.chunkLength(next) - skip, length - at);
            kept.put(at, delivered.chunkMemory(next), delivered.chunkOffset(next) + skip, piece);
            at += piece;
            skip = 0;
        }
        return compare(half, from, kept, 0, bytesOf(run, from, length, scratch), 0, length);
    }

    private ByteBuffer bytesOf(int run, long from, int length, ByteBuffer small) {
        ByteBuffer bytes = length <= SCRATCH_BYTES ? small : ByteBuffer.allocate(length);
        runs.copy(run, (int) (from - runs.start(run)), bytes, 0, length);
        return bytes;
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
