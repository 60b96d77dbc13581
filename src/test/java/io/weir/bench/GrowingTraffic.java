package io.weir.bench;

import io.weir.decode.Decoded;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.StreamPool;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;

/** Any number of conversations, made packet by packet, through decode and reassemble on one thread; checksums are not looked at. */
final class GrowingTraffic {
    private static final int PAYLOAD_BYTES = 100;
    private static final int HEADERS_BYTES = 54;
    private static final int PORTS = 1 << 12;
    private static final int FIRST_PORT = 1 << 14;
    private static final long PACKET_GAP_NS = 100;
    private static final int FIRST_NUMBER = 1001;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final int ACK = 0x10;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final ByteBuffer frame = ByteBuffer.allocateDirect(HEADERS_BYTES + PAYLOAD_BYTES);
    private final Segment segment = new Segment();
    private final PacketDecoder decoder = new PacketDecoder(false);
    private final CountingStreams counted = new CountingStreams();
    private final Assembler assembler;
    private final int streams;
    private long packets;
    private long pieces;

    GrowingTraffic(int streams) {
        this.streams = streams;
        AssemblerOptions defaults = AssemblerOptions.defaults();
        assembler = new Assembler(
                new StreamPool(counted, FlowHash.random()),
                new AssemblerOptions(
                        defaults.overlap(),
                        defaults.checksum(),
                        defaults.maxWaitingBytesTotal(),
                        defaults.maxWaitingBytesPerDirection(),
                        defaults.maxIslandsPerDirection(),
                        // so that all may be half-open at once
                        4 * streams,
                        defaults.holeTimeoutNs(),
                        defaults.ackedHoleGraceNs(),
                        defaults.startGraceNs(),
                        defaults.halfOpenTimeoutNs(),
                        defaults.idleTimeoutNs(),
                        defaults.tombstoneNs(),
                        defaults.historyBytes()));
        frame.putShort(12, (short) 0x0800).putShort(14, (short) 0x4500).putShort(22, (short) (64 << 8 | 6));
        frame.putShort(48, (short) 0xFFFF);
        for (int step = 0; step < 3; step++) {
            for (int stream = 0; stream < streams; stream++) {
                packet(stream, step != 1, step == 0 ? SYN : step == 1 ? SYN_ACK : ACK, step == 0 ? -1 : 0, 0);
            }
        }
    }

    int streams() {
        return streams;
    }

    /** The next bytes of a stream, or others: {@code number} counts pieces of one size. */
    void data(int stream, int number) {
        packet(stream, true, ACK, number * PAYLOAD_BYTES, PAYLOAD_BYTES);
        pieces++;
    }

    /** The server has got everything before a piece. */
    void acknowledge(int stream, int number) {
        packet(stream, false, ACK, number * PAYLOAD_BYTES, 0);
    }

    /** Processor time of this thread for each packet that the work makes. */
    double nsPerPacket(Runnable work) {
        long packetsBefore = packets;
        long bytesBefore = counted.bytes();
        long piecesBefore = pieces;
        long startNs = THREADS.getCurrentThreadCpuTime();
        work.run();
        long cpuNs = THREADS.getCurrentThreadCpuTime() - startNs;
        if (counted.bytes() - bytesBefore != (pieces - piecesBefore) * PAYLOAD_BYTES || counted.gaps() > 0) {
            throw new AssertionError("not every byte was delivered");
        }
        return (double) cpuNs / (packets - packetsBefore);
    }

    private void packet(int stream, boolean fromClient, int flags, int offset, int length) {
        int client = 0x0A000000 | stream / PORTS;
        int server = 0x0B000001;
        int port = FIRST_PORT + stream % PORTS;
        frame.putShort(16, (short) (40 + length));
        frame.putInt(26, fromClient ? client : server).putInt(30, fromClient ? server : client);
        frame.putInt(34, fromClient ? port << 16 | 80 : 80 << 16 | port);
        int next = FIRST_NUMBER + offset;
        int sequence = fromClient ? next : flags == SYN_ACK ? 0 : 1;
        int acknowledgement = flags == SYN ? 0 : fromClient ? 1 : next;
        frame.putInt(38, sequence).putInt(42, acknowledgement);
        frame.putShort(46, (short) (0x5000 | flags));
        int captured = HEADERS_BYTES + length;
        segment.origin(packets++ * PACKET_GAP_NS, 0, 0, captured);
        Decoded decoded = decoder.decode(frame, 0, captured, captured, Traffic.ETHERNET, -1, false, segment);
        if (decoded != Decoded.SEGMENT) {
            throw new AssertionError("a frame is " + decoded);
        }
        assembler.assemble(segment);
    }
}
