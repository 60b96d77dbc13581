package io.weir.reassemble;

import io.weir.decode.Segment;
import io.weir.tally.Counters;

/**
 * Puts the segments of many connections in order. One assembler and one pool for each partition: one thread, no locks.
 */
public final class Assembler {
    /** What was flushed. */
    public record Flushed(int flushed, int closed) {}

    public Assembler(StreamPool pool, AssemblerOptions options) {}

    /** Takes in one segment; the stream's callbacks run before this returns. The segment's time drives all timers. */
    public void assemble(Segment segment) { throw new UnsupportedOperationException(); }

    /** Lets packet time pass without a packet: timers due at or before {@code nowNs} run. */
    public void advance(long nowNs) { throw new UnsupportedOperationException(); }

    public Flushed flush(FlushOptions options) { throw new UnsupportedOperationException(); }

    public Flushed flushCloseOlderThan(long timeNs) { return flush(new FlushOptions(timeNs, timeNs)); }

    /** Delivers everything that waits, closes every connection with {@link Ending#STOPPED}; returns how many. */
    public int flushAll() { throw new UnsupportedOperationException(); }

    /** One counter for each anomaly; any thread may read. */
    public Counters<Anomaly> anomalies() { throw new UnsupportedOperationException(); }

    /** Bytes of memory that waiting data takes now. */
    public long waitingMemory() { throw new UnsupportedOperationException(); }
}
