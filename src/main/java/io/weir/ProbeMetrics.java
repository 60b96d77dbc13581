package io.weir;

import io.weir.capture.CaptureState;
import io.weir.capture.FrameSource.Statistics;
import io.weir.decode.Decoded;
import io.weir.defragment.Outcome;
import io.weir.partition.Lane;
import io.weir.partition.LaneCounter;
import io.weir.partition.Partitioner;
import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Ending;
import io.weir.reassemble.GapCause;
import io.weir.relay.PartitionVerticle;
import io.weir.relay.RelayCounter;
import io.weir.relay.RelayLedger;
import io.weir.serve.Metrics;
import io.weir.tally.Counters;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Shows the counters of all stages at {@code /metrics}. Names and labels are part of the interface. */
final class ProbeMetrics {
    private static final long MOMENT_NS = 100_000_000;

    private final Metrics metrics;

    private record Reading(Statistics statistics, long takenNs) {}

    ProbeMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void budget(MemoryBudget budget) {
        for (MemoryBudget.Share share : budget.shares()) {
            String label = share.what().replace(' ', '-');
            metrics.gauge("memory_budget_bytes", "the most memory that buffers take", share::bytes, "what", label);
        }
    }

    void lanes(Partitioner lanes) {
        for (int index = 0; index < lanes.lanes(); index++) {
            Lane lane = lanes.lane(index);
            String number = String.valueOf(index);
            Counters<LaneCounter> counters = lane.counters();
            metrics.counter(
                    "lane_segments",
                    "segments put into the lane",
                    () -> counters.get(LaneCounter.SEGMENTS),
                    "lane",
                    number);
            metrics.counter(
                    "lane_dropped",
                    "segments dropped because the lane was full",
                    () -> counters.get(LaneCounter.DROPPED),
                    "lane",
                    number);
            metrics.gauge("lane_unread_bytes", "bytes of the lane not read yet", lane::unreadBytes, "lane", number);
        }
    }

    /** Sums over all partitions of the live capture. */
    void partitions(List<PartitionVerticle> partitions) {
        for (RelayCounter counter : RelayCounter.values()) {
            metrics.counter(
                    "relay_" + counter.name().toLowerCase(Locale.ROOT),
                    counter.sentence(),
                    () -> sum(partitions, ledger -> ledger.counters().get(counter)));
        }
        metrics.counters(
                "gap_bytes", "bytes told as gaps", "cause", GapCause.class, each(partitions, RelayLedger::gapBytes));
        metrics.counters(
                "streams_closed",
                "streams closed, by reason",
                "reason",
                Ending.class,
                each(partitions, RelayLedger::closed));
        metrics.counters("anomalies", "anomalies of reassembly", "name", Anomaly.class, name -> partitions.stream()
                .mapToLong(partition -> partition.anomalies().get(name))
                .sum());
        metrics.gauge("streams_open", "streams open now", () -> sum(partitions, RelayLedger::openStreams));
        metrics.gauge("retained_bytes", "memory of retained bytes", () -> sum(partitions, RelayLedger::retainedBytes));
        metrics.gauge(
                "waiting_bytes",
                "memory of bytes that wait for a hole",
                () -> sum(partitions, RelayLedger::waitingBytes));
    }

    void capture(CaptureGroup capture) {
        Supplier<Statistics> counts = reading(capture);
        metrics.gauge(
                "capture_up", "1 while frames are captured", () -> capture.state() == CaptureState.CAPTURING ? 1 : 0);
        metrics.counter("capture_received", "frames that the kernel saw and the filter let pass", () -> counts.get()
                .received());
        metrics.counter("capture_delivered", "frames handed on by the kernel", () -> counts.get()
                .delivered());
        metrics.gauge("capture_waiting", "frames in the kernel's buffer that weir has not read yet", () -> counts.get()
                .waiting());
        metrics.counter(
                "capture_dropped",
                "frames lost before weir saw them",
                () -> counts.get().droppedByKernel(),
                "by",
                "kernel");
        metrics.counter(
                "capture_dropped",
                "frames lost before weir saw them",
                () -> counts.get().droppedByInterface(),
                "by",
                "interface");
        metrics.counter("capture_reopenings", "times the source was opened again", capture::reopenings);
        metrics.counter("capture_failed_frames", "frames lost by a defect of weir", capture::failedFrames);
        for (FrameCounter counter : FrameCounter.values()) {
            metrics.counter(
                    "frames_" + counter.name().toLowerCase(Locale.ROOT),
                    counter.sentence(),
                    () -> capture.sum(worker -> worker.intake().frames().get(counter)));
        }
        metrics.counters("decoded", "what frames held", "kind", Decoded.class, each(capture, Intake::decoded));
        metrics.counters(
                "fragments",
                "what became of fragments",
                "outcome",
                Outcome.class,
                each(capture, intake -> intake.defragmenter().outcomes()));
        metrics.counters(
                "fragments_released",
                "what became of fragments that waited",
                "outcome",
                Outcome.class,
                each(capture, intake -> intake.defragmenter().released()));
        metrics.gauge(
                "fragments_waiting",
                "fragments that wait",
                () -> capture.sum(worker -> worker.intake().defragmenter().waitingFragments()));
    }

    /** One for all that is asked within a moment, as by one scrape, so that its numbers fit together. */
    private static Supplier<Statistics> reading(CaptureGroup capture) {
        AtomicReference<Reading> last = new AtomicReference<>();
        return () -> {
            long nowNs = System.nanoTime();
            Reading reading = last.get();
            if (reading == null || nowNs - reading.takenNs > MOMENT_NS) {
                reading = new Reading(capture.statistics(), nowNs);
                last.set(reading);
            }
            return reading.statistics;
        };
    }

    private static <E extends Enum<E>> Function<E, Long> each(
            CaptureGroup capture, Function<Intake, Counters<E>> counters) {
        return name -> capture.sum(worker -> counters.apply(worker.intake()).get(name));
    }

    private static long sum(List<PartitionVerticle> partitions, ToLongFunction<RelayLedger> value) {
        return partitions.stream()
                .mapToLong(partition -> value.applyAsLong(partition.ledger()))
                .sum();
    }

    private static <E extends Enum<E>> Function<E, Long> each(
            List<PartitionVerticle> partitions, Function<RelayLedger, Counters<E>> counters) {
        return name -> sum(partitions, ledger -> counters.apply(ledger).get(name));
    }
}
