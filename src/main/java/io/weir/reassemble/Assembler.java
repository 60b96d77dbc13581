package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.tally.Counters;

/**
 * Puts the segments of many connections in order. One assembler and one {@link StreamPool} for each partition, all
 * calls from one thread, no locks. Nothing reads a clock: the segments' capture times, and {@link #advance}, drive every
 * timer, so the same segments give the same calls each time.
 *
 * <p>A segment that begins at its direction's next byte is handed to the stream where it lies: nothing is copied or
 * allocated before the callback. Other bytes are copied once, into pages that are reused.
 *
 * <p>Callbacks must not call back into the assembler. What they throw, a method here throws once its work is done, see
 * {@link Stream}.
 */
public final class Assembler {
    private final StreamPool pool;
    private final PageCache pages = new PageCache();
    private final Callbacks callbacks = new Callbacks();
    private final Reporter reporter = new Reporter(callbacks);
    private final Timers timers;
    private final Admission admission;
    private final Upkeep upkeep;
    /** Null if there is none. */
    private final FastPath fastPath;

    private final SlowPath slowPath;

    /**
     * What {@link #flush} did.
     *
     * @param flushed directions that gave up holes
     * @param closed connections that were closed
     */
    public record Flushed(int flushed, int closed) {}

    public Assembler(StreamPool pool, AssemblerOptions options) {
        this(pool, options, true);
    }

    /** @param fast false to leave every segment to the slow path, for whoever compares the two */
    Assembler(StreamPool pool, AssemblerOptions options, boolean fast) {
        this.pool = pool;
        Runs runs = new Runs(pages);
        Conflicts conflicts = new Conflicts(reporter, runs);
        RunTree tree = new RunTree(pages);
        OutOfOrderQueue queue = options.overlap().isTable()
                ? new TableQueue(options.overlap(), tree, runs, conflicts)
                : new LinuxQueue(tree, runs, conflicts);
        History history = new History(options.historyBytes());
        Memory memory = new Memory(pages, options);
        timers = new Timers(options);
        Gate gate = new Gate(options.checksum());
        Delivery delivery = new Delivery(pages, runs, queue, conflicts, history, memory, reporter, callbacks);
        Placement placement =
                new Placement(options, queue, runs, delivery, history, conflicts, memory, timers, reporter);
        Held held = new Held(pages, runs, memory, timers, placement, reporter);
        Starts starts = new Starts(queue, runs, memory, delivery, placement, timers, reporter, callbacks);
        Handshake handshake = new Handshake(starts, delivery, reporter);
        Acknowledgements acknowledgements = new Acknowledgements(held, starts, placement);
        Endings endings = new Endings(options, pool, timers, delivery, placement, held, starts, reporter, callbacks);
        admission = new Admission(options, pool, timers, starts, endings, reporter, callbacks);
        upkeep = new Upkeep(options, pool, timers, starts, held, placement, endings, reporter);
        fastPath = fast ? new FastPath(timers, gate, acknowledgements, delivery, callbacks) : null;
        slowPath = new SlowPath(
                options,
                timers,
                gate,
                placement,
                held,
                starts,
                handshake,
                acknowledgements,
                endings,
                admission,
                reporter,
                callbacks);
    }

    /** Takes in one segment; the streams' callbacks run before this returns. */
    public void assemble(Segment segment) {
        long timeNs = segment.timeNs();
        if (timeNs >= timers.dueNs()) {
            upkeep.advance(timeNs);
        }
        reporter.now(timeNs);
        segment.verify();
        boolean swap = FlowHash.sourceIsHigher(segment);
        Connection connection = pool.find(segment, swap);
        if (connection == null || connection.ended()) {
            connection = admission.open(connection, segment, swap);
            if (connection == null) {
                callbacks.rethrow();
                return;
            }
        }
        HalfConnection half = swap ? connection.high : connection.low;
        half.countPacket();
        HalfConnection peer = swap ? connection.low : connection.high;
        if (fastPath == null || !fastPath.take(half, peer, segment)) {
            slowPath.take(half, peer, segment);
            upkeep.closeEnded();
        }
        callbacks.rethrow();
    }

    /**
     * Lets packet time pass without a packet: whatever is due at {@code nowNs} happens. Costs as much as is due.
     *
     * @param nowNs nanoseconds since 1970; a time that goes backwards does nothing
     */
    public void advance(long nowNs) {
        upkeep.advance(nowNs);
        callbacks.rethrow();
    }

    /** Gives up old holes and closes old connections, see {@link FlushOptions}. Costs as much as is old. */
    public Flushed flush(FlushOptions what) {
        Flushed flushed = upkeep.flush(what);
        callbacks.rethrow();
        return flushed;
    }

    /** Delivers everything that waits and closes every connection with {@link Ending#STOPPED}; returns how many. */
    public int flushAll() {
        int closed = upkeep.flushAll();
        callbacks.rethrow();
        return closed;
    }

    /** {@link #flush} of holes and connections alike. */
    public Flushed flushCloseOlderThan(long timeNs) {
        return flush(new FlushOptions(timeNs, timeNs));
    }

    /** One counter for each anomaly; any thread may read. */
    public Counters<Anomaly> anomalies() {
        return reporter.counters();
    }

    /** Bytes of memory that waiting data takes now, page headers included. */
    public long waitingMemory() {
        return pages.usedBytes();
    }
}
