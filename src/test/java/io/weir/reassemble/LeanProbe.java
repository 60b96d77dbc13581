package io.weir.reassemble;

import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;

/** One connection and a stream that only counts: for measurements. */
final class LeanProbe {
    private final Segment segment = new Segment();
    private final ByteBuffer payload = ByteBuffer.allocateDirect(1 << 16);
    private final Assembler assembler;
    private long timeNs = Probe.START_NS;
    private long delivered;
    private int next;
    private int answered = 100;
    private Connection connection;

    LeanProbe(AssemblerOptions options) {
        assembler = new Assembler(new StreamPool(this::open, new FlowHash(5, 6)), options);
        give(true, -1, 0, Segment.SYN, 0);
        give(false, 99, 0, Segment.SYN | Segment.ACK, 0);
        give(true, 0, 100, Segment.ACK, 0);
        give(false, 100, 0, Segment.ACK, 0);
    }

    private Stream open(Segment first, Connection opened) {
        connection = opened;
        return new Count();
    }

    void oneByte(int offset) {
        give(true, offset, 100, Segment.ACK, 1);
    }

    void inOrder(int bytes) {
        give(true, next, 100, Segment.ACK, bytes);
        next += bytes;
    }

    /** The server says a byte, and that it has all of the client's. */
    void answer() {
        give(false, answered++, next, Segment.ACK, 1);
    }

    /** Offset behind the client's newest byte. */
    long nextOffset() {
        return connection.half(FlowDirection.CLIENT_TO_SERVER).nextOffset();
    }

    long ackedTo() {
        return connection.half(FlowDirection.CLIENT_TO_SERVER).ackedTo();
    }

    long delivered() {
        return delivered;
    }

    long waitingMemory() {
        return assembler.waitingMemory();
    }

    private void give(boolean fromClient, int sequence, int acknowledgement, int flags, int length) {
        timeNs += 10;
        segment.noOptions().checksum(Checksum.RIGHT).origin(timeNs, 0, 0, 54 + length);
        if ((flags & Segment.SYN) != 0) {
            // so that the window lets everything wait
            segment.windowScale(10);
        }
        segment.addresses(false, 0, fromClient ? 1 : 2, 0, fromClient ? 2 : 1);
        segment.ports(fromClient ? 40_000 : 80, fromClient ? 80 : 40_000);
        segment.numbers(sequence, acknowledgement, flags, 65_535, 0);
        segment.payload(payload, 0, length, length);
        assembler.assemble(segment);
    }

    private final class Count implements Stream {
        @Override
        public void reassembled(ScatterGather data) {
            delivered += data.length();
        }

        @Override
        public boolean complete(Connection connection, Ending ending, long timeNs) {
            return true;
        }
    }
}
