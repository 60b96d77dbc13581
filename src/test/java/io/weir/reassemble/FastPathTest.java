package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fast path does nothing else than the slow path would do with the same segments. One seed again with -Dweir.seed. */
class FastPathTest {
    private static final int ROUNDS = Integer.getInteger("weir.rounds", 6_000);
    private static final int PACKETS = 120;
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final Checksum[] CHECKSUMS = {
        Checksum.UNVERIFIED, Checksum.RIGHT, Checksum.OFFLOADED, Checksum.PARTIAL, Checksum.WRONG
    };

    private record Packet(
            boolean fromClient,
            int sequence,
            int acknowledgement,
            int flags,
            int window,
            int timestamp,
            int hopLimit,
            Checksum checksum,
            int length,
            int cut,
            long timeNs) {}

    @Test
    void withAndWithoutItEveryCallIsTheSame() {
        System.out.println("FastPathTest: " + ROUNDS + " rounds, seed " + SEED);
        for (int round = 0; round < ROUNDS; round++) {
            List<Packet> packets = new Hosts(new SplittableRandom(SEED + round)).talk();
            assertThat(calls(packets, true))
                    .describedAs("seed " + (SEED + round) + ": " + packets)
                    .isEqualTo(calls(packets, false));
        }
    }

    private static List<String> calls(List<Packet> packets, boolean fast) {
        List<String> calls = new ArrayList<>();
        StreamPool pool = new StreamPool((first, connection) -> new Calls(calls), new FlowHash(7, 8));
        Assembler assembler = new Assembler(pool, AssemblerOptions.defaults(), fast);
        Segment segment = new Segment();
        for (Packet packet : packets) {
            calls.add("packet");
            write(packet, segment);
            assembler.assemble(segment);
        }
        assembler.flushAll();
        for (Anomaly anomaly : Anomaly.values()) {
            calls.add(anomaly + " " + assembler.anomalies().get(anomaly));
        }
        return calls;
    }

    private static void write(Packet packet, Segment segment) {
        byte[] payload = new byte[packet.length];
        for (int at = 0; at < payload.length; at++) {
            payload[at] = (byte) ((packet.sequence + at) * 31);
        }
        segment.origin(packet.timeNs, 3, 0, 54 + packet.length + packet.cut)
                .addresses(
                        false,
                        0,
                        packet.fromClient ? 0x0A000001 : 0x0A000002,
                        0,
                        packet.fromClient ? 0x0A000002 : 0x0A000001)
                .hopLimit(packet.hopLimit)
                .ports(packet.fromClient ? 40_000 : 80, packet.fromClient ? 80 : 40_000)
                .numbers(packet.sequence, packet.acknowledgement, packet.flags, packet.window, 0)
                .noOptions()
                .payload(ByteBuffer.wrap(payload), 0, packet.length, packet.length + packet.cut)
                .checksum(packet.checksum);
        if (packet.timestamp != 0) {
            segment.timestamps(packet.timestamp, 1);
        }
    }

    /** Both sides, and what a capture makes of their packets. */
    private static final class Hosts {
        private final SplittableRandom random;
        private final List<Packet> packets = new ArrayList<>();
        private final int[] next = new int[2];
        private final boolean timestamps;
        private final Checksum usual;
        private final int oddities;
        private final boolean smallWindows;
        private Packet missed;
        private final int heard;
        private long timeNs = Probe.START_NS;

        Hosts(SplittableRandom random) {
            this.random = random;
            next[0] = random.nextInt(4) == 0 ? -random.nextInt(5_000) : random.nextInt();
            next[1] = random.nextInt(4) == 0 ? -random.nextInt(5_000) : random.nextInt();
            timestamps = random.nextBoolean();
            usual = CHECKSUMS[random.nextInt(3)];
            oddities = random.nextInt(3) == 0 ? 0 : 5 + random.nextInt(40);
            heard = random.nextInt(6);
            smallWindows = random.nextInt(4) == 0;
        }

        List<Packet> talk() {
            if (random.nextInt(5) > 0) {
                send(0, Segment.SYN, 0);
                send(1, Segment.SYN | Segment.ACK, 0);
                send(0, Segment.ACK, 0);
            }
            while (packets.size() < PACKETS) {
                boolean empty = random.nextInt(3) == 0;
                int length = empty ? 0 : random.nextInt(4) == 0 ? 2_920 : 1 + random.nextInt(1_460);
                send(random.nextInt(3) / 2, Segment.ACK | (random.nextBoolean() ? Segment.PSH : 0), length);
            }
            if (random.nextBoolean()) {
                send(0, Segment.FIN | Segment.ACK, random.nextInt(3));
                send(1, Segment.ACK, random.nextInt(3));
                send(1, Segment.FIN | Segment.ACK, 0);
                send(0, Segment.ACK, 0);
            }
            // of some conversations one side only
            packets.removeIf(packet -> heard == (packet.fromClient ? 0 : 1));
            return packets;
        }

        private void send(int side, int flags, int length) {
            timeNs += random.nextInt(50) == 0 ? random.nextLong(3_000_000_000L) : random.nextInt(1_000_000);
            int window =
                    random.nextInt(smallWindows ? 4 : 60) == 0 ? 0 : 1 + random.nextInt(smallWindows ? 2_000 : 65_535);
            int timestamp = timestamps ? (int) (timeNs / 1_000_000) : 0;
            int acknowledgement = (flags & Segment.ACK) == 0 ? 0 : next[1 - side];
            Packet packet = new Packet(
                    side == 0, next[side], acknowledgement, flags, window, timestamp, 64, usual, length, 0, timeNs);
            next[side] += length + ((flags & (Segment.SYN | Segment.FIN)) != 0 ? 1 : 0);
            if (oddities > 0 && random.nextInt(oddities) == 0) {
                strange(packet);
            } else {
                packets.add(packet);
            }
        }

        /** Lost, repeated, in another place, or with something about it that is rare. */
        private void strange(Packet packet) {
            int back = Math.min(packets.size(), random.nextInt(6));
            switch (random.nextInt(6)) {
                case 0 -> {
                    // one that was lost before is sent again now
                    if (missed != null) {
                        packets.add(missed);
                    }
                    missed = packet;
                }
                case 1 -> {
                    packets.add(packet);
                    packets.add(packet);
                }
                case 2, 3 -> packets.add(packets.size() - back, packet);
                case 4 -> {
                    packets.add(packet);
                    packets.add(packets.get(packets.size() - 1 - back));
                }
                default -> {
                    packets.add(rare(packet));
                    if (random.nextBoolean()) {
                        packets.add(packet);
                    }
                }
            }
        }

        private Packet rare(Packet packet) {
            int kind = random.nextInt(7);
            int limit = random.nextBoolean() ? 100_000 : 10_000_000;
            int far = random.nextInt(-limit, limit);
            return new Packet(
                    packet.fromClient,
                    kind == 0 ? packet.sequence + far : packet.sequence,
                    kind == 1 ? packet.acknowledgement + far : packet.acknowledgement,
                    kind == 2 ? random.nextInt(0x40) : packet.flags,
                    packet.window,
                    kind == 3 ? packet.timestamp + far : packet.timestamp,
                    kind == 4 ? 63 : packet.hopLimit,
                    kind == 5 ? CHECKSUMS[random.nextInt(CHECKSUMS.length)] : packet.checksum,
                    packet.length,
                    kind == 6 ? random.nextInt(300) : 0,
                    packet.timeNs);
        }
    }

    /** Writes down each call with all that can be asked about it. */
    private record Calls(List<String> calls) implements Stream {
        @Override
        public Acceptance accept(Segment segment, FlowDirection direction, long nextSequence) {
            calls.add("accept " + direction + " " + nextSequence);
            return segment.window() % 50 == 7 ? Acceptance.REFUSE : Acceptance.ACCEPT;
        }

        @Override
        public void opened(Connection connection) {
            calls.add("opened " + connection.clientPort() + " " + connection.roles());
        }

        @Override
        public void reassembled(ScatterGather data) {
            byte[] bytes = new byte[data.length()];
            data.copy(0, bytes, 0, bytes.length);
            AssemblyStats stats = data.stats();
            calls.add(String.join(
                    " ",
                    "reassembled " + data.direction() + " " + data.offset() + "+" + data.length(),
                    "bytes " + Arrays.hashCode(bytes) + " of " + data.captureInfo(0) + " saved " + data.saved(),
                    (data.start() ? "start " : "") + (data.end() ? "end " : "") + data.skip() + " " + data.skipCause(),
                    "at " + data.timeNs() + " acked " + data.ackedTo() + " chunks " + data.chunks() + stats.chunks(),
                    stats.queuedPackets() + " " + stats.overlapBytes() + " " + stats.conflictBytes()));
            if (data.length() % 40 == 39) {
                data.keepFrom(data.length() / 2);
            }
        }

        @Override
        public void anomaly(AnomalyReport anomaly) {
            calls.add(anomaly.name() + " " + anomaly.direction() + " " + anomaly.offset() + " " + anomaly.length());
        }

        @Override
        public boolean complete(Connection connection, Ending ending, long timeNs) {
            calls.add("complete " + ending + " " + timeNs + " " + connection);
            for (FlowDirection direction : FlowDirection.values()) {
                HalfConnection half = connection.half(direction);
                calls.add(String.join(
                        " ",
                        half.bytes() + " " + half.gapBytes() + " " + half.duplicateBytes() + " " + half.packets(),
                        half.outOfOrderPackets() + " " + half.refusedBytes() + " " + half.conflictBytes(),
                        half.windowEdge + " " + half.sentTo + " " + half.newestTimestamp + " " + half.lastSeenNs(),
                        half.acknowledgement + " " + half.state + " " + half.beyondWindow));
            }
            return true;
        }
    }
}
