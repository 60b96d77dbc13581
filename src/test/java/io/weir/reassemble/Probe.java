package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** An assembler, its pool, the streams that it made, and the packet time, moved by hand. */
final class Probe {
    static final long START_NS = 1_763_802_000_000_000_000L;

    /** Packet time between two segments. */
    static final long STEP_NS = 1_000;

    final StreamPool pool;
    final Assembler assembler;
    final List<Recording> streams = new ArrayList<>();
    long nowNs = START_NS;
    /** Runs due timers before a packet instead of with it, so that calls of the two can be told apart. */
    boolean timersFirst;

    private int conversations;

    Probe() {
        this(AssemblerOptions.defaults());
    }

    Probe(OverlapPolicy policy) {
        this(Options.with(policy));
    }

    Probe(AssemblerOptions options) {
        this(options, connection -> new Recording());
    }

    Probe(AssemblerOptions options, Function<Connection, Recording> factory) {
        pool = new StreamPool(
                (first, connection) -> {
                    Recording recording = factory.apply(connection);
                    if (recording != null) {
                        recording.attach(connection);
                        streams.add(recording);
                    }
                    return recording;
                },
                new FlowHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L));
        assembler = new Assembler(pool, options);
    }

    /** Two more endpoints; nothing is sent yet. */
    Conversation conversation() {
        return new Conversation(this, 40_000 + conversations++);
    }

    /** Packet time goes on to the next packet. */
    void step() {
        nowNs += STEP_NS;
        if (timersFirst) {
            after(0);
        }
    }

    void assemble(Segment segment) {
        segment.origin(nowNs, segment.interfaceIndex(), segment.domain(), segment.wireLength());
        streams.forEach(Recording::packetBegins);
        assembler.assemble(segment);
    }

    /** Packet time passes, without a packet. */
    Probe after(long durationNs) {
        nowNs += durationNs;
        streams.forEach(Recording::packetBegins);
        assembler.advance(nowNs);
        return this;
    }

    /** The end of the capture: everything that waits is delivered, everything closes, nothing is left in memory. */
    Probe end() {
        streams.forEach(Recording::packetBegins);
        assembler.flushAll();
        assertThat(assembler.waitingMemory())
                .as("memory of waiting bytes at the end")
                .isZero();
        assertThat(pool.size()).as("streams at the end").isZero();
        return this;
    }

    /** The one stream of a test with one. */
    Recording stream() {
        assertThat(streams).hasSize(1);
        return streams.get(0);
    }

    long count(Anomaly anomaly) {
        return assembler.anomalies().get(anomaly);
    }
}
