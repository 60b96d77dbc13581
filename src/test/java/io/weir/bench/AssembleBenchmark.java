package io.weir.bench;

import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.StreamPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Frame to stream, checksums not verified: each kind of traffic through a decoder and a new assembler. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AssembleBenchmark {
    private final CountingStreams streams = new CountingStreams();
    private final PacketDecoder decoder = new PacketDecoder(false);
    private Traffic inOrder;
    private Traffic reordered;
    private Traffic shortFlows;
    private Traffic wide;

    @Setup
    public void build() {
        inOrder = Traffic.inOrder();
        reordered = Traffic.reordered();
        shortFlows = Traffic.shortFlows();
        wide = Traffic.wide();
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long inOrder() {
        return assembleAll(inOrder);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long reordered() {
        return assembleAll(reordered);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long shortFlows() {
        return assembleAll(shortFlows);
    }

    @Benchmark
    @OperationsPerInvocation(Traffic.PACKETS)
    public long wide() {
        return assembleAll(wide);
    }

    private long assembleAll(Traffic traffic) {
        streams.clear();
        Assembler assembler = new Assembler(new StreamPool(streams, new FlowHash(1, 2)), AssemblerOptions.defaults());
        for (int index = 0; index < Traffic.PACKETS; index++) {
            assembler.assemble(traffic.decode(decoder, index));
        }
        assembler.flushAll();
        return streams.bytes();
    }
}
