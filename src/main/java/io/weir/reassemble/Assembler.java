package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.CLOSED;
import static io.weir.reassemble.HalfConnection.STARTED;

import io.weir.decode.Checksum;
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
 * <p>Callbacks must not call back into the assembler.
 */
public final class Assembler {
    private static final int RARE_FLAGS = Segment.SYN | Segment.FIN | Segment.RST | Segment.URG | Segment.ACK;
    private static final int RARE_OPTIONS = ~(Segment.OPTION_TIMESTAMPS | Segment.OPTION_SACK);

    private final AssemblerOptions options;
    private final StreamPool pool;
    private final PageCache pages = new PageCache();
    private final Reporter reporter = new Reporter();
    private final Timers timers;
    private final Gate gate;
    private final Delivery delivery;
    private final Placement placement;
    private final Held held;
    private final Starts starts;
    private final Handshake handshake;
    private final Acknowledgements acknowledgements;
    private final Endings endings;
    private final Admission admission;
    private final Upkeep upkeep;
    private long dueNs = Long.MAX_VALUE;

    /**
     * What {@link #flush} did.
     *
     * @param flushed directions that gave up holes
     * @param closed connections that were closed
     */
    public record Flushed(int flushed, int closed) {}

    public Assembler(StreamPool pool, AssemblerOptions options) {
        this.pool = pool;
        this.options = options;
        Runs runs = new Runs(pages);
        Conflicts conflicts = new Conflicts(reporter, runs);
        RunTree tree = new RunTree(pages);
        OutOfOrderQueue queue = options.overlap().isTable()
                ? new TableQueue(options.overlap(), tree, runs, conflicts)
                : new LinuxQueue(tree, runs, conflicts);
        History history = new History(options.historyBytes());
        Memory memory = new Memory(pages, options);
        timers = new Timers(options);
        gate = new Gate(options.checksum());
        delivery = new Delivery(pages, runs, queue, conflicts, history, memory, reporter);
        placement = new Placement(options, queue, runs, delivery, history, conflicts, memory, timers, reporter);
        held = new Held(pages, runs, memory, timers, placement, reporter);
        starts = new Starts(queue, runs, memory, delivery, placement, timers, reporter);
        handshake = new Handshake(starts, delivery, reporter);
        acknowledgements = new Acknowledgements(held, starts, placement);
        endings = new Endings(options, pool, timers, delivery, placement, held, starts, reporter);
        admission = new Admission(options, pool, timers, starts, endings, reporter);
        upkeep = new Upkeep(options, pool, timers, starts, held, placement, endings, reporter);
    }

    /** Takes in one segment; the streams' callbacks run before this returns. */
    public void assemble(Segment segment) {
        long timeNs = segment.timeNs();
        if (timeNs >= dueNs) {
            advance(timeNs);
        }
        reporter.now(timeNs);
        boolean swap = FlowHash.sourceIsHigher(segment);
        Connection connection = pool.find(segment, swap);
        if (connection == null || connection.ending != null) {
            connection = admission.open(connection, segment, swap);
            dueNs = timers.dueNs();
            if (connection == null) {
                return;
            }
        }
        HalfConnection half = swap ? connection.high : connection.low;
        half.packets++;
        if (isNext(half, segment)) {
            expected(half, swap ? connection.low : connection.high, segment);
        } else {
            unexpected(half, swap ? connection.low : connection.high, segment);
        }
    }

    /** Whether the segment is nothing but the next bytes of a direction that waits for nothing. */
    private static boolean isNext(HalfConnection half, Segment segment) {
        return (half.state & (STARTED | CLOSED)) == STARTED
                && segment.sequence() == half.base + (int) half.next
                && (segment.flags() & RARE_FLAGS) == Segment.ACK
                && (segment.options() & RARE_OPTIONS) == 0
                && half.waiting == null
                && segment.payloadLength() > 0
                && segment.payloadLength() == segment.payloadWireLength()
                && segment.checksum() != Checksum.WRONG
                && segment.hopLimit() == half.hopLimit
                && half.connection.machine.established()
                && !half.connection.resetSuspected
                && half.connection.candidates == null;
    }

    private void expected(HalfConnection half, HalfConnection peer, Segment segment) {
        Anomaly refusal = gate.refuses(half, peer, segment);
        if (refusal != null || held.reason(half, peer, segment) != null) {
            unexpected(half, peer, segment, refusal);
            return;
        }
        Connection connection = half.connection;
        long timeNs = segment.timeNs();
        half.lastSeenNs = Math.max(half.lastSeenNs, timeNs);
        timers.touch(connection, timeNs);
        gate.accepted(half, segment);
        Stream.Acceptance acceptance =
                connection.stream.accept(segment, connection.direction(half), half.expectedSequence() & 0xFFFFFFFFL);
        if (acceptance == Stream.Acceptance.REFUSE) {
            half.refusedBytes += segment.payloadLength();
            return;
        }
        acknowledgements.take(half, peer, segment);
        acknowledgements.sent(half, peer, half.next + segment.payloadLength());
        delivery.deliverOnly(
                half,
                segment.memory(),
                segment.payloadOffset(),
                segment.payloadLength(),
                timeNs,
                segment.interfaceIndex());
        if (half.acked > half.next || connection.halfOpen || peer.queue != null) {
            endings.settle(connection);
            dueNs = timers.dueNs();
        }
    }

    private void unexpected(HalfConnection half, HalfConnection peer, Segment segment) {
        unexpected(half, peer, segment, gate.refuses(half, peer, segment));
    }

    private void unexpected(HalfConnection half, HalfConnection peer, Segment segment, Anomaly refusal) {
        if (refusal != null) {
            refuse(half, peer, segment, refusal);
            return;
        }
        Connection connection = half.connection;
        half.lastSeenNs = Math.max(half.lastSeenNs, segment.timeNs());
        timers.touch(connection, segment.timeNs());
        Stream.Acceptance acceptance = connection.stream.accept(
                segment,
                connection.direction(half),
                half.is(STARTED) ? half.expectedSequence() & 0xFFFFFFFFL : Sequence.INVALID);
        advise(half, segment);
        if (acceptance == Stream.Acceptance.REFUSE) {
            half.refusedBytes += segment.payloadLength();
        } else if (segment.has(Segment.RST)) {
            endings.reset(half, peer, segment);
        } else {
            obey(half, peer, segment, acceptance == Stream.Acceptance.START);
        }
        dueNs = timers.dueNs();
    }

    private void refuse(HalfConnection half, HalfConnection peer, Segment segment, Anomaly refusal) {
        boolean data = (segment.flags() & (Segment.SYN | Segment.RST | Segment.ACK)) == Segment.ACK
                && segment.payloadLength() > 0;
        if (refusal == Anomaly.CHECKSUM_WRONG
                && data
                && options.checksum() == AssemblerOptions.ChecksumRule.AUTO
                && (half.state & (STARTED | CLOSED)) == STARTED) {
            // damaged perhaps by the capture only: its receiver will tell
            held.hold(half, segment, refusal);
            held.confirm(half, peer);
        } else {
            half.refusedBytes += segment.payloadLength();
            reporter.report(half, refusal);
        }
        dueNs = timers.dueNs();
    }

    private void obey(HalfConnection half, HalfConnection peer, Segment segment, boolean start) {
        Connection connection = half.connection;
        if (connection.resetSuspected) {
            endings.outlived(half);
        }
        if (segment.has(Segment.SYN)) {
            Handshake.Outcome outcome = handshake.syn(half, peer, segment);
            if (outcome == Handshake.Outcome.NEW_CONNECTION) {
                reuse(connection, half == connection.high, segment);
                return;
            }
            if (outcome == Handshake.Outcome.IGNORED) {
                half.refusedBytes += segment.payloadLength();
                return;
            }
        } else if (segment.has(Segment.ACK)) {
            handshake.acknowledged(peer, segment.acknowledgement());
        }
        if (!half.is(STARTED) && start) {
            starts.forced(half, segment);
        }
        gate.accepted(half, segment);
        Anomaly reason = held.reason(half, peer, segment);
        if (segment.has(Segment.ACK)) {
            acknowledgements.take(half, peer, segment);
        }
        place(half, peer, segment, reason);
        endings.settle(connection);
        dueNs = timers.dueNs();
    }

    private void place(HalfConnection half, HalfConnection peer, Segment segment, Anomaly reason) {
        if (!half.is(STARTED)) {
            starts.midstream(half, peer, segment);
            return;
        }
        long offset = half.offset(segment.sequence());
        int length = segment.payloadWireLength();
        long end = offset + length + (segment.has(Segment.SYN) ? 1 : 0);
        if (reason != Anomaly.ACKNOWLEDGES_UNSENT) {
            acknowledgements.sent(half, peer, end + (segment.has(Segment.FIN) ? 1 : 0));
        }
        if (reason != null) {
            held.hold(half, segment, reason);
            held.confirm(half, peer);
            return;
        }
        if (length > 0 && half.hasHeld()) {
            held.replaced(half, offset, end);
        }
        if (segment.has(Segment.URG) && length > 0) {
            reporter.report(half, Anomaly.URGENT, Math.max(0, offset + segment.urgentPointer() - 1), 1);
        }
        if (length == 0 && offset == half.next - 1 && !segment.has(Segment.FIN) && !segment.has(Segment.SYN)) {
            reporter.report(half, Anomaly.KEEP_ALIVE);
        }
        placement.place(half, segment);
    }

    private void advise(HalfConnection half, Segment segment) {
        Anomaly malformed = TcpOptionCheck.malformed(segment);
        if (malformed != null) {
            reporter.report(half, malformed);
        }
        int hopLimit = segment.hopLimit();
        if (hopLimit != half.hopLimit) {
            if (half.hopLimit >= 0 || hopLimit == 1) {
                reporter.report(half, Anomaly.HOP_LIMIT);
            }
            half.hopLimit = hopLimit;
        }
        Connection connection = half.connection;
        // whether a reset counts is not for the flags to say
        if (!segment.has(Segment.RST) && !connection.machine.accept(segment.flags(), half == connection.low)) {
            reporter.report(half, Anomaly.STATE_UNEXPECTED);
        }
    }

    /** The new connection between the ends of an open one. */
    private void reuse(Connection connection, boolean swap, Segment segment) {
        HalfConnection before = swap ? connection.high : connection.low;
        boolean unanswered = before.next == 0 && before.peer().packets == 0;
        int earlier = before.base;
        SynCandidates candidates = connection.candidates;
        reporter.report(before, unanswered ? Anomaly.SYN_AMBIGUOUS : Anomaly.PORT_REUSED);
        endings.close(connection, Ending.REUSED);
        if (connection.stream != null) {
            endings.forget(connection);
        }
        Connection opened = admission.open(null, segment, swap);
        if (opened == null) {
            return;
        }
        HalfConnection half = swap ? opened.high : opened.low;
        half.packets++;
        if (unanswered) {
            opened.candidates = SynCandidates.moved(candidates, half, earlier);
        }
        unexpected(half, opened.peer(half), segment);
    }

    /**
     * Lets packet time pass without a packet: whatever is due at {@code nowNs} happens. Costs as much as is due.
     *
     * @param nowNs nanoseconds since 1970; a time that goes backwards does nothing
     */
    public void advance(long nowNs) {
        upkeep.advance(nowNs);
        dueNs = timers.dueNs();
    }

    /** Gives up old holes and closes old connections, see {@link FlushOptions}. Costs as much as is old. */
    public Flushed flush(FlushOptions what) {
        Flushed flushed = upkeep.flush(what);
        dueNs = timers.dueNs();
        return flushed;
    }

    /** Delivers everything that waits and closes every connection with {@link Ending#STOPPED}; returns how many. */
    public int flushAll() {
        int closed = upkeep.flushAll();
        dueNs = timers.dueNs();
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

    /** Bytes of memory taken from the heap for waiting data, in use or spare. */
    public long reservedMemory() {
        return pages.slabBytes();
    }
}
