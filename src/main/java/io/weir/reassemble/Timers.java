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
    final TimeQueue starting = new TimeQueue();

    /** Those whose time to start has come, but not with what they have. */
    final TimeQueue doubted = new TimeQueue();

    /** Directions with a hole that nobody acknowledged past. */
    final TimeQueue holes = new TimeQueue();

    /** Directions with a hole that the receiver acknowledged past. */
    final TimeQueue ackedHoles = new TimeQueue();

    /** {@link Waiting} records with held bytes. */
    final TimeQueue held = new TimeQueue();

    /** Directions whose end was delivered to make room for another connection's bytes; they are due at once. */
    final TimeQueue ended = new TimeQueue();

    /** Connections without answer. */
    final TimeQueue halfOpen = new TimeQueue();

    final TimeQueue open = new TimeQueue();
    /** Connections that a doubtful reset may have ended. */
    final TimeQueue suspected = new TimeQueue();

    final Tombstones tombstones;

    /** Ended connections that their stream wants to keep. */
    final TimeQueue lingering = new TimeQueue();

    private final AssemblerOptions options;

    Timers(AssemblerOptions options) {
        this.options = options;
        tombstones = new Tombstones(options.maxStreams());
    }

    /** Packet time at which {@link Assembler#advance} has something to do. */
    long dueNs() {
        long due = starting.dueNs(options.startGraceNs());
        due = Math.min(due, doubted.dueNs(DOUBT_NS));
        due = Math.min(due, holes.dueNs(options.holeTimeoutNs()));
        due = Math.min(due, ackedHoles.dueNs(options.ackedHoleGraceNs()));
        due = Math.min(due, held.dueNs(HOLD_NS));
        due = Math.min(due, ended.dueNs(0));
        due = Math.min(due, halfOpen.dueNs(options.halfOpenTimeoutNs()));
        due = Math.min(due, open.dueNs(options.idleTimeoutNs()));
        due = Math.min(due, suspected.dueNs(options.halfOpenTimeoutNs()));
        due = Math.min(due, tombstones.dueNs(options.tombstoneNs()));
        return Math.min(due, lingering.dueNs(options.idleTimeoutNs()));
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
