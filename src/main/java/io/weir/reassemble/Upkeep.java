package io.weir.reassemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What time and flushing do, without a packet. */
final class Upkeep {
    private final AssemblerOptions options;
    private final StreamPool pool;
    private final Timers timers;
    private final Starts starts;
    private final Held held;
    private final Placement placement;
    private final Endings endings;
    private final Reporter reporter;

    Upkeep(
            AssemblerOptions options,
            StreamPool pool,
            Timers timers,
            Starts starts,
            Held held,
            Placement placement,
            Endings endings,
            Reporter reporter) {
        this.options = options;
        this.pool = pool;
        this.timers = timers;
        this.starts = starts;
        this.held = held;
        this.placement = placement;
        this.endings = endings;
        this.reporter = reporter;
    }

    /** See {@link Assembler#advance}. */
    void advance(long nowNs) {
        reporter.now(nowNs);
        Timed due;
        while ((due = timers.starting.due(nowNs)) != null) {
            HalfConnection half = ((Oddities) due).half;
            if (starts.isDoubtful(half)) {
                timers.doubted.add(due, due.queuedNs);
            } else {
                startNow(half);
            }
        }
        while ((due = timers.doubted.due(nowNs)) != null) {
            Oddities doubted = (Oddities) due;
            doubted.believedNs = nowNs;
            startNow(doubted.half);
        }
        while ((due = timers.held.due(nowNs)) != null) {
            HalfConnection half = ((Waiting) due).half;
            held.release(half, half.peer(), nowNs - Timers.HOLD_NS);
            endings.settle(half.connection);
        }
        while ((due = timers.ackedHoles.due(nowNs)) != null) {
            giveUpAcked(((Oddities) due).half);
        }
        while ((due = timers.holes.due(nowNs)) != null) {
            giveUp(((Oddities) due).half, GapCause.TIMEOUT);
        }
        closeDue(timers.halfOpen, nowNs, Ending.IDLE);
        closeDue(timers.suspected, nowNs, Ending.RST);
        closeDue(timers.open, nowNs, Ending.IDLE);
        while (timers.tombstones.dueNs(options.tombstoneNs()) <= nowNs) {
            timers.tombstones.dropOldest();
        }
        while ((due = timers.lingering.due(nowNs)) != null) {
            endings.forget((Connection) due);
        }
        closeEnded();
        timers.settleDue();
    }

    private void startNow(HalfConnection half) {
        starts.now(half);
        endings.settle(half.connection);
    }

    /** Closes the connections, both of whose directions have ended, of those whose bytes gave way to others'. */
    void closeEnded() {
        Timed ended;
        while ((ended = timers.ended.oldest()) != null) {
            TimeQueue.leave(ended);
            endings.settle(((Oddities) ended).half.connection);
        }
    }

    /** All holes go that were acknowledged past when the grace began; what was acknowledged since has a grace of its own. */
    private void giveUpAcked(HalfConnection half) {
        long to = half.oddities().ackedAtGrace;
        while (placement.hasHole(half) && half.next < Math.min(to, half.acked)) {
            placement.giveUpHole(half, GapCause.NOT_CAPTURED);
        }
        half.leaveQueue();
        endings.settle(half.connection);
    }

    private void giveUp(HalfConnection half, GapCause cause) {
        placement.giveUpHole(half, cause);
        half.leaveQueue();
        endings.settle(half.connection);
    }

    private void closeDue(TimeQueue queue, long nowNs, Ending ending) {
        Timed due;
        while ((due = queue.due(nowNs)) != null) {
            Connection connection = (Connection) due;
            if (queue != timers.halfOpen && connection.lastSeenNs() + queue.delayNs() > nowNs) {
                // seen since it was queued
                queue.add(connection, connection.lastSeenNs());
            } else {
                endings.close(connection, ending);
            }
        }
    }

    /** See {@link Assembler#flush}. */
    Assembler.Flushed flush(FlushOptions what) {
        int flushed = 0;
        for (Timed each : older(what.dataOlderThanNs(), timers.holes, timers.ackedHoles)) {
            HalfConnection half = ((Oddities) each).half;
            boolean old = false;
            while (placement.hasHole(half) && placement.waitsSinceNs(half) < what.dataOlderThanNs()) {
                placement.giveUpHole(half, GapCause.TIMEOUT);
                old = true;
            }
            if (old) {
                flushed++;
                half.leaveQueue();
                endings.settle(half.connection);
            }
        }
        int before = pool.size();
        for (Timed each : older(what.closeOlderThanNs(), timers.halfOpen, timers.suspected, timers.open)) {
            Connection connection = (Connection) each;
            if (!connection.ended() && connection.lastSeenNs() < what.closeOlderThanNs()) {
                endings.close(connection, Ending.IDLE);
            }
        }
        closeEnded();
        return new Assembler.Flushed(flushed, before - pool.size());
    }

    /** What was queued before a time; a copy, because what is done with one element may move others. */
    private static List<Timed> older(long timeNs, TimeQueue... queues) {
        List<Timed> older = new ArrayList<>();
        for (TimeQueue queue : queues) {
            for (Timed each = queue.oldest(); each != null && each.queuedNs < timeNs; each = each.after) {
                older.add(each);
            }
        }
        return older;
    }

    /** See {@link Assembler#flushAll}. */
    int flushAll() {
        timers.tombstones.clear();
        while (timers.lingering.oldest() != null) {
            endings.forget((Connection) timers.lingering.oldest());
        }
        Connection[] open = pool.snapshot();
        Arrays.sort(open, Comparator.comparingLong(Connection::openedNs));
        for (Connection connection : open) {
            endings.close(connection, Ending.STOPPED);
        }
        return open.length;
    }
}
