package io.weir.reassemble;

import io.weir.decode.Segment;

/**
 * A bystander's view of a connection's state (RFC 9293 section 3.3.2), from flags alone. It advises: what it finds odd
 * is an anomaly and never a reason to drop bytes. A capture may begin anywhere, so a first segment without SYN means an
 * established connection.
 */
public final class TcpStateMachine {
    /** Where the connection is, as far as a bystander can tell. */
    public enum State {
        /** Nothing seen yet, or both sides have finished. */
        CLOSED,
        /** A SYN was seen. */
        SYN_SENT,
        /** Both sides sent a SYN, neither was acknowledged yet (simultaneous open, split handshake). */
        SYN_RECEIVED,
        ESTABLISHED,
        /** One side sent a FIN. */
        CLOSE_WAIT,
        /** Both sides did. */
        LAST_ACK,
        RESET
    }

    private static final State[] STATES = State.values();
    private static final int ESTABLISHED = State.ESTABLISHED.ordinal();

    private State state = State.CLOSED;
    /** Who sent the first SYN, later who sent the first FIN. */
    private boolean leader;

    /** As new. */
    public void reset() {
        state = State.CLOSED;
    }

    public State state() {
        return state;
    }

    /** All that it remembers, 0 for a new one; so that a million connections need no machine each. */
    byte remembered() {
        return (byte) (state.ordinal() << 1 | (leader ? 1 : 0));
    }

    /** Goes on where the machine was that remembered this. */
    TcpStateMachine at(byte remembered) {
        state = STATES[remembered >> 1];
        leader = (remembered & 1) != 0;
        return this;
    }

    /** Whether only the rare flags can be of interest to that machine; false if there are any bits beside. */
    static boolean established(int remembered) {
        return remembered >> 1 == ESTABLISHED;
    }

    /**
     * Moves on by one segment.
     *
     * @param flags as {@link Segment#flags}
     * @param sender one of two values for the two sides, always the same for the same side
     * @return false if the segment does not fit the state; the state then stays
     */
    public boolean accept(int flags, boolean sender) {
        if ((flags & Segment.RST) != 0) {
            state = State.RESET;
            return true;
        }
        return switch (state) {
            case CLOSED, RESET -> fromClosed(flags, sender);
            case SYN_SENT -> fromSynSent(flags, sender);
            case SYN_RECEIVED -> fromSynReceived(flags, sender);
            case ESTABLISHED -> fromEstablished(flags, sender);
            case CLOSE_WAIT -> fromCloseWait(flags, sender);
            case LAST_ACK -> fromLastAck(flags, sender);
        };
    }

    private boolean fromClosed(int flags, boolean sender) {
        boolean afterReset = state == State.RESET;
        if ((flags & Segment.SYN) != 0) {
            boolean answer = (flags & Segment.ACK) != 0;
            return move(answer ? State.ESTABLISHED : State.SYN_SENT, sender != answer);
        }
        if (afterReset) {
            return false;
        }
        return move((flags & Segment.FIN) != 0 ? State.CLOSE_WAIT : State.ESTABLISHED, sender);
    }

    private boolean fromSynSent(int flags, boolean sender) {
        boolean syn = (flags & Segment.SYN) != 0;
        boolean ack = (flags & Segment.ACK) != 0;
        if (syn && sender == leader) {
            return true;
        }
        if (syn) {
            return move(ack ? State.ESTABLISHED : State.SYN_RECEIVED, leader);
        }
        if ((flags & Segment.FIN) != 0) {
            return move(State.CLOSE_WAIT, sender);
        }
        return ack && (sender != leader || move(State.ESTABLISHED, leader));
    }

    private boolean fromSynReceived(int flags, boolean sender) {
        if ((flags & Segment.FIN) != 0) {
            return move(State.CLOSE_WAIT, sender);
        }
        return (flags & Segment.ACK) == 0 ? (flags & Segment.SYN) != 0 : move(State.ESTABLISHED, leader);
    }

    private boolean fromEstablished(int flags, boolean sender) {
        if ((flags & Segment.SYN) != 0) {
            return (flags & Segment.ACK) != 0;
        }
        return (flags & Segment.FIN) == 0 || move(State.CLOSE_WAIT, sender);
    }

    private boolean fromCloseWait(int flags, boolean sender) {
        if ((flags & Segment.SYN) != 0) {
            return false;
        }
        return (flags & Segment.FIN) == 0 || sender == leader || move(State.LAST_ACK, leader);
    }

    private boolean fromLastAck(int flags, boolean sender) {
        if ((flags & Segment.SYN) != 0) {
            return (flags & Segment.ACK) == 0 && move(State.SYN_SENT, sender);
        }
        boolean last = (flags & (Segment.ACK | Segment.FIN)) == Segment.ACK && sender == leader;
        return !last || move(State.CLOSED, leader);
    }

    private boolean move(State to, boolean newLeader) {
        state = to;
        leader = newLeader;
        return true;
    }
}
