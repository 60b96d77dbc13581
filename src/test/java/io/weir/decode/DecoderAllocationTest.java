package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderAllocationTest {
    private static final int ROUNDS = 2_000;

    private final PacketDecoder decoder = new PacketDecoder(true);
    private final Segment segment = new Segment();

    @Test
    void decodingAllocatesNothing() {
        List<Sample> samples = Sample.all();
        ByteBuffer[] memories = samples.stream()
                .map(one -> ByteBuffer.wrap(one.packet().bytes()))
                .toArray(ByteBuffer[]::new);
        int[] linkTypes = samples.stream().mapToInt(Sample::linkType).toArray();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        run(memories, linkTypes);
        long before = threads.getThreadAllocatedBytes(thread);
        long empty = threads.getThreadAllocatedBytes(thread) - before;
        before = threads.getThreadAllocatedBytes(thread);
        int segments = run(memories, linkTypes);
        long allocated = threads.getThreadAllocatedBytes(thread) - before - empty;

        assertThat(segments).isEqualTo(ROUNDS * memories.length);
        assertThat(allocated).isLessThan(segments / 10);
    }

    private int run(ByteBuffer[] memories, int[] linkTypes) {
        int segments = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int index = 0; index < memories.length; index++) {
                int length = memories[index].limit();
                Decoded outcome =
                        decoder.decode(memories[index], 0, length, length, linkTypes[index], -1, false, segment);
                segments += outcome == Decoded.SEGMENT ? 1 : 0;
            }
        }
        return segments;
    }
}
