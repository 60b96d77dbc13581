package io.weir.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PartitionerTest {
    private static final FlowHash HASH = new FlowHash(1, 2);

    private final Partitioner partitioner = new Partitioner(HASH, new LaneOptions(4, LaneOptions.MIN_BYTES_PER_LANE));

    @Test
    void bothDirectionsOfAFlowHaveTheSameLaneAndHash() {
        for (int port = 1024; port < 2024; port++) {
            Segment there = segment(0x0A000001, port, 0x0A000002, 80);
            Segment back = segment(0x0A000002, 80, 0x0A000001, port);

            assertThat(partitioner.laneOf(there)).isEqualTo(partitioner.laneOf(back));
            assertThat(there.hash()).isEqualTo(back.hash()).isNotZero();
        }
    }

    @Test
    void flowsSpreadEvenly() {
        int[] flows = new int[4];
        for (int port = 1024; port < 5024; port++) {
            flows[partitioner.laneOf(segment(0x0A000001, port, 0x0A000002, 80))]++;
        }
        for (int count : flows) {
            assertThat(count).isBetween(900, 1100);
        }
    }

    @Test
    void aDropCountsAgainstItsLane() {
        Segment segment = segment(1, 1, 2, 2).payload(ByteBuffer.allocate(60_000), 0, 60_000, 60_000);
        int dropped = 0;
        for (int index = 0; index < 10; index++) {
            dropped += partitioner.offerOrDrop(segment) ? 0 : 1;
        }

        assertThat(dropped).isEqualTo(6);
        assertThat(partitioner.droppedSegments()).isEqualTo(6);
        assertThat(partitioner.lane(partitioner.laneOf(segment)).counters().get(LaneCounter.DROPPED))
                .isEqualTo(6);
        assertThat(partitioner.offer(segment)).isFalse();
        assertThat(partitioner.droppedSegments()).isEqualTo(6);
    }

    @Test
    void timeReachesEveryLaneOnce() {
        assertThat(partitioner.offerTime(5)).isTrue();
        assertThat(partitioner.offerTime(5)).isTrue();
        partitioner.flush();
        for (int index = 0; index < partitioner.lanes(); index++) {
            long[] time = new long[2];
            partitioner
                    .lane(index)
                    .drain(
                            new SegmentHandler() {
                                @Override
                                public void onSegment(Segment segment) {}

                                @Override
                                public void onTime(long nowNs) {
                                    time[0] = nowNs;
                                    time[1]++;
                                }
                            },
                            10);
            assertThat(time).containsExactly(5, 1);
        }
    }

    private static Segment segment(int source, int sourcePort, int destination, int destinationPort) {
        return new Segment()
                .addresses(false, 0, source, 0, destination)
                .ports(sourcePort, destinationPort)
                .payload(ByteBuffer.allocate(0), 0, 0, 0);
    }
}
