package io.weir.bench;

import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.partition.Lane;
import io.weir.partition.LaneOptions;
import io.weir.partition.SegmentHandler;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hand-off from capture worker to partition, in batches: decoded, copied into a lane, read from it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LaneBenchmark {
    private static final int BATCH = 256;

    private final PacketDecoder decoder = new PacketDecoder(false);
    private final Lane lane = new Lane(LaneOptions.of(1));
    private Traffic large;
    private Traffic small;
    private long payloadBytes;

    private final SegmentHandler reader = this::read;

    @Setup
    public void build() {
        large = Traffic.inOrder();
        small = Traffic.wide();
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long largePackets() {
        return handOver(large);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long smallPackets() {
        return handOver(small);
    }

    private void read(Segment segment) {
        payloadBytes += segment.payloadLength();
    }

    private long handOver(Traffic traffic) {
        for (int index = 0; index < Traffic.PACKETS; index++) {
            lane.offer(traffic.decode(decoder, index));
            if (index % BATCH == BATCH - 1) {
                lane.flush();
                lane.drain(reader, BATCH + 1);
            }
        }
        return payloadBytes;
    }
}
