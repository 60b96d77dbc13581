package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfTestTest {
    private static final long SECOND_NS = 1_000_000_000;

    @Test
    void theConversationComesOutRightEachTime() {
        SelfTest test = new SelfTest();
        for (int round = 0; round < 1_000; round++) {
            assertThat(test.run()).as("round %d", round).isNull();
        }
    }

    @Test
    void bytesThatDoNotComeOutAreNoticed() {
        assertThat(SelfTest.judge(List.of())).contains("0 opened");
    }

    @Test
    void aLaneThatDropsForTenSecondsIsNotReadyUntilItIsCalm() {
        Partitioner lanes = new Partitioner(new FlowHash(1, 2), new LaneOptions(1, 256 << 10));
        Pulse pulse = new Pulse(lanes, 1);
        long second = 100;
        for (; second < 110; second++) {
            overflow(lanes);
            pulse.observe(second * SECOND_NS);
            assertThat(pulse.overflow(second * SECOND_NS).pass()).isTrue();
        }
        overflow(lanes);
        pulse.observe(110 * SECOND_NS);
        assertThat(pulse.overflow(110 * SECOND_NS).pass()).isFalse();
        pulse.observe(113 * SECOND_NS);
        assertThat(pulse.overflow(113 * SECOND_NS).pass()).isTrue();
    }

    private static void overflow(Partitioner lanes) {
        Segment segment = new Segment()
                .origin(1, 0, 0, 1_060)
                .addresses(false, 0, 1, 0, 2)
                .ports(1, 2)
                .payload(ByteBuffer.allocate(1_000), 0, 1_000, 1_000);
        for (int index = 0; index < 1_000; index++) {
            lanes.offerOrDrop(segment);
        }
    }
}
