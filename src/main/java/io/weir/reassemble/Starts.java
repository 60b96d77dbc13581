package io.weir.reassemble;

import static io.weir.reassemble.HalfConnection.ACKNOWLEDGES;
import static io.weir.reassemble.HalfConnection.HINT;
import static io.weir.reassemble.HalfConnection.MIDSTREAM;
import static io.weir.reassemble.HalfConnection.STARTED;
import static io.weir.reassemble.HalfConnection.SYN_SEEN;
import static io.weir.reassemble.HalfConnection.UNFLAGGED;

import io.weir.decode.Segment;

/**
 * Where a direction begins: at its SYN, at what a SYN-ACK acknowledges, or, if neither is seen in time, at the first
 * byte that was. Until then its segments wait; their offsets are counted from a provisional place.
 *
 * <p>Of a SYN that was not captured nobody can tell whether it carried bytes (RFC 7413): if its answer acknowledges some, the
 * direction begins behind them.
 */
final class Starts {
    /** Provisional offset of the first segment seen, so that earlier ones have positive offsets too. */
    private static final long PROVISIONAL = 1L << 30;

    /** Waiting runs and bytes after which there is no more waiting for a SYN. */
    private static final int MAX_RUNS = 8;

    private static final int MAX_BYTES = 16 << 10;

    /** Ports below 1024, and these, belong to servers. */
    private static final int[] KNOWN_PORTS = {
        1080, 1433, 1521, 1723, 1883, 1935, 2049, 2181, 2379, 3000, 3128, 3306, 3389, 4222, 5000, 5060, 5222, 5432,
                5601,
        5672, 5900, 5984, 6379, 6443, 6667, 7000, 8000, 8008, 8080, 8081, 8086, 8088, 8443, 8500, 8883, 8888, 9000,
                9042,
        9090, 9092, 9200, 9300, 9418, 10250, 11211, 15672, 27017
    };

    private final OutOfOrderQueue queue;
    private final Runs runs;
    private final Memory memory;
    private final Delivery delivery;
    private final Placement placement;
    private final Timers timers;
    private final Reporter reporter;
    private final Callbacks callbacks;

    Starts(
            OutOfOrderQueue queue,
            Runs runs,
            Memory memory,
            Delivery delivery,
            Placement placement,
            Timers timers,
            Reporter reporter,
            Callbacks callbacks) {
        this.queue = queue;
        this.runs = runs;
        this.memory = memory;
        this.delivery = delivery;
        this.placement = placement;
        this.timers = timers;
        this.reporter = reporter;
        this.callbacks = callbacks;
    }

    /** The first byte's sequence number is known now; what waited finds its place. */
    void at(HalfConnection half, int sequence) {
        placement.discardHeld(half);
        if (half.is(UNFLAGGED)) {
            reporter.report(half, Anomaly.NO_ACK_FLAG);
            placement.discard(half);
        }
        if (half.hasRuns()) {
            long near = half.is(STARTED) ? 0 : PROVISIONAL;
            long shift = Sequence.difference(sequence, Sequence.add(half.base, near)) - near;
            queue.shift(half.waiting, shift);
            if (!half.is(STARTED)) {
                reporter.report(half, Anomaly.DATA_BEFORE_SYN);
            }
            dropBelowStart(half);
        }
        begin(half, sequence);
    }

    private void begin(HalfConnection half, int sequence) {
        half.leaveQueue();
        half.base = sequence;
        half.next = 0;
        half.noFin();
        half.sentTo = 0;
        half.ackedAhead(Acknowledgements.before(half, sequence));
        half.set(STARTED);
        if (half.hasRuns()) {
            half.sentTo = queue.end(half.waiting);
        }
    }

    /** Takes in a segment of a direction whose start is not known, and starts it if that is settled by it. */
    void midstream(HalfConnection half, HalfConnection peer, Segment segment) {
        int sequence = segment.sequence();
        int length = segment.payloadLength();
        boolean fin = segment.has(Segment.FIN);
        if (segment.payloadWireLength() == 0 && !fin) {
            half.oddities().hint = sequence;
            half.set(HINT);
            return;
        }
        boolean certain = half.is(HINT) && half.oddities().hint == sequence
                || peer.is(ACKNOWLEDGES) && peer.acknowledgement == sequence;
        if (certain && !isStarting(half) && !isDoubtful(half)) {
            half.set(MIDSTREAM);
            begin(half, sequence);
            tellUnknownStart(half);
            placement.place(half, segment);
            return;
        }
        if (length == 1
                && peer.is(ACKNOWLEDGES)
                && Sequence.difference(sequence + 1, peer.acknowledgement) >= 0
                && !fin) {
            reporter.report(half, Anomaly.KEEP_ALIVE);
            half.refuse(1);
            return;
        }
        if (!isStarting(half)) {
            half.base = Sequence.add(sequence, -PROVISIONAL);
            half.next = PROVISIONAL;
            timers.starting.add(half.oddities(), segment.timeNs());
        }
        if (isFull(half) && isDoubtful(half)) {
            half.refuse(length);
            reporter.report(half, Anomaly.ACKNOWLEDGES_UNSENT);
            return;
        }
        int cut = segment.payloadWireLength() - length;
        int tail = fin && cut == 0 ? Runs.FIN : cut;
        placement.enqueue(
                half, segment.memory(), segment.payloadOffset(), half.offset(sequence), length, segment, tail);
        if (isFull(half) && !isDoubtful(half)) {
            now(half);
        }
    }

    private static boolean isFull(HalfConnection half) {
        return half.hasRuns() && (half.waiting.runs >= MAX_RUNS || half.waiting.bytes >= MAX_BYTES);
    }

    private boolean isStarting(HalfConnection half) {
        return half.isIn(timers.starting) || half.isIn(timers.doubted);
    }

    /**
     * Whether what waits acknowledges bytes that the other side, whose SYN is known, was not seen to send: the capture missed
     * them, or what waits is an earlier connection's and the SYN's answer is still to come.
     */
    boolean isDoubtful(HalfConnection half) {
        HalfConnection peer = half.peer();
        return peer.is(SYN_SEEN) && half.is(ACKNOWLEDGES) && peer.offset(half.acknowledgement) > peer.sentTo;
    }

    /** The stream wants the direction to start at this segment; what waited below it goes, what waited at it is delivered. */
    void forced(HalfConnection half, Segment segment) {
        if (half.hasRuns()) {
            long shift = -half.offset(segment.sequence());
            queue.shift(half.waiting, shift);
            dropBelowStart(half);
        }
        begin(half, segment.sequence());
        settleRoles(half.connection);
        delivery.deliverRuns(half);
        placement.settle(half);
    }

    /** What waits for its place acknowledges more than was sent to its sender in this connection, which its SYN begins. */
    void ofAnEarlierConnection(HalfConnection half) {
        reporter.report(half, Anomaly.ACKNOWLEDGES_UNSENT);
        placement.discard(half);
        half.clear(ACKNOWLEDGES | HINT);
    }

    /** The other side acknowledges: if it has what waits here, the wait is over. */
    void acknowledged(HalfConnection half, int acknowledgement) {
        if (isStarting(half) && half.hasRuns()) {
            int first = queue.first(half.waiting);
            long end = runs.end(first);
            if (runs.length(first) > 1 && half.offset(acknowledgement) >= end) {
                now(half);
            }
        }
    }

    /** Whether bytes that wait are numbered before this SYN, or further behind it than its sender may send unanswered. */
    boolean waitsElsewhere(HalfConnection half, int sequence) {
        if (!isStarting(half) || !half.hasRuns()) {
            return false;
        }
        long start = runs.start(queue.first(half.waiting));
        int before = Sequence.difference(Sequence.add(half.base, start), sequence);
        return before > 0 || before < -Gate.WINDOW_SLACK_BYTES;
    }

    /** Starts a direction at the lowest byte that waits; does nothing if nothing does. */
    void now(HalfConnection half) {
        if (!isStarting(half)) {
            return;
        }
        if (!half.hasRuns()) {
            half.leaveQueue();
            half.next = 0;
            return;
        }
        long start = runs.start(queue.first(half.waiting));
        queue.shift(half.waiting, -start);
        half.set(MIDSTREAM);
        begin(half, Sequence.add(half.base, start));
        tellUnknownStart(half);
        delivery.deliverRuns(half);
        placement.settle(half);
    }

    private void tellUnknownStart(HalfConnection half) {
        settleRoles(half.connection);
        if (!half.connection.midstream()) {
            reporter.report(half, Anomaly.START_UNKNOWN, 0, 0);
        }
    }

    private void dropBelowStart(HalfConnection half) {
        while (half.hasRuns()) {
            int first = queue.first(half.waiting);
            if (runs.start(first) >= 0) {
                break;
            }
            long end = runs.end(first);
            int dropped = (int) (Math.min(end, 0) - runs.start(first));
            half.refuse(Math.min(dropped, runs.bytes(first)));
            if (end > 0) {
                half.waiting.bytes -= dropped;
                runs.trimHead(first, dropped);
            } else {
                queue.take(half.waiting, first);
                runs.free(first);
            }
        }
        memory.settle(half);
    }

    /** Client and server are as good as known: tells the stream, once. */
    void settleRoles(Connection connection) {
        if (connection.opened) {
            return;
        }
        if (connection.roles() == Roles.FIRST) {
            boolean low = known(connection.port(connection.low));
            boolean high = known(connection.port(connection.high));
            if (low != high) {
                connection.client(low ? connection.high : connection.low, Roles.PORT);
            }
        }
        connection.opened = true;
        callbacks.opened(connection);
    }

    private static boolean known(int port) {
        return port < 1024 || java.util.Arrays.binarySearch(KNOWN_PORTS, port) >= 0;
    }
}
