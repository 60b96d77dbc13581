package io.weir.reassemble;

import io.weir.decode.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Two hosts that talk over the same two ports again and again, the network between them, which loses and delays, and a tap
 * on it, which may see packets twice and late, or those of one side only.
 */
final class HonestNetwork {
    /** What one connection is for. */
    record Plan(
            int request,
            int response,
            boolean serverSpeaksFirst,
            int segment,
            int offload,
            Ending ending,
            long pauseNs,
            long timeWaitNs) {}

    enum Ending {
        CLIENT_CLOSES,
        SERVER_CLOSES,
        CLIENT_ABORTS,
        CLIENT_ABORTS_SOON,
        SERVER_ABORTS,
        CLIENT_VANISHES,
        NOBODY
    }

    /** How often the tap sees a packet twice, how late, and which side it does not hear; -1 for none. */
    record Tap(int repeatOneIn, long jitterNs, int heard) {}

    /** A packet at the tap. */
    record Seen(long timeNs, HonestHost.Packet packet, int interfaceIndex) {}

    private record Event(long timeNs, long order, Runnable what) {}

    final SplittableRandom random;
    final Tap tap;
    final List<Seen> captured = new ArrayList<>();
    final List<HonestHost> hosts = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>((one, other) ->
            one.timeNs != other.timeNs ? Long.compare(one.timeNs, other.timeNs) : Long.compare(one.order, other.order));
    private final int loseOneIn;
    private final long delayNs;
    private final long jitterNs;
    private final boolean timestamps;
    private final boolean clockedNumbers;
    private final boolean translated;
    private final int[] numberBase = new int[2];
    private int timestampBase;
    private HonestHost client;
    private HonestHost server;
    private Plan plan;
    private long nowNs;
    private long order;
    private final long[] lastSeenNs = new long[2];

    HonestNetwork(SplittableRandom random, Tap tap) {
        this.random = random;
        this.tap = tap;
        loseOneIn = random.nextInt(3) == 0 ? 0 : 3 + random.nextInt(60);
        delayNs = 50_000 + random.nextLong(40_000_000L);
        jitterNs = random.nextInt(3) == 0 ? 1 + random.nextLong(20_000_000L) : 1;
        timestamps = random.nextBoolean();
        clockedNumbers = random.nextInt(4) > 0;
        translated = random.nextInt(4) == 0;
        numberBase[0] = random.nextInt();
        numberBase[1] = random.nextInt();
        timestampBase = random.nextInt();
    }

    void run(int connections) {
        for (int each = 0; each < connections; each++) {
            begin();
            long limitNs = nowNs + 1_000_000_000L * (long) Math.pow(2, random.nextInt(10));
            while (!events.isEmpty() && events.peek().timeNs < limitNs && !isOver()) {
                step();
            }
            long restNs =
                    nowNs + (random.nextInt(3) > 0 ? random.nextLong(30_000_000L) : random.nextLong(40_000_000_000L));
            while (!events.isEmpty() && events.peek().timeNs < restNs) {
                step();
            }
            nowNs = Math.max(nowNs, restNs);
        }
        for (int left = 0; !events.isEmpty() && left < 5_000; left++) {
            step();
        }
    }

    private boolean isOver() {
        return client.state == HonestHost.State.CLOSED
                || translated && client.state == HonestHost.State.TIME_WAIT
                || plan.ending == Ending.CLIENT_VANISHES
                        && client.state == HonestHost.State.OPEN
                        && random.nextInt(40) == 0;
    }

    private void step() {
        Event event = events.poll();
        nowNs = Math.max(nowNs, event.timeNs);
        event.what.run();
    }

    private void begin() {
        int size = random.nextInt(4) == 0 ? 60_000 : 3_000;
        plan = new Plan(
                random.nextInt(size),
                random.nextInt(size),
                random.nextInt(4) == 0,
                1 + random.nextInt(1_448),
                random.nextInt(3) == 0 ? 10 : 1,
                Ending.values()[random.nextInt(Ending.values().length)],
                random.nextInt(4) == 0 ? 1_000_000L << random.nextInt(19) : random.nextLong(20_000_000L),
                random.nextBoolean() ? 60_000_000_000L : 1_000_000_000L);
        if (client != null) {
            // whatever it was, its host has forgotten it
            client.state = HonestHost.State.CLOSED;
        }
        if (translated) {
            timestampBase = random.nextInt();
        }
        client = new HonestHost(this, plan, hosts.size(), initial(0));
        hosts.add(client);
    }

    private int initial(int side) {
        boolean clocked = clockedNumbers && !(side == 0 && translated);
        return clocked ? numberBase[side] + (int) (nowNs / 64) : random.nextInt();
    }

    int timestamp() {
        return timestamps ? Math.max(1, timestampBase + (int) (nowNs / 1_000_000) | 1) | 1 : 0;
    }

    void later(long afterNs, Runnable what) {
        events.add(new Event(nowNs + afterNs, order++, what));
    }

    private boolean lost() {
        return loseOneIn > 0 && random.nextInt(2 * loseOneIn) == 0;
    }

    /** To the tap, and on to the other host. */
    void transmit(HonestHost.Packet packet) {
        if (lost()) {
            return;
        }
        long toTapNs = delayNs / 2 + random.nextLong(jitterNs);
        long onNs = delayNs / 2 + random.nextLong(jitterNs);
        boolean arrives = !lost();
        later(toTapNs, () -> {
            see(packet);
            if (arrives) {
                later(onNs, () -> deliver(packet));
            }
        });
    }

    private void see(HonestHost.Packet packet) {
        if (tap.heard == (packet.fromClient() ? 0 : 1)) {
            return;
        }
        capture(packet, 3);
        if (tap.repeatOneIn > 0 && random.nextInt(tap.repeatOneIn) == 0) {
            capture(packet, 4);
        }
    }

    private void capture(HonestHost.Packet packet, int interfaceIndex) {
        // each side has a queue of its own, which keeps its order
        int side = packet.fromClient() ? 0 : 1;
        long atNs = Math.max(lastSeenNs[side], nowNs + random.nextLong(Math.max(1, tap.jitterNs)));
        lastSeenNs[side] = atNs;
        later(atNs - nowNs, () -> captured.add(new Seen(nowNs, packet, interfaceIndex)));
    }

    private void deliver(HonestHost.Packet packet) {
        HonestHost to = packet.fromClient() ? server : client;
        boolean syn = (packet.flags() & (Segment.SYN | Segment.ACK)) == Segment.SYN;
        boolean gone = to == null || to.state == HonestHost.State.CLOSED;
        if (packet.fromClient() && syn && (gone || to.state == HonestHost.State.TIME_WAIT && to.goesBeyond(packet))) {
            server = new HonestHost(this, plan, hosts.size(), initial(1), packet);
            hosts.add(server);
        } else if (gone) {
            reset(packet);
        } else if (to.state == HonestHost.State.TIME_WAIT && packet.has(Segment.RST)) {
            to.state = HonestHost.State.CLOSED;
        } else {
            to.receive(packet);
        }
    }

    /** The answer of a host that knows of no such connection. */
    void reset(HonestHost.Packet packet) {
        if (packet.has(Segment.RST)) {
            return;
        }
        boolean ack = packet.has(Segment.ACK);
        transmit(new HonestHost.Packet(
                !packet.fromClient(),
                ack ? packet.acknowledgement() : 0,
                ack ? 0 : packet.sequence() + packet.numbers(),
                ack ? Segment.RST : Segment.RST | Segment.ACK,
                0,
                0,
                new byte[0],
                null));
    }

    void opened(HonestHost host, Plan plan) {
        if (host.client ? !plan.serverSpeaksFirst : plan.serverSpeaksFirst) {
            later(random.nextLong(1 + plan.pauseNs), () -> speak(host, plan));
        }
    }

    private void speak(HonestHost host, Plan plan) {
        boolean first = host.client != plan.serverSpeaksFirst;
        boolean closes = plan.ending == (host.client ? Ending.CLIENT_CLOSES : Ending.SERVER_CLOSES);
        host.write(host.length(), closes && !first);
        if (first && random.nextInt(4) == 0) {
            later(random.nextLong(1 + plan.pauseNs), () -> host.probe(random.nextBoolean()));
        }
        boolean aborts = plan.ending == (host.client ? Ending.CLIENT_ABORTS : Ending.SERVER_ABORTS);
        if (aborts || host.client && plan.ending == Ending.CLIENT_ABORTS_SOON) {
            later(
                    aborts ? random.nextLong(1_000_000_000L) : random.nextLong(60_000_000L),
                    () -> host.abort(random.nextBoolean()));
        }
    }

    /** An application has bytes to read. */
    void arrived(HonestHost host, Plan plan, boolean ended) {
        if (ended) {
            host.write(host.length(), true);
            return;
        }
        long expected = host.client ? plan.response : plan.request;
        if (host.read == expected) {
            boolean closes = plan.ending == (host.client ? Ending.CLIENT_CLOSES : Ending.SERVER_CLOSES);
            if (host.client == plan.serverSpeaksFirst) {
                later(random.nextLong(1 + plan.pauseNs), () -> speak(host, plan));
            } else if (closes) {
                later(random.nextLong(1 + plan.pauseNs), () -> host.write(host.length(), true));
            }
        }
    }
}
