package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

import java.nio.ByteBuffer;

/** Copies what a stream wants to see again ({@link ScatterGather#keepFrom}) into a run of its own. */
final class Keeping {
    private final Runs runs;
    private final Memory memory;
    private final Reporter reporter;

    Keeping(Runs runs, Memory memory, Reporter reporter) {
        this.runs = runs;
        this.memory = memory;
        this.reporter = reporter;
    }

    /** The stream has seen {@code data}, whose first byte is at {@code offset}. */
    void keep(HalfConnection half, ScatterGather data, long offset) {
        int from = data.keptFrom();
        if (!memory.admitsKept(half, data.length() - from)) {
            reporter.report(half, Anomaly.WAIT_LIMIT, offset + from, data.length() - from);
            return;
        }
        int kept = NIL;
        int position = 0;
        for (int chunk = 0; chunk < data.chunks(); chunk++) {
            int length = data.chunkLength(chunk);
            int skip = Math.max(0, Math.min(length, from - position));
            position += length;
            if (skip == length) {
                continue;
            }
            ByteBuffer bytes = data.chunkMemory(chunk);
            int at = data.chunkOffset(chunk) + skip;
            int index = data.chunkInterface(chunk);
            if (kept == NIL) {
                kept = runs.create(0, bytes, at, length - skip, index, data.chunkTimeNs(chunk), 0);
            } else {
                runs.append(kept, bytes, at, length - skip, index, data.chunkTimeNs(chunk), 0);
            }
        }
        memory.waiting(half).kept = kept;
    }
}
