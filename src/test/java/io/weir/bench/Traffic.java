package io.weir.bench;

import io.weir.decode.Decoded;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.Random;

/** {@value #PACKETS} Ethernet frames of one kind of traffic, in memory, with right checksums; the same ones each time. */
public final class Traffic {
    /** Frames of every kind, so that the time for one packet can be told. */
    static final int PACKETS = 1 << 16;

    static final int ETHERNET = 1;

    private static final int MAX_PAYLOAD = 1448;
    private static final int HEADERS = 54;
    private static final int SYN = 0x02;
    private static final int FIN_ACK = 0x11;
    private static final int SYN_ACK = 0x12;
    private static final int ACK = 0x10;
    private static final int PSH_ACK = 0x18;
    private static final long PACKET_GAP_NS = 3_000;

    private final ByteBuffer memory;
    private final int[] offsets = new int[PACKETS];
    private final int[] lengths = new int[PACKETS];
    private final Segment segment = new Segment();
    private int packets;
    private int end;

    private Traffic(int payloadBytes) {
        memory = ByteBuffer.allocateDirect(PACKETS * (HEADERS + payloadBytes));
    }

    /** Long conversations whose every segment is the next one. */
    static Traffic inOrder() {
        Traffic traffic = new Traffic(MAX_PAYLOAD);
        int flows = 64;
        traffic.handshakes(flows);
        for (int round = 0; !traffic.full(); round++) {
            for (int flow = 0; flow < flows; flow++) {
                traffic.data(flow, round, MAX_PAYLOAD);
            }
        }
        return traffic;
    }

    /** The same, but in every tenth round each flow's segment comes after the next one. */
    static Traffic reordered() {
        Traffic traffic = new Traffic(MAX_PAYLOAD);
        int flows = 64;
        traffic.handshakes(flows);
        for (int round = 0; !traffic.full(); round++) {
            int sent = round % 10 == 8 ? round + 1 : round % 10 == 9 ? round - 1 : round;
            for (int flow = 0; flow < flows; flow++) {
                traffic.data(flow, sent, MAX_PAYLOAD);
            }
        }
        return traffic;
    }

    /** Conversations of three data segments, from SYN to the last acknowledgement, 500 at a time. */
    static Traffic shortFlows() {
        Traffic traffic = new Traffic(MAX_PAYLOAD);
        for (int first = 0; !traffic.full(); first += 500) {
            for (int step = 0; step < 9; step++) {
                for (int flow = first; flow < first + 500; flow++) {
                    traffic.step(flow, step);
                }
            }
        }
        return traffic;
    }

    /** As many conversations as there can be, with one small segment each in turn. */
    static Traffic wide() {
        int flows = PACKETS / 8;
        Traffic traffic = new Traffic(100);
        traffic.handshakes(flows);
        for (int round = 0; !traffic.full(); round++) {
            for (int flow = 0; flow < flows; flow++) {
                traffic.data(flow, round, 100);
            }
        }
        return traffic;
    }

    /** Hands frame {@code index} to the decoder; the view of it is reused. */
    Segment decode(PacketDecoder decoder, int index) {
        segment.origin(index * PACKET_GAP_NS, 0, 0, lengths[index]);
        Decoded decoded =
                decoder.decode(memory, offsets[index], lengths[index], lengths[index], ETHERNET, -1, false, segment);
        if (decoded != Decoded.SEGMENT) {
            throw new AssertionError("frame " + index + " is " + decoded);
        }
        return segment;
    }

    private boolean full() {
        return packets == PACKETS;
    }

    private void handshakes(int flows) {
        for (int step = 0; step < 3; step++) {
            for (int flow = 0; flow < flows; flow++) {
                step(flow, step);
            }
        }
    }

    private void step(int flow, int step) {
        int sent = Math.max(0, Math.min(3, step - 3)) * MAX_PAYLOAD;
        switch (step) {
            case 0 -> packet(flow, true, SYN, -1, 0, 0);
            case 1 -> packet(flow, false, SYN_ACK, -1, 0, 0);
            case 2 -> packet(flow, true, ACK, 0, 0, 0);
            case 6 -> packet(flow, true, FIN_ACK, sent, 0, 0);
            case 7 -> packet(flow, false, FIN_ACK, 0, sent + 1, 0);
            case 8 -> packet(flow, true, ACK, 3 * MAX_PAYLOAD + 1, 1, 0);
            default -> data(flow, step - 3, MAX_PAYLOAD);
        }
    }

    private void data(int flow, int round, int length) {
        packet(flow, true, PSH_ACK, round * length, 0, length);
    }

    private void packet(int flow, boolean fromClient, int flags, int offset, int acknowledged, int length) {
        if (full()) {
            return;
        }
        int at = end;
        int client = 0x0A000000 | flow / 50_000 + 1;
        int server = 0x0B000001;
        int clientPort = 1024 + flow % 50_000;
        memory.putShort(at + 12, (short) 0x0800);
        int ip = at + 14;
        memory.putShort(ip, (short) 0x4500).putShort(ip + 2, (short) (40 + length));
        memory.putShort(ip + 8, (short) (64 << 8 | 6));
        memory.putInt(ip + 12, fromClient ? client : server).putInt(ip + 16, fromClient ? server : client);
        int tcp = ip + 20;
        memory.putInt(tcp, fromClient ? clientPort << 16 | 80 : 80 << 16 | clientPort);
        memory.putInt(tcp + 4, 1000 * flow + offset + 1).putInt(tcp + 8, 1000 * flow + acknowledged + 1);
        memory.putShort(tcp + 12, (short) (0x5000 | flags)).putShort(tcp + 14, (short) 0xFFFF);
        Random random = new Random(offset);
        for (int index = 0; index < length; index += 4) {
            memory.putInt(tcp + 20 + index, random.nextInt());
        }
        memory.putShort(tcp + 16, (short) checksum(ip, 20 + length));
        offsets[packets] = at;
        lengths[packets++] = HEADERS + length;
        end += HEADERS + length;
    }

    private int checksum(int ip, int length) {
        int sum = 6 + length;
        for (int at = ip + 12; at < ip + 20 + length; at += 2) {
            sum += memory.getShort(at) & 0xFFFF;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum;
    }
}
