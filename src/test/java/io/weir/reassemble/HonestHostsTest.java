package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Two honest hosts use the same ports again and again over a bad network: they close, abort, vanish, and their stragglers
 * meet the next connection. A tap sees all, or all of one side, some of it twice or late. Every stream holds bytes of one
 * connection only, each in its place. One seed again with {@code -Dweir.seed}.
 */
class HonestHostsTest {
    private static final int ROUNDS = Integer.getInteger("weir.rounds", 600);
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());

    @Test
    void aStreamHoldsBytesOfOneConnectionOnlyEachInItsPlace() {
        System.out.println("HonestHostsTest: " + ROUNDS + " rounds, seed " + SEED);
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(SEED + round);
            HonestNetwork network = new HonestNetwork(random, tap(random));
            network.run(1 + random.nextInt(5));
            assertThat(told(network).stream().map(one -> one.wrong(network)).filter(wrong -> !wrong.isEmpty()))
                    .as("seed " + (SEED + round) + ", " + network.tap)
                    .isEmpty();
        }
    }

    private static HonestNetwork.Tap tap(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> new HonestNetwork.Tap(0, 0, -1);
            case 1 -> new HonestNetwork.Tap(1 + random.nextInt(3), 1 + random.nextLong(3_000_000L), -1);
            default -> new HonestNetwork.Tap(0, 0, random.nextInt(2));
        };
    }

    private static List<Told> told(HonestNetwork network) {
        List<Told> told = new ArrayList<>();
        StreamPool pool = new StreamPool(
                (first, connection) -> {
                    told.add(new Told());
                    return told.get(told.size() - 1);
                },
                new FlowHash(1, 2));
        Assembler assembler = new Assembler(pool, AssemblerOptions.defaults());
        Segment segment = new Segment();
        long captured = 0;
        for (HonestNetwork.Seen seen : network.captured) {
            write(seen, segment);
            captured += segment.payloadLength();
            assembler.assemble(segment);
        }
        assembler.flushAll();
        assertThat(assembler.waitingMemory()).isZero();
        long accounted = told.stream().mapToLong(one -> one.accounted).sum();
        // what comes after a close is in no stream's account
        if (assembler.anomalies().get(Anomaly.DATA_AFTER_CLOSE) == 0) {
            assertThat(accounted).as("bytes of %s", network.tap).isEqualTo(captured);
        }
        return told;
    }

    private static void write(HonestNetwork.Seen seen, Segment segment) {
        HonestHost.Packet packet = seen.packet();
        int length = packet.payload().length;
        long from = packet.fromClient() ? 0x0A000001 : 0x0A000002;
        long to = packet.fromClient() ? 0x0A000002 : 0x0A000001;
        segment.origin(Probe.START_NS + seen.timeNs(), seen.interfaceIndex(), 0, 54 + length)
                .addresses(false, 0, from, 0, to)
                .hopLimit(64)
                .ports(packet.fromClient() ? 40_000 : 8_080, packet.fromClient() ? 8_080 : 40_000)
                .numbers(packet.sequence(), packet.acknowledgement(), packet.flags(), packet.window(), 0)
                .noOptions()
                .payload(ByteBuffer.wrap(packet.payload()), 0, length, length)
                .checksum(Checksum.RIGHT);
        if (packet.timestamp() != 0) {
            segment.timestamps(packet.timestamp(), 1);
        }
    }

    /** A stream's bytes with their places, and at its end the number of each direction's first one. */
    private static final class Told implements Stream {
        private record Run(FlowDirection direction, long offset, byte[] bytes) {}

        private final List<Run> runs = new ArrayList<>();
        private final int[] bases = new int[2];
        private final long[] fins = {-1, -1};
        private long accounted;
        private boolean sameClient;

        @Override
        public void reassembled(ScatterGather data) {
            byte[] bytes = new byte[data.length()];
            data.copy(0, bytes, 0, bytes.length);
            runs.add(new Run(data.direction(), data.offset(), bytes));
        }

        @Override
        public boolean complete(Connection connection, Ending ending, long timeNs) {
            sameClient = connection.clientPort() == 40_000;
            for (FlowDirection direction : FlowDirection.values()) {
                HalfConnection half = connection.half(direction);
                bases[direction.ordinal()] = half.base;
                fins[direction.ordinal()] = half.is(HalfConnection.FIN_DELIVERED) ? half.nextOffset() : -1;
                accounted += half.bytes() + half.overlapBytes() + half.refusedBytes();
            }
            return true;
        }

        /** What is wrong; empty if nothing is. One byte alone may be that of several hosts. */
        String wrong(HonestNetwork network) {
            List<HonestHost> clients = senders(network, FlowDirection.CLIENT_TO_SERVER);
            List<HonestHost> servers = senders(network, FlowDirection.SERVER_TO_CLIENT);
            if (clients.isEmpty() || servers.isEmpty()) {
                return "bytes, or an end, that no " + (clients.isEmpty() ? "client" : "server") + " sent so";
            }
            boolean met = !isTold(FlowDirection.CLIENT_TO_SERVER)
                    || !isTold(FlowDirection.SERVER_TO_CLIENT)
                    || clients.stream().anyMatch(one -> servers.stream()
                            .anyMatch(other -> one.answers == other || other.answers == one));
            return met ? "" : "bytes of hosts that never met";
        }

        private boolean isTold(FlowDirection direction) {
            return runs.stream().anyMatch(run -> run.direction == direction && run.bytes.length > 0);
        }

        /** All whose bytes these may be. */
        private List<HonestHost> senders(HonestNetwork network, FlowDirection direction) {
            if (!isTold(direction)) {
                return network.hosts;
            }
            boolean client = direction == FlowDirection.CLIENT_TO_SERVER == sameClient;
            int base = bases[direction.ordinal()];
            long fin = fins[direction.ordinal()];
            return network.hosts.stream()
                    .filter(host -> host.client == client && sent(host, direction))
                    .filter(host -> fin < 0 || base - host.initial + fin == host.fin())
                    .toList();
        }

        private boolean sent(HonestHost host, FlowDirection direction) {
            int shift = bases[direction.ordinal()] - host.initial - 1;
            for (Run run : runs) {
                for (int at = 0; run.direction == direction && at < run.bytes.length; at++) {
                    if (run.bytes[at] != host.content(run.offset + shift + at)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
