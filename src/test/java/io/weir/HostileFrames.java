package io.weir;

import io.weir.decode.FrameSamples;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Ethernet frames as an attacker may send them, without end: floods of SYN, segments that contradict each other, wrong
 * checksums and options, fragments that overlap, tunnels, garbage. None has an address of honest traffic. The same seed gives
 * the same frames; one thread.
 */
final class HostileFrames {
    private static final int ETHERNET_BYTES = 14;
    private static final int IP_BYTES = 20;
    private static final int FLOWS = 300;
    private static final int NETWORK = 0x0A420000;
    private static final int MAX_PAYLOAD_BYTES = 1_200;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;
    private static final int[] FLAGS = {
        ACK, ACK, ACK, ACK, ACK | 8, ACK | 8, ACK | FIN, RST, RST | ACK, SYN, SYN | ACK, 0, 0x3F, SYN | FIN, ACK | 0x20
    };

    /** A conversation of which some is true: its numbers lie near each other, and near the wrap for some. */
    private static final class Flow {
        final int[] addresses = new int[2];
        final int[] ports = new int[2];
        final int[] next = new int[2];
    }

    private final SplittableRandom random;
    private final Flow[] flows = new Flow[FLOWS];
    private final List<byte[]> templates = FrameSamples.ethernet();
    private final Deque<byte[]> prepared = new ArrayDeque<>();

    HostileFrames(long seed) {
        random = new SplittableRandom(seed);
        for (int index = 0; index < FLOWS; index++) {
            flows[index] = flow();
        }
    }

    byte[] next() {
        if (!prepared.isEmpty()) {
            return prepared.poll();
        }
        int kind = random.nextInt(100);
        if (kind < 25) {
            return ethernet(segment(flow(), 0, random.nextInt(), SYN, new byte[0], options()));
        } else if (kind < 65) {
            return ethernet(partOfFlow());
        } else if (kind < 75) {
            prepareFragments();
            return prepared.poll();
        } else if (kind < 95) {
            return mutated(templates.get(random.nextInt(templates.size())).clone());
        }
        byte[] garbage = new byte[random.nextInt(14, 1_500)];
        random.nextBytes(garbage);
        return garbage;
    }

    /** The IP packet of a frame, or null if there is none that a tunnel device would take. */
    static byte[] packet(byte[] frame) {
        boolean ip = frame.length > ETHERNET_BYTES + IP_BYTES && frame[12] == 0x08 && frame[13] == 0;
        byte[] packet = ip ? Arrays.copyOfRange(frame, ETHERNET_BYTES, frame.length) : null;
        return ip && packet[0] >> 4 == 4 ? packet : null;
    }

    /** A segment with a wrong checksum between two ports of honest traffic: its receiver takes no notice of it. */
    byte[] poison(int from, int to, int fromPort, int toPort) {
        Flow flow = new Flow();
        flow.addresses[0] = from;
        flow.addresses[1] = to;
        flow.ports[0] = fromPort;
        flow.ports[1] = toPort;
        byte[] payload = bytes(random.nextInt(200));
        int flags = FLAGS[random.nextInt(FLAGS.length)];
        ByteBuffer packet = ByteBuffer.wrap(segment(flow, 0, random.nextInt(), flags, payload, new byte[0]));
        packet.putShort(IP_BYTES + 16, (short) (packet.getShort(IP_BYTES + 16) + random.nextInt(1, 0xFFFF)));
        return packet.array();
    }

    private Flow flow() {
        Flow flow = new Flow();
        for (int side = 0; side < 2; side++) {
            flow.addresses[side] = NETWORK | random.nextInt(1 << 16);
            flow.ports[side] = side == 0 ? random.nextInt(1 << 16) : random.nextInt(1, 1_024);
            flow.next[side] = random.nextInt(4) == 0 ? -random.nextInt(3_000) : random.nextInt();
        }
        return flow;
    }

    private byte[] partOfFlow() {
        int index = random.nextInt(FLOWS);
        if (random.nextInt(200) == 0) {
            flows[index] = flow();
        }
        Flow flow = flows[index];
        int side = random.nextInt(2);
        int length =
                switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1 -> random.nextInt(1, 4);
                    case 2 -> random.nextInt(100);
                    default -> random.nextInt(MAX_PAYLOAD_BYTES);
                };
        int sequence = flow.next[side];
        if (random.nextInt(3) == 0) {
            // before or behind what is expected: overlaps, holes
            sequence += random.nextInt(-4_000, 4_000);
        } else {
            flow.next[side] += length;
        }
        int flags = random.nextInt(10) == 0 ? random.nextInt(256) : FLAGS[random.nextInt(FLAGS.length)];
        byte[] options = random.nextInt(4) == 0 ? options() : new byte[0];
        byte[] packet = segment(flow, side, sequence, flags, bytes(length), options);
        if (random.nextInt(10) == 0) {
            packet[random.nextInt(IP_BYTES, packet.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return packet;
    }

    /** A datagram in pieces: some missing, some twice, some longer than they should be, in any order. */
    private void prepareFragments() {
        byte[] whole = segment(flow(), 0, random.nextInt(), ACK, bytes(random.nextInt(3_000)), new byte[0]);
        int pieceBytes = 8 * random.nextInt(1, 100);
        int identity = random.nextInt(1 << 16);
        for (int at = IP_BYTES; at < whole.length; at += pieceBytes) {
            int end = Math.min(whole.length, at + pieceBytes + (random.nextInt(10) == 0 ? 8 : 0));
            byte[] piece = Arrays.copyOf(whole, IP_BYTES + end - at);
            System.arraycopy(whole, at, piece, IP_BYTES, end - at);
            int offset = (at - IP_BYTES) / 8 + (random.nextInt(20) == 0 ? random.nextInt(-3, 3) & 0x1FFF : 0);
            ByteBuffer.wrap(piece)
                    .putShort(2, (short) piece.length)
                    .putShort(4, (short) identity)
                    .putShort(6, (short) ((end < whole.length ? 0x2000 : 0) | offset & 0x1FFF));
            headerChecksum(piece);
            for (int count = random.nextInt(10) == 0 ? random.nextInt(3) : 1; count > 0; count--) {
                if (random.nextInt(3) == 0) {
                    prepared.addFirst(ethernet(piece));
                } else {
                    prepared.addLast(ethernet(piece));
                }
            }
        }
        prepared.addLast(ethernet(whole));
    }

    private byte[] mutated(byte[] frame) {
        for (int change = random.nextInt(5); change > 0; change--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(frame, random.nextInt(ETHERNET_BYTES, frame.length)) : frame;
    }

    private byte[] options() {
        byte[] options = bytes(4 * random.nextInt(11));
        if (options.length >= 4 && random.nextBoolean()) {
            // a maximum segment size, perhaps a strange one
            options[0] = 2;
            options[1] = 4;
        }
        return options;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] segment(Flow flow, int side, int sequence, int flags, byte[] payload, byte[] options) {
        int tcpBytes = 20 + options.length + payload.length;
        ByteBuffer packet = ByteBuffer.allocate(IP_BYTES + tcpBytes);
        packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(random.nextInt() & 0xFFFF0000);
        packet.putInt(64 << 24 | 6 << 16).putInt(flow.addresses[side]).putInt(flow.addresses[1 - side]);
        packet.putShort((short) flow.ports[side]).putShort((short) flow.ports[1 - side]);
        packet.putInt(sequence).putInt(flow.next[1 - side] + (random.nextInt(8) == 0 ? random.nextInt(5_000) : 0));
        packet.put((byte) ((20 + options.length) / 4 << 4)).put((byte) flags).putShort((short) random.nextInt(1 << 16));
        packet.putInt(0).put(options).put(payload);
        long pseudoHeader = words(packet.array(), 12, 20) + 6 + tcpBytes;
        packet.putShort(IP_BYTES + 16, folded(pseudoHeader + words(packet.array(), IP_BYTES, packet.capacity())));
        headerChecksum(packet.array());
        return packet.array();
    }

    private static void headerChecksum(byte[] packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet).putShort(10, (short) 0);
        bytes.putShort(10, folded(words(packet, 0, IP_BYTES)));
    }

    private static long words(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int index = from; index < to; index++) {
            sum += (bytes[index] & 0xFF) << ((index - from) % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static short folded(long sum) {
        long folded = sum;
        while (folded > 0xFFFF) {
            folded = (folded >>> 16) + (folded & 0xFFFF);
        }
        return (short) ~folded;
    }

    private static byte[] ethernet(byte[] packet) {
        byte[] frame = new byte[ETHERNET_BYTES + packet.length];
        frame[0] = 2;
        frame[6] = 2;
        frame[12] = 0x08;
        System.arraycopy(packet, 0, frame, ETHERNET_BYTES, packet.length);
        return frame;
    }
}
