package io.weir.bench;

import io.weir.decode.PacketDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Frame to segment: headers of full-sized and of small packets, with and without a look at the payload. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
    @Param({"true", "false"})
    public boolean verifyChecksums;

    private Traffic large;
    private Traffic small;
    private PacketDecoder decoder;

    @Setup
    public void build() {
        large = Traffic.inOrder();
        small = Traffic.wide();
        decoder = new PacketDecoder(verifyChecksums);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long largePackets() {
        return decodeAll(large);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long smallPackets() {
        return decodeAll(small);
    }

    private long decodeAll(Traffic traffic) {
        long sum = 0;
        for (int index = 0; index < Traffic.PACKETS; index++) {
            sum += traffic.decode(decoder, index).sequence();
        }
        return sum;
    }
}
