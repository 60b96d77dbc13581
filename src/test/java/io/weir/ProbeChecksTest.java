package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ProbeChecksTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final Partitioner lanes = new Partitioner(new FlowHash(1, 2), new LaneOptions(2, 256 << 10));
    private final ProbeChecks checks = new ProbeChecks(lanes);

    @Test
    void anEmptyLaneIsAlive() {
        assertThat(checks.partitions(SECOND_NS).pass()).isTrue();
        assertThat(checks.partitions(100 * SECOND_NS).pass()).isTrue();
    }

    @Test
    void aLaneThatNobodyReadsIsNotAliveAfterTenSeconds() {
        fill();

        assertThat(checks.partitions(SECOND_NS).pass()).isTrue();
        assertThat(checks.partitions(10 * SECOND_NS).pass()).isTrue();
        assertThat(checks.partitions(12 * SECOND_NS).pass()).isFalse();
        assertThat(checks.partitions(12 * SECOND_NS).detail()).contains("has not read its lane");
    }

    /** As of a capture that stood still between two looks, and goes on just before the second. */
    @Test
    void whatHasJustComeIntoALaneThatWasEmptyIsNotLate() {
        assertThat(checks.partitions(SECOND_NS).pass()).isTrue();
        fill();

        assertThat(checks.partitions(12 * SECOND_NS).pass()).isTrue();
        assertThat(checks.partitions(21 * SECOND_NS).pass()).isTrue();
        assertThat(checks.partitions(23 * SECOND_NS).pass()).isFalse();
    }

    /** As on a node with little traffic, where the capture tells every second how late it is. */
    @Test
    void aLaneThatNobodyReadsIsNotAliveThoughTimeIsPutIntoIt() {
        fill();

        for (int second = 1; second <= 12; second++) {
            lanes.offerTime(second * SECOND_NS);
            lanes.flush();
            assertThat(checks.partitions(second * SECOND_NS).pass())
                    .as("after " + second + " s")
                    .isEqualTo(second <= 11);
        }
    }

    @Test
    void aLaneThatIsReadSlowlyIsAlive() {
        for (int second = 1; second < 60; second++) {
            fill();
            fill();
            assertThat(checks.partitions(second * SECOND_NS).pass()).isTrue();
            lanes.lane(0).drain(segment -> {}, 1);
            lanes.lane(1).drain(segment -> {}, 1);
        }
    }

    private void fill() {
        Segment segment = new Segment()
                .origin(1, 0, 0, 60)
                .addresses(false, 0, 1, 0, 2)
                .ports(1, 2)
                .payload(ByteBuffer.allocate(0), 0, 0, 0);
        lanes.offer(segment);
        lanes.flush();
    }
}
