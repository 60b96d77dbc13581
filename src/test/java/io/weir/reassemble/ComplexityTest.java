package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hostile orders of segments, under bounds that let them all wait: the cost may not grow faster than their number. */
@Tag("P8")
class ComplexityTest {
    private static final int MANY = 40_000;
    private static final AssemblerOptions ROOMY =
            Options.with("maxWaitingBytesPerDirection", 64 << 20, "maxIslandsPerDirection", 1 << 20);

    private interface Order {
        /** Number of the segment that comes at this place, of {@code count}. */
        int at(int place, int count);
    }

    @Test
    void descendingOneByteSegmentsCostTheSameEach() {
        expectLinear("descending", (place, count) -> count - place);
    }

    @Test
    void alternatingOneByteSegmentsCostTheSameEach() {
        // every second byte upwards, then the holes between them downwards
        expectLinear("alternating", (place, count) -> place < count / 2 ? 2 + 2 * place : 2 * (count - place) + 1);
    }

    @Test
    void oneByteSegmentsFromBothEndsCostTheSameEach() {
        expectLinear("from both ends", (place, count) -> place % 2 == 0 ? 2 + place / 2 : count - place / 2);
    }

    @Test
    void oneByteSegmentsThatComeAgainAboveAHoleCostTheSameEach() {
        // one long run of them, then its last one again and again
        expectLinear("again", (place, count) -> place < count / 2 ? 2 + place : 1 + count / 2);
    }

    @Test
    void fortyThousandDescendingSegmentsTakeATenthOfASecond() {
        measure((place, count) -> count - place, MANY);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 7; round++) {
            best = Math.min(best, measure((place, count) -> count - place, MANY));
        }
        System.out.println("ComplexityTest: " + MANY + " descending segments in " + best / 1_000_000.0 + " ms");
        assertThat(best).isLessThan(100 * Options.MS);
    }

    @Test
    void aWaitingSegmentCostsAtMost64BytesBesidesItsPayload() {
        for (int step : new int[] {2, 3, 40}) {
            Conversation conversation = roomy();
            int segments = 10_000;
            for (int index = 0; index < segments; index++) {
                conversation.client().at(2 + (long) step * index).data("x");
            }
            long memory = conversation.probe.assembler.waitingMemory();
            assertThat(memory).as("isolated bytes, step %d", step).isLessThanOrEqualTo(segments * (64L + 1));
            assertThat(conversation.stream().clientHalf().waitingBytes()).isEqualTo(segments);
            conversation.probe.end();
        }
    }

    @Test
    void aWaitingSegmentOfAnySizeCostsAtMost64BytesBesidesItsPayload() {
        for (int size : new int[] {1, 7, 20, 60, 100, 250, 536, 1_000, 1_448}) {
            for (int hole : new int[] {0, 1}) {
                Conversation conversation = roomy();
                int segments = Math.min(1_000, 250_000 / size);
                String payload = "x".repeat(size);
                for (int index = 0; index < segments; index++) {
                    conversation.client().at(2 + (long) (size + hole) * index).data(payload);
                }
                long overhead = conversation.probe.assembler.waitingMemory() - (long) segments * size;
                assertThat((double) overhead / segments)
                        .as("bytes besides %d bytes of payload, holes of %d", size, hole)
                        .isLessThanOrEqualTo(64.0);
                conversation.probe.end();
            }
        }
    }

    /** Of this thread, so that whoever else uses the machine does not count. */
    private static long cpuTimeNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** With a window that lets everything wait. */
    private static Conversation roomy() {
        Conversation conversation = new Probe(ROOMY).conversation();
        conversation.client().windowScale(14).syn();
        conversation.server().windowScale(14).synAck();
        conversation.client().ack(1);
        conversation.server().ack(1);
        return conversation;
    }

    private static void expectLinear(String name, Order order) {
        measure(order, MANY);
        measure(order, 2 * MANY);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 7; round++) {
            double once = measure(order, MANY);
            double twice = measure(order, 2 * MANY);
            best = Math.min(best, twice / once);
        }
        System.out.printf("ComplexityTest: %s, cost(2n)/cost(n) = %.2f%n", name, best);
        assertThat(best).isLessThanOrEqualTo(2.3);
    }

    private static long measure(Order order, int count) {
        LeanProbe probe = new LeanProbe(ROOMY);
        long began = cpuTimeNs();
        for (int place = 0; place < count; place++) {
            probe.oneByte(order.at(place, count));
        }
        probe.oneByte(0);
        probe.oneByte(1);
        long took = cpuTimeNs() - began;
        assertThat(probe.delivered()).isGreaterThanOrEqualTo(count / 2);
        assertThat(probe.waitingMemory()).isZero();
        return took;
    }
}
