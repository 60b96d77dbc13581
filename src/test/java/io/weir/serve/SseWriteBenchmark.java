package io.weir.serve;

import io.weir.reassemble.FlowDirection;
import io.weir.relay.EventType;
import io.weir.relay.FlowFilter;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.tally.Counters;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One data event of a full-sized packet, written for all its readers in one turn of the event loop. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SseWriteBenchmark {
    @Param({"1", "32"})
    public int readers;

    private final FrameWriter frames =
            new FrameWriter(new EventId(1), new Counters<>(ServeCounter.class), (number, event, form) -> readers);
    private final JsonBytes out = new JsonBytes(16 << 10);
    private final EventRequest request =
            new EventRequest("", FlowFilter.ALL, EventType.ALL, PayloadForm.BASE64, -1, false, null);
    private final StreamEvent event = new StreamEvent.Data(
            "0190a5b0c0de-0000000001", 42, FlowDirection.CLIENT_TO_SERVER, 0, 1448, new byte[1448], 0);
    private long number;

    @Benchmark
    public int dataEvent() {
        number++;
        int length = 0;
        for (int reader = 0; reader < readers; reader++) {
            out.clear();
            frames.event(number, event, request, out);
            length += out.length();
        }
        return length;
    }
}
