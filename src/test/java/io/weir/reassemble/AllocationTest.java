package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What the packet path costs in memory; a stream that looks at its bytes and keeps none. */
class AllocationTest {
    private static final int ROUNDS = 5;
    private static final int SEGMENTS = 100_000;
    private static final int LENGTH = 1_448;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Segment segment = new Segment();
    private final ByteBuffer payload = ByteBuffer.allocateDirect(LENGTH);
    private final Assembler assembler;
    private long timeNs = Probe.START_NS;
    private int next = 0xFFFF_0000;
    private long delivered;

    AllocationTest() {
        FlowHash hash = new FlowHash(3, 4);
        assembler =
                new Assembler(new StreamPool((first, connection) -> new Count(), hash), AssemblerOptions.defaults());
        segment.addresses(false, 0, 1, 0, 2).checksum(Checksum.RIGHT);
        give(true, next++, 0, Segment.SYN, 0);
        give(false, 99, next, Segment.SYN | Segment.ACK, 0);
        give(true, next, 100, Segment.ACK, 0);
    }

    @Test
    void inOrderSegmentsAllocateNothing() {
        long bytes = leastAllocated(this::inOrder);
        System.out.println("AllocationTest: " + bytes + " bytes for " + SEGMENTS + " segments in order");
        assertThat(bytes).isLessThan(SEGMENTS / 100);
    }

    @Test
    void segmentsInPairwiseWrongOrderAllocateNothing() {
        long bytes = leastAllocated(this::swapped);
        System.out.println("AllocationTest: " + bytes + " bytes for " + SEGMENTS + " segments in pairwise wrong order");
        assertThat(bytes).isLessThan(SEGMENTS / 100);
    }

    /** What a million open connections cost is mostly this; one field more in each direction is 16 bytes. */
    @Test
    void aConnectionWithItsTwoDirectionsTakes280Bytes() {
        Connection[] connections = new Connection[1_000];
        long before = allocated();
        for (int index = 0; index < connections.length; index++) {
            connections[index] = new Connection();
        }
        long bytes = allocated() - before;

        assertThat(bytes / connections.length).isLessThanOrEqualTo(280);
    }

    /** Of a few rounds, as the JVM takes some for itself whenever it has compiled something anew. */
    private long leastAllocated(IntConsumer traffic) {
        long least = Long.MAX_VALUE;
        for (int round = 1; round <= ROUNDS; round++) {
            long before = allocated();
            traffic.accept(SEGMENTS);
            least = Math.min(least, allocated() - before);
            assertThat(delivered).isEqualTo((long) round * SEGMENTS * LENGTH);
        }
        return least;
    }

    private long allocated() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void inOrder(int segments) {
        for (int index = 0; index < segments; index++) {
            give(true, next, 100, Segment.ACK, LENGTH);
            next += LENGTH;
            acknowledge(index);
        }
    }

    private void swapped(int segments) {
        for (int index = 0; index < segments; index += 2) {
            give(true, next + LENGTH, 100, Segment.ACK, LENGTH);
            give(true, next, 100, Segment.ACK, LENGTH);
            next += 2 * LENGTH;
            acknowledge(index);
        }
    }

    private void acknowledge(int index) {
        if ((index & 7) == 0) {
            give(false, 100, next, Segment.ACK, 0);
        }
    }

    private void give(boolean fromClient, int sequence, int acknowledgement, int flags, int length) {
        timeNs += Probe.STEP_NS;
        segment.noOptions().origin(timeNs, 0, 0, 54 + length);
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
