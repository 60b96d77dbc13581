package io.weir;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.FrameSource;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.reassemble.AssemblerOptions;
import io.weir.relay.Bus;
import io.weir.relay.Bus.EventBatch;
import io.weir.relay.Bus.Lost;
import io.weir.relay.Bus.Selected;
import io.weir.relay.FlowFilter;
import io.weir.relay.PartitionOptions;
import io.weir.relay.PartitionVerticle;
import io.weir.relay.RelayCounter;
import io.weir.relay.RelayOptions;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamIds;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends a capture file through the whole pipeline, again and again in one process, and prints a line for each pass: capture
 * thread, decode, lanes, partitions on their event loops, event bus, one subscriber on an event loop of its own who counts the
 * bytes that it gets. Nothing is encoded, nothing retained.
 *
 * <pre>PipelineFile FILE PARTITIONS payload|none PASSES [MAX_STREAMS]</pre>
 *
 * <p>A pass ends when the subscriber has everything. It must not miss an event: the line says how many were lost.
 */
final class PipelineFile {
    private static final int FRAMES_PER_POLL = 256;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long PAUSE_NS = 50_000;

    private final Path file;
    private final Vertx vertx;
    private final Partitioner lanes;
    private final List<PartitionVerticle> partitions = new ArrayList<>();
    private final Subscriber subscriber;

    private PipelineFile(Path file, int count, boolean payload, int maxStreams) throws Exception {
        this.file = file;
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(count + 1));
        Bus.register(vertx);
        FlowHash hash = FlowHash.random();
        lanes = new Partitioner(hash, LaneOptions.of(count));
        subscriber = new Subscriber(count, payload);
        for (int index = 0; index < count; index++) {
            partitions.add(new PartitionVerticle(
                    new PartitionOptions(
                            index,
                            assemblerOptions(maxStreams / count),
                            RelayOptions.onDemand(0, 0).asReplay(),
                            PartitionOptions.DEFAULT_WINDOW_BYTES),
                    new StreamIds("bench", index, count),
                    hash,
                    lanes.lane(index),
                    interfaceIndex -> CaptureFile.INTERFACE_NAME,
                    failure -> {
                        throw new IllegalStateException(failure.where(), failure.cause());
                    }));
            await(vertx.deployVerticle(partitions.get(index), new DeploymentOptions()));
        }
        await(vertx.deployVerticle(subscriber, new DeploymentOptions()));
    }

    public static void main(String[] arguments) throws Exception {
        int maxStreams = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0;
        PipelineFile bench = new PipelineFile(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), arguments[2].equals("payload"), maxStreams);
        for (int pass = Integer.parseInt(arguments[3]); pass > 0; pass--) {
            bench.pass();
        }
        await(bench.vertx.close());
    }

    private static AssemblerOptions assemblerOptions(int maxStreams) {
        AssemblerOptions defaults = AssemblerOptions.defaults();
        return new AssemblerOptions(
                defaults.overlap(),
                defaults.checksum(),
                defaults.maxWaitingBytesTotal(),
                defaults.maxWaitingBytesPerDirection(),
                defaults.maxIslandsPerDirection(),
                // so that all may be half-open at once, however unevenly they fall into partitions
                maxStreams > 0 ? 8 * maxStreams : defaults.maxStreams(),
                defaults.holeTimeoutNs(),
                defaults.ackedHoleGraceNs(),
                defaults.startGraceNs(),
                defaults.halfOpenTimeoutNs(),
                defaults.idleTimeoutNs(),
                defaults.tombstoneNs(),
                defaults.historyBytes());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private void pass() throws CaptureException {
        Intake intake = new Intake(
                new PacketDecoder(true),
                new Defragmenter(DefragmenterOptions.DEFAULTS),
                null,
                OwnTraffic.NONE,
                null,
                0,
                this::offer);
        long bytesBefore = subscriber.bytes;
        long lostBefore = subscriber.lost;
        long startCpuNs = cpuNs();
        long startThreadCpuNs = THREADS.getCurrentThreadCpuTime();
        long startLoopsCpuNs = loopsCpuNs();
        long startNs = System.nanoTime();
        try (CaptureFile source = CaptureFile.open(file)) {
            while (source.poll(intake, FRAMES_PER_POLL, 0) != FrameSource.END) {
                // lanes publish what they have got by themselves
            }
        }
        while (!lanes.offerEnd()) {
            pause();
        }
        lanes.flush();
        while (!told()) {
            LockSupport.parkNanos(PAUSE_NS);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long cpuNs = cpuNs() - startCpuNs;
        long threadCpuNs = THREADS.getCurrentThreadCpuTime() - startThreadCpuNs;
        long loopsCpuNs = loopsCpuNs() - startLoopsCpuNs;
        long frames = intake.frames().get(FrameCounter.DELIVERED);
        long frameBytes = intake.frames().get(FrameCounter.CAPTURED_BYTES);
        System.out.printf(
                "%d packets %d bytes -> %d bytes told, %d events lost, %.3f s, %.0f kpps, %.1f MB/s, cpu %.3f s, capture thread %.3f s, event loops %.3f s%n",
                frames,
                frameBytes,
                subscriber.bytes - bytesBefore,
                subscriber.lost - lostBefore,
                seconds,
                frames / seconds / 1e3,
                frameBytes / seconds / 1e6,
                cpuNs / 1e9,
                threadCpuNs / 1e9,
                loopsCpuNs / 1e9);
    }

    private void offer(Segment segment) {
        // unlike a live capture's, these bytes were just copied by this thread's processor
        segment.verify();
        while (!lanes.offer(segment)) {
            pause();
        }
    }

    private void pause() {
        lanes.flush();
        LockSupport.parkNanos(PAUSE_NS);
    }

    /** Whether every lane is empty, and the subscriber has all that the partitions offered. */
    private boolean told() {
        for (int index = 0; index < lanes.lanes(); index++) {
            if (lanes.lane(index).unreadBytes() > 0) {
                return false;
            }
        }
        long offered = 0;
        for (PartitionVerticle partition : partitions) {
            offered += partition.ledger().counters().get(RelayCounter.EVENTS_OFFERED);
        }
        return subscriber.events + subscriber.lost == offered;
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long loopsCpuNs() {
        long sum = 0;
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().contains("eventloop")) {
                sum += THREADS.getThreadCpuTime(thread.getThreadId());
            }
        }
        return sum;
    }

    private static final class Subscriber extends AbstractVerticle {
        private final int partitions;
        private final boolean payload;
        private volatile long events;
        private volatile long bytes;
        private volatile long lost;

        private Subscriber(int partitions, boolean payload) {
            this.partitions = partitions;
            this.payload = payload;
        }

        @Override
        public void start(Promise<Void> started) {
            vertx.eventBus().<EventBatch>localConsumer(Bus.EVENTS, message -> take(message.body()));
            Bus.Subscribe all = new Bus.Subscribe(0, FlowFilter.ALL, payload, -1, null);
            List<Future<?>> subscribed = new ArrayList<>();
            for (int index = 0; index < partitions; index++) {
                subscribed.add(vertx.eventBus().request(Bus.partition(index), all));
            }
            Future.all(subscribed).<Void>mapEmpty().onComplete(started);
        }

        private void take(EventBatch batch) {
            long told = 0;
            for (Selected selected : batch.events()) {
                if (selected.event() instanceof Data data) {
                    told += payload == data.hasPayload() ? data.length() : 0;
                }
            }
            bytes += told;
            for (Lost some : batch.lost()) {
                lost += some.events();
            }
            events += batch.events().size();
            vertx.eventBus().send(Bus.partition(batch.partition()), new Bus.Credit(batch.costBytes()));
        }
    }
}
