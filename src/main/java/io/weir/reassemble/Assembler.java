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
    /** Of {@link AssemblerOptions#maxStreams}, this part may be half-open. */
    private static final int HALF_OPEN_SHARE = 4;

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
        OutOfOrderQueue queue = new OutOfOrderQueue(options.overlap(), new RunTree(pages), runs, conflicts);
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
    }

    /** Takes in one segment; the streams' callbacks run before this returns. */
    public void assemble(Segment segment) {
        long timeNs = segment.timeNs();
        if (timeNs >= dueNs) {
            advance(timeNs);
        }
        reporter.now(timeNs);
        pool.hash(segment);
        boolean swap = FlowHash.sourceIsHigher(segment);
        Connection connection = pool.find(segment, swap);
        if (connection == null || connection.ending != null) {
            connection = open(connection, segment, swap);
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
                && half.finOffset < 0
                && segment.payloadLength() > 0
                && segment.payloadLength() == segment.payloadWireLength()
                && segment.checksum() != Checksum.WRONG
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
            settle(connection, half, peer);
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
        advise(half, segment);
        Stream.Acceptance acceptance = connection.stream.accept(
                segment,
                connection.direction(half),
                half.is(STARTED) ? half.expectedSequence() & 0xFFFFFFFFL : Sequence.INVALID);
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
        settle(connection, half, peer);
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

    /** After whatever a segment did: timers, and the connection's end if both sides have ended. */
    private void settle(Connection connection, HalfConnection half, HalfConnection peer) {
        if (connection.ending != null) {
            return;
        }
        placement.settle(half);
        placement.settle(peer);
        if (connection.halfOpen && (peer.packets > 0 || half.next > 0)) {
            connection.halfOpen = false;
            timers.open.add(connection, reporter.now());
        }
        endings.closeIfBothEnded(connection);
        dueNs = timers.dueNs();
    }

    private void advise(HalfConnection half, Segment segment) {
        Anomaly malformed = TcpOptionCheck.malformed(segment);
        if (malformed != null) {
            reporter.report(half, malformed);
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
        Connection opened = open(null, segment, swap);
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

    /** A connection for a segment that has none, or whose connection has ended; null if it gets none. */
    private Connection open(Connection ended, Segment segment, boolean swap) {
        if (ended != null) {
            HalfConnection half = swap ? ended.high : ended.low;
            if (endings.straggler(ended, half, segment)) {
                if (ended.stream != null) {
                    ended.stream.accept(segment, ended.direction(half), half.expectedSequence() & 0xFFFFFFFFL);
                }
                return null;
            }
            endings.forget(ended);
        }
        if (options.checksum() == AssemblerOptions.ChecksumRule.ON && segment.checksum() == Checksum.WRONG) {
            reporter.count(Anomaly.CHECKSUM_WRONG);
            return null;
        }
        boolean halfOpen = (segment.flags() & (Segment.SYN | Segment.ACK | Segment.RST)) == Segment.SYN;
        makeRoom(halfOpen);
        reporter.now(segment.timeNs());
        Connection connection = pool.add(segment);
        connection.stream = pool.factory.open(segment, connection);
        if (connection.stream == null) {
            pool.ended();
            pool.remove(connection);
            return null;
        }
        connection.halfOpen = halfOpen;
        (halfOpen ? timers.halfOpen : timers.open).add(connection, segment.timeNs());
        dueNs = timers.dueNs();
        return connection;
    }

    private void makeRoom(boolean halfOpen) {
        boolean full = pool.size() >= options.maxStreams();
        boolean tooManyHalfOpen = halfOpen && timers.halfOpen.size() >= options.maxStreams() / HALF_OPEN_SHARE;
        if (!full && !tooManyHalfOpen) {
            return;
        }
        Timed oldest = timers.halfOpen.oldest();
        oldest = oldest != null ? oldest : timers.suspected.oldest();
        oldest = oldest != null ? oldest : timers.open.oldest();
        Connection connection = (Connection) oldest;
        starts.settleRoles(connection);
        reporter.report(connection.low, Anomaly.STREAM_LIMIT);
        endings.close(connection, Ending.EVICTED);
    }

    /**
     * Lets packet time pass without a packet: whatever is due at {@code nowNs} happens. Costs as much as is due.
     *
     * @param nowNs nanoseconds since 1970; a time that goes backwards does nothing
     */
    public void advance(long nowNs) {
        reporter.now(nowNs);
        Timed due;
        while ((due = due(timers.starting, options.startGraceNs(), nowNs)) != null) {
            HalfConnection half = (HalfConnection) due;
            starts.now(half);
            settle(half.connection, half, half.peer());
        }
        while ((due = due(timers.held, Timers.HOLD_NS, nowNs)) != null) {
            HalfConnection half = ((Waiting) due).half;
            held.release(half, half.peer());
            settle(half.connection, half, half.peer());
        }
        while ((due = due(timers.ackedHoles, options.ackedHoleGraceNs(), nowNs)) != null) {
            giveUp((HalfConnection) due, GapCause.NOT_CAPTURED);
        }
        while ((due = due(timers.holes, options.holeTimeoutNs(), nowNs)) != null) {
            giveUp((HalfConnection) due, GapCause.TIMEOUT);
        }
        closeDue(timers.halfOpen, options.halfOpenTimeoutNs(), nowNs, Ending.IDLE);
        closeDue(timers.suspected, options.halfOpenTimeoutNs(), nowNs, Ending.RST);
        closeDue(timers.open, options.idleTimeoutNs(), nowNs, Ending.IDLE);
        forgetDue(timers.tombstones, options.tombstoneNs(), nowNs);
        forgetDue(timers.lingering, options.idleTimeoutNs(), nowNs);
        dueNs = timers.dueNs();
    }

    private static Timed due(TimeQueue queue, long delayNs, long nowNs) {
        return queue.dueNs(delayNs) <= nowNs ? queue.oldest() : null;
    }

    private void giveUp(HalfConnection half, GapCause cause) {
        placement.giveUpHole(half, cause);
        TimeQueue.leave(half);
        settle(half.connection, half, half.peer());
    }

    private void closeDue(TimeQueue queue, long delayNs, long nowNs, Ending ending) {
        Timed due;
        while ((due = due(queue, delayNs, nowNs)) != null) {
            Connection connection = (Connection) due;
            if (queue != timers.halfOpen && connection.lastSeenNs() + delayNs > nowNs) {
                // seen since it was queued
                queue.add(connection, connection.lastSeenNs());
            } else {
                endings.close(connection, ending);
            }
        }
    }

    private void forgetDue(TimeQueue queue, long delayNs, long nowNs) {
        Timed due;
        while ((due = due(queue, delayNs, nowNs)) != null) {
            endings.forget((Connection) due);
        }
    }

    /** Gives up old holes and closes old connections, see {@link FlushOptions}. Costs as much as is old. */
    public Flushed flush(FlushOptions what) {
        int flushed = 0;
        for (TimeQueue queue : new TimeQueue[] {timers.holes, timers.ackedHoles}) {
            Timed next;
            for (Timed each = queue.oldest(); each != null; each = next) {
                next = each.after;
                HalfConnection half = (HalfConnection) each;
                boolean old = false;
                while (placement.hasHole(half) && placement.waitsSinceNs(half) < what.dataOlderThanNs()) {
                    placement.giveUpHole(half, GapCause.TIMEOUT);
                    old = true;
                }
                if (old) {
                    flushed++;
                    TimeQueue.leave(half);
                    settle(half.connection, half, half.peer());
                }
            }
        }
        int before = pool.size();
        for (TimeQueue queue : new TimeQueue[] {timers.halfOpen, timers.suspected, timers.open}) {
            Timed next;
            for (Timed each = queue.oldest(); each != null && each.queuedNs < what.closeOlderThanNs(); each = next) {
                next = each.after;
                if (((Connection) each).lastSeenNs() < what.closeOlderThanNs()) {
                    endings.close((Connection) each, Ending.IDLE);
                }
            }
        }
        dueNs = timers.dueNs();
        return new Flushed(flushed, before - pool.size());
    }

    /** {@link #flush} of holes and connections alike. */
    public Flushed flushCloseOlderThan(long timeNs) {
        return flush(new FlushOptions(timeNs, timeNs));
    }

    /** Delivers everything that waits and closes every connection with {@link Ending#STOPPED}; returns how many. */
    public int flushAll() {
        int closed = 0;
        Connection[] all = pool.snapshot();
        java.util.Arrays.sort(all, java.util.Comparator.comparingLong(Connection::openedNs));
        for (Connection connection : all) {
            if (connection.ending == null) {
                endings.close(connection, Ending.STOPPED);
                closed++;
            } else {
                endings.forget(connection);
            }
        }
        dueNs = timers.dueNs();
        return closed;
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
