package io.weir.reassemble;

/**
 * Everything that waits for time to pass. Each queue has one delay, so that its oldest element is always the next to be
 * due.
 */
final class Timers {
    /** How long bytes are held back for their receiver's answer before it is decided without it. */
    static final long HOLD_NS = 1_000_000_000L;

    /** A connection moves to the end of its queue at most this often. */
    private static final long TOUCH_NS = 1_000_000_000L;

    /** How long a direction does not start with bytes that may be an earlier connection's. Longer than a second SYN takes. */
    static final long DOUBT_NS = 3_000_000_000L;

    /** Directions that have not started. */
    final TimeQueue starting;

    /** Those whose time to start has come, but not with what they have. */
    final TimeQueue doubted;

    /** Directions with a hole that nobody acknowledged past. */
    final TimeQueue holes;

    /** Directions with a hole that the receiver acknowledged past. */
    final TimeQueue ackedHoles;

    /** {@link Waiting} records with held bytes. */
    final TimeQueue held;

    /** Directions whose end was delivered to make room for another connection's bytes; they are due at once. */
    final TimeQueue ended;

    /** Connections without answer. */
    final TimeQueue halfOpen;

    final TimeQueue open;
    /** Connections that a doubtful reset may have ended. */
    final TimeQueue suspected;

    final Tombstones tombstones;

    /** Ended connections that their stream wants to keep. */
    final TimeQueue lingering;

    private final long tombstoneNs;
    private long dueNs = Long.MAX_VALUE;

    Timers(AssemblerOptions options) {
        starting = new TimeQueue(this, options.startGraceNs());
        doubted = new TimeQueue(this, DOUBT_NS);
        holes = new TimeQueue(this, options.holeTimeoutNs());
        ackedHoles = new TimeQueue(this, options.ackedHoleGraceNs());
        held = new TimeQueue(this, HOLD_NS);
        ended = new TimeQueue(this, 0);
        halfOpen = new TimeQueue(this, options.halfOpenTimeoutNs());
        open = new TimeQueue(this, options.idleTimeoutNs());
        suspected = new TimeQueue(this, options.halfOpenTimeoutNs());
        lingering = new TimeQueue(this, options.idleTimeoutNs());
        tombstoneNs = options.tombstoneNs();
        tombstones = new Tombstones(options.maxStreams());
    }

    /** Before this packet time {@link Upkeep#advance} has nothing to do; at it there may be nothing either. */
    long dueNs() {
        return dueNs;
    }

    /** Something is due at this time. */
    void dueBy(long timeNs) {
        dueNs = Math.min(dueNs, timeNs);
    }

    /** After whatever was due: the time of what is due next. */
    void settleDue() {
        long due = Math.min(starting.dueNs(), doubted.dueNs());
        due = Math.min(due, Math.min(holes.dueNs(), ackedHoles.dueNs()));
        due = Math.min(due, Math.min(held.dueNs(), ended.dueNs()));
        due = Math.min(due, Math.min(halfOpen.dueNs(), open.dueNs()));
        due = Math.min(due, Math.min(suspected.dueNs(), lingering.dueNs()));
        dueNs = Math.min(due, tombstones.dueNs(tombstoneNs));
    }

    /** Remembers a connection that has ended. */
    void bury(Connection connection, long timeNs) {
        tombstones.bury(connection, timeNs);
        dueBy(timeNs + tombstoneNs);
    }

    /** Notes that a connection was seen. */
    void touch(Connection connection, long timeNs) {
        if (timeNs - connection.queuedNs >= TOUCH_NS && connection.queue != halfOpen) {
            connection.queue.add(connection, timeNs);
        }
    }

    /** To be called after whatever may have opened or closed a hole. */
    void settleHole(HalfConnection half, long firstRunNs, boolean hole, boolean acked, long nowNs) {
        if (!hole) {
            if (half.isIn(holes) || half.isIn(ackedHoles)) {
                half.leaveQueue();
            }
        } else if (acked) {
            if (!half.isIn(ackedHoles)) {
                half.oddities().ackedAtGrace = half.acked;
                ackedHoles.add(half.oddities(), nowNs);
            }
        } else if (!half.isIn(holes) || half.oddities().queuedNs != firstRunNs) {
            holes.add(half.oddities(), firstRunNs);
        }
    }
}
