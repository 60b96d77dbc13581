package io.weir.reassemble;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;

/** Decides which segments open a connection, and who makes room for it. */
final class Admission {
    /** Of {@link AssemblerOptions#maxStreams}, this part may be half-open. */
    private static final int HALF_OPEN_SHARE = 4;

    private final AssemblerOptions options;
    private final StreamPool pool;
    private final Timers timers;
    private final Starts starts;
    private final Endings endings;
    private final Reporter reporter;
    private final Callbacks callbacks;

    Admission(
            AssemblerOptions options,
            StreamPool pool,
            Timers timers,
            Starts starts,
            Endings endings,
            Reporter reporter,
            Callbacks callbacks) {
        this.options = options;
        this.pool = pool;
        this.timers = timers;
        this.starts = starts;
        this.endings = endings;
        this.reporter = reporter;
        this.callbacks = callbacks;
    }

    /**
     * A connection for a segment that has none; null if it gets none.
     *
     * @param ended its connection, if that has ended and is kept on its stream's wish; else null
     */
    Connection open(Connection ended, Segment segment, boolean swap) {
        if (endings.straggler(ended, segment, swap)) {
            if (ended != null) {
                HalfConnection half = swap ? ended.high : ended.low;
                callbacks.accept(ended, segment, ended.direction(half), half.expectedSequence() & 0xFFFFFFFFL);
            }
            return null;
        }
        if (options.checksum() == AssemblerOptions.ChecksumRule.ON && segment.checksum() == Checksum.WRONG) {
            reporter.count(Anomaly.CHECKSUM_WRONG);
            return null;
        }
        boolean halfOpen = (segment.flags() & (Segment.SYN | Segment.ACK | Segment.RST)) == Segment.SYN;
        makeRoom(halfOpen);
        reporter.now(segment.timeNs());
        Connection connection = pool.add(segment);
        connection.stream = callbacks.open(pool.factory, segment, connection);
        if (connection.stream == null) {
            pool.ended();
            pool.remove(connection);
            return null;
        }
        connection.halfOpen(halfOpen);
        (halfOpen ? timers.halfOpen : timers.open).add(connection, segment.timeNs());
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
}
