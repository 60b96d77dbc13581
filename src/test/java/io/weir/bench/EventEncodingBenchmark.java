package io.weir.bench;

import io.weir.reassemble.FlowDirection;
import io.weir.relay.EventJson;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One data event of a full-sized packet as JSON, in each form of payload. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventEncodingBenchmark {
    @Param
    public PayloadForm form;

    private final EventJson json = new EventJson();
    private final JsonBytes out = new JsonBytes(16 << 10);
    private final StreamEvent event = data();

    static StreamEvent data() {
        byte[] payload = new byte[1448];
        new Random(1).nextBytes(payload);
        for (int index = 0; index < payload.length; index++) {
            payload[index] = (byte) (' ' + (payload[index] & 0x3F));
        }
        return new StreamEvent.Data(
                "0190a5b0c0de-0000000001",
                1_700_000_000_000_000_042L,
                FlowDirection.CLIENT_TO_SERVER,
                1 << 20,
                payload.length,
                payload,
                1 << 20);
    }

    @Benchmark
    public int dataEvent() {
        out.clear();
        json.write(event, form, out);
        return out.length();
    }
}
