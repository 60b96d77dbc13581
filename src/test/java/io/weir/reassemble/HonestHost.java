package io.weir.reassemble;

import io.weir.decode.Segment;
import java.util.BitSet;

/**
 * One side of one connection as a kernel keeps it: handshake, acknowledgements, retransmission, orderly and abortive ends,
 * challenge acknowledgements. Numbers count from the side's initial one: 0 is the SYN, 1 the first byte.
 */
final class HonestHost {
    /** A packet on its way. */
    record Packet(
            boolean fromClient,
            int sequence,
            int acknowledgement,
            int flags,
            int window,
            int timestamp,
            byte[] payload,
            HonestHost sender) {
        int numbers() {
            return payload.length + ((flags & Segment.SYN) != 0 ? 1 : 0) + ((flags & Segment.FIN) != 0 ? 1 : 0);
        }

        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    enum State {
        SYN_SENT,
        SYN_RECEIVED,
        OPEN,
        TIME_WAIT,
        CLOSED
    }

    private static final int WINDOW = 65_535;
    private static final long RETRANSMIT_NS = 200_000_000L;
    private static final long SYN_NS = 1_000_000_000L;

    private final HonestNetwork network;
    private final HonestNetwork.Plan plan;
    final boolean client;
    final int id;
    final int initial;
    /** The other side, once it is known. */
    HonestHost answers;

    State state;
    private int peerInitial;
    private long unacknowledged;
    private long next;
    private long toSend;
    private boolean closing;
    private boolean finSent;
    private long finReceived = -1;
    private long received;
    private boolean closedFirst;
    private final BitSet arrived = new BitSet();
    /** Bytes of the other side that the application has read. */
    long read;

    private int newestTimestamp;
    private boolean stamped;
    private int duplicates;
    private long recovering;
    private int backOff;
    private long timer;
    private boolean acknowledging;

    /** A client that opens a connection. */
    HonestHost(HonestNetwork network, HonestNetwork.Plan plan, int id, int initial) {
        this(network, plan, id, initial, true, State.SYN_SENT);
        send(0, Segment.SYN, new byte[0]);
        next = 1;
        arm();
    }

    /** A server that answers a SYN. */
    HonestHost(HonestNetwork network, HonestNetwork.Plan plan, int id, int initial, Packet syn) {
        this(network, plan, id, initial, false, State.SYN_RECEIVED);
        answers = syn.sender;
        peerInitial = syn.sequence;
        received = 1;
        note(syn);
        send(0, Segment.SYN | Segment.ACK, new byte[0]);
        next = 1;
        arm();
    }

    private HonestHost(
            HonestNetwork network, HonestNetwork.Plan plan, int id, int initial, boolean client, State state) {
        this.network = network;
        this.plan = plan;
        this.id = id;
        this.initial = initial;
        this.client = client;
        this.state = state;
    }

    /** The byte at an offset of what this side sends. */
    byte content(long offset) {
        long mixed = (offset + 1) * 0x9E3779B97F4A7C15L ^ (id + 1) * 0xC2B2AE3D27D4EB4FL;
        mixed ^= mixed >>> 29;
        return (byte) ((mixed * 0xBF58476D1CE4E5B9L) >>> 56);
    }

    long length() {
        return client ? plan.request() : plan.response();
    }

    /** Number of the FIN, if one was sent. */
    long fin() {
        return finSent ? toSend + 1 : -1;
    }

    private void send(long number, int flags, byte[] payload) {
        for (int at = 0; at < payload.length; at++) {
            payload[at] = content(number - 1 + at + ((flags & Segment.SYN) != 0 ? 1 : 0));
        }
        int acknowledgement = (flags & Segment.ACK) != 0 ? peerInitial + (int) received : 0;
        if ((flags & Segment.ACK) != 0) {
            acknowledging = false;
        }
        network.transmit(new Packet(
                client, initial + (int) number, acknowledgement, flags, WINDOW, network.timestamp(), payload, this));
    }

    private void acknowledge() {
        send(next, Segment.ACK, new byte[0]);
    }

    private void note(Packet packet) {
        newestTimestamp = packet.timestamp;
        stamped = true;
    }

    private void arm() {
        long mine = ++timer;
        long delay = (next <= 1 && unacknowledged == 0 ? SYN_NS : RETRANSMIT_NS) << Math.min(backOff, 6);
        network.later(delay, () -> {
            if (mine == timer && state != State.CLOSED && state != State.TIME_WAIT && unacknowledged < next) {
                if (++backOff > 7) {
                    state = State.CLOSED;
                    return;
                }
                recovering = next;
                again();
                arm();
            }
        });
    }

    /** Sends the first unacknowledged numbers again, cut in another way perhaps. */
    private void again() {
        if (state == State.SYN_SENT) {
            send(0, Segment.SYN, new byte[0]);
        } else if (state == State.SYN_RECEIVED) {
            send(0, Segment.SYN | Segment.ACK, new byte[0]);
        } else {
            long bytesEnd = Math.min(next, toSend + 1);
            int length = (int) Math.max(0, Math.min(plan.segment(), bytesEnd - unacknowledged));
            boolean fin = finSent && unacknowledged + length == toSend + 1;
            send(unacknowledged, Segment.ACK | (fin ? Segment.FIN : Segment.PSH), new byte[length]);
        }
    }

    /** The application writes so much in all, and may close. */
    void write(long total, boolean close) {
        toSend = Math.max(toSend, total);
        closing |= close;
        output();
    }

    private void output() {
        if (state != State.OPEN) {
            return;
        }
        boolean sent = false;
        while (next <= toSend && next - unacknowledged < WINDOW && !finSent) {
            long room = Math.min(WINDOW - (next - unacknowledged), toSend + 1 - next);
            int length = (int) Math.min(room, plan.segment() * (long) (1 + network.random.nextInt(plan.offload())));
            boolean fin = closing && next + length == toSend + 1;
            send(next, Segment.ACK | Segment.PSH | (fin ? Segment.FIN : 0), new byte[length]);
            next += length + (fin ? 1 : 0);
            finish(fin);
            sent = true;
        }
        if (closing && !finSent && next == toSend + 1) {
            send(next, Segment.ACK | Segment.FIN, new byte[0]);
            next++;
            finish(true);
            sent = true;
        }
        if (sent) {
            arm();
        }
    }

    private void finish(boolean fin) {
        if (fin) {
            finSent = true;
            closedFirst = finReceived < 0;
        }
    }

    /** The application gives up. */
    void abort(boolean withAck) {
        if (state == State.OPEN) {
            send(next, withAck ? Segment.RST | Segment.ACK : Segment.RST, new byte[0]);
            state = State.CLOSED;
        }
    }

    /** A keep-alive probe, with the last byte once more or without. */
    void probe(boolean withByte) {
        if (state == State.OPEN && unacknowledged == next && next > 2 && !finSent) {
            send(next - 1, Segment.ACK, new byte[withByte ? 1 : 0]);
        }
    }

    void receive(Packet packet) {
        if (state == State.SYN_SENT) {
            answered(packet);
            return;
        }
        long start = received + (packet.sequence - (peerInitial + (int) received));
        boolean rst = packet.has(Segment.RST);
        if (!rst && stamped && packet.timestamp != 0 && packet.timestamp - newestTimestamp < 0) {
            acknowledge();
            return;
        }
        if (state == State.SYN_RECEIVED && packet.has(Segment.SYN) && start == 0) {
            send(0, Segment.SYN | Segment.ACK, new byte[0]);
            return;
        }
        boolean inside = start + packet.numbers() >= received && start <= received + WINDOW;
        if (rst) {
            if (start == received) {
                state = State.CLOSED;
            } else if (inside) {
                acknowledge();
            }
            return;
        }
        if (packet.has(Segment.SYN) || !inside || packet.numbers() > 0 && start + packet.numbers() <= received) {
            acknowledge();
            return;
        }
        if (packet.has(Segment.ACK) && acknowledged(packet)) {
            take(packet, start);
        }
    }

    private void answered(Packet packet) {
        if (packet.has(Segment.ACK)) {
            int acknowledged = packet.acknowledgement - initial;
            if (acknowledged < 1 || acknowledged > 1) {
                if (!packet.has(Segment.RST)) {
                    network.transmit(new Packet(
                            client, packet.acknowledgement, 0, Segment.RST, 0, network.timestamp(), new byte[0], this));
                }
                return;
            }
            if (packet.has(Segment.RST)) {
                state = State.CLOSED;
                return;
            }
        }
        if (!packet.has(Segment.ACK) || !packet.has(Segment.SYN)) {
            return;
        }
        answers = packet.sender;
        peerInitial = packet.sequence;
        received = 1;
        note(packet);
        unacknowledged = packet.acknowledgement - initial;
        next = Math.max(next, unacknowledged);
        state = State.OPEN;
        backOff = 0;
        acknowledge();
        network.opened(this, plan);
    }

    /** False if the segment is dropped for what it acknowledges. */
    private boolean acknowledged(Packet packet) {
        long number = unacknowledged + (packet.acknowledgement - (initial + (int) unacknowledged));
        if (number > next || number < 0) {
            if (state == State.SYN_RECEIVED) {
                network.reset(packet);
            } else {
                acknowledge();
            }
            return false;
        }
        if (state == State.SYN_RECEIVED) {
            if (number < 1) {
                return false;
            }
            state = State.OPEN;
            network.opened(this, plan);
        }
        if (number > unacknowledged) {
            unacknowledged = number;
            backOff = 0;
            duplicates = 0;
            arm();
            if (unacknowledged < recovering) {
                again();
            }
        } else if (packet.payload.length == 0 && unacknowledged < next && ++duplicates == 3) {
            recovering = next;
            again();
        }
        output();
        return true;
    }

    private void take(Packet packet, long start) {
        if (start <= received) {
            note(packet);
        }
        int length = packet.payload.length;
        boolean fin = packet.has(Segment.FIN);
        for (long number = Math.max(start, 1); number < start + length; number++) {
            arrived.set((int) number);
        }
        if (fin) {
            finReceived = start + length;
        }
        boolean hole = start > received;
        received = Math.max(received, arrived.nextClearBit((int) Math.max(1, received)));
        read = received - 1;
        if (finReceived >= 0 && received == finReceived) {
            received++;
        }
        if (length > 0 || fin) {
            if (hole || fin || network.random.nextInt(2) == 0) {
                acknowledge();
            } else {
                acknowledging = true;
                network.later(40_000_000L, () -> {
                    if (acknowledging && state == State.OPEN) {
                        acknowledge();
                    }
                });
            }
        }
        network.arrived(this, plan, finReceived >= 0 && received > finReceived);
        if (finReceived >= 0 && received > finReceived && finSent && unacknowledged == next) {
            state = closedFirst ? State.TIME_WAIT : State.CLOSED;
            network.later(plan.timeWaitNs(), () -> state = State.CLOSED);
        }
    }

    /** What a kernel remembers of the other side's numbers in TIME-WAIT: whether a SYN goes beyond. */
    boolean goesBeyond(Packet syn) {
        return syn.sequence - (peerInitial + (int) received) > 0
                || syn.timestamp != 0 && syn.timestamp - newestTimestamp > 0;
    }
}
