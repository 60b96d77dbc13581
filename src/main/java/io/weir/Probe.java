package io.weir;

import io.vertx.core.Vertx;
import io.weir.capture.Backend;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Fanout;
import io.weir.capture.Filter;
import io.weir.capture.FrameSource;
import io.weir.capture.LargePages;
import io.weir.capture.LiveOptions;
import io.weir.capture.LiveSources;
import io.weir.capture.OwnService;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.partition.DuplicateFilter;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.relay.PartitionVerticle;
import io.weir.relay.StreamIds;
import io.weir.serve.Check;
import io.weir.serve.Metrics;
import io.weir.serve.Neighbours;
import io.weir.serve.ServeVerticle;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Joins the stages: here, and only here, each gets to know its neighbours. {@link RootVerticle} starts and stops them.
 *
 * <p>All memory whose size is configured is taken by the constructor, except the capture's ring.
 */
final class Probe {
    private static final int DUPLICATE_SLOTS = 1 << 16;

    private final Configuration values;
    private final MemoryBudget budget;
    private final Metrics metrics = new Metrics();
    private final Partitioner lanes;
    private final List<PartitionVerticle> partitions = new ArrayList<>();
    private final UploadReplay uploads;
    private final CaptureReport report;
    private final ProbeChecks checks;
    private final Pulse pulse;
    private final LiveControl control;
    private final ServeVerticle serve;
    private volatile CaptureGroup capture;

    /** @param node its name, in stream ids */
    Probe(Vertx vertx, Configuration values, String node) {
        this.values = values;
        int count = StageOptions.partitions(values);
        budget = MemoryBudget.of(values, count);
        FlowHash hash = FlowHash.random();
        lanes = new Partitioner(hash, new LaneOptions(count, values.integer(Schema.LANE_BYTES)));
        Partitioner uploadLane = new Partitioner(hash, new LaneOptions(1, values.integer(Schema.LANE_BYTES)));
        String origin = node
                + ' '
                + System.currentTimeMillis()
                + ' '
                + ProcessHandle.current().pid();
        // the last partition is that of uploaded captures
        for (int index = 0; index <= count; index++) {
            int partition = index;
            boolean upload = index == count;
            partitions.add(new PartitionVerticle(
                    StageOptions.partition(values, index, count + 1, upload),
                    new StreamIds(origin, index, count + 1),
                    hash,
                    upload ? uploadLane.lane(0) : lanes.lane(index),
                    upload ? this::uploadInterface : number -> liveInterface(partition, number),
                    PartitionLog::failed));
        }
        uploads = new UploadReplay(values, uploadLane, partitions.get(count).ledger());
        report = new CaptureReport(budget);
        checks = new ProbeChecks(lanes);
        pulse = new Pulse(lanes, partitions.size());
        List<Check> asked = new ArrayList<>(checks.all());
        asked.addAll(pulse.checks());
        control = new LiveControl(vertx, lanes, uploads, report);
        serve = new ServeVerticle(
                StageOptions.serve(values),
                new Neighbours(partitions.size(), count, control, new FlowExpressions(), asked, metrics));
        metrics.define(() -> {
            ProbeMetrics shown = new ProbeMetrics(metrics);
            shown.budget(budget);
            shown.lanes(lanes);
            shown.partitions(partitions.subList(0, count));
        });
    }

    ServeVerticle serve() {
        return serve;
    }

    List<PartitionVerticle> partitions() {
        return partitions;
    }

    /** From now on the capture can be controlled. */
    void captureRuns() {
        control.capture(capture);
    }

    Pulse pulse() {
        return pulse;
    }

    UploadReplay uploads() {
        return uploads;
    }

    Metrics metrics() {
        return metrics;
    }

    MemoryBudget budget() {
        return budget;
    }

    /**
     * The live capture, made once, when the service listens, because the service's port is never captured.
     *
     * @param filter to begin with
     */
    CaptureGroup capture(Filter filter) {
        OwnService own = new OwnService(serve.actualPort(), ownAddresses());
        int count = values.integer(Schema.CAPTURE_WORKERS);
        Fanout fanout = count == 1 ? null : new Fanout(count);
        CaptureLog log = new CaptureLog(own.port());
        List<CaptureWorker> workers = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            Partitioner share = lanes.share(index, count);
            LiveIntake live = new LiveIntake(intake(own, share), share);
            int worker = index;
            CaptureVerticle verticle = new CaptureVerticle(
                    wanted -> {
                        FrameSource source = open(StageOptions.live(values, wanted, own), fanout, worker);
                        largePages(share);
                        return source;
                    },
                    filter,
                    live,
                    index == 0 ? log : log.withoutNews());
            workers.add(new CaptureWorker(verticle, live, share));
        }
        CaptureGroup group = new CaptureGroup(workers);
        capture = group;
        report.capture(group, log);
        checks.capture(group);
        metrics.define(() -> new ProbeMetrics(metrics).capture(group));
        return group;
    }

    /** Only now, because what calls the kernel was loaded meanwhile. */
    private static void largePages(Partitioner share) {
        for (int index = 0; index < share.lanes(); index++) {
            LargePages.under(share.lane(index).memory());
        }
    }

    private Intake intake(OwnService own, Partitioner share) {
        return new Intake(
                new PacketDecoder(StageOptions.assembler(values, 1).checksum() != ChecksumRule.OFF),
                new Defragmenter(StageOptions.defragmenter(values)),
                null,
                new OwnTraffic(own.port(), own.addresses()),
                duplicates(share),
                0,
                share::offerOrDrop);
    }

    /** Null where one interface is captured, which sees each segment once. */
    private Predicate<Segment> duplicates(Partitioner share) {
        long windowNs = values.durationNs(Schema.DUPLICATE_WINDOW);
        if (windowNs == 0 || !StageOptions.severalInterfaces(values)) {
            return null;
        }
        DuplicateFilter filter = new DuplicateFilter(DUPLICATE_SLOTS, windowNs);
        return segment -> {
            // sets the hash as well
            share.laneOf(segment);
            return filter.duplicate(segment);
        };
    }

    private FrameSource open(LiveOptions options, Fanout fanout, int worker) throws CaptureException {
        if (fanout != null) {
            return LiveSources.open(options, fanout, worker);
        }
        try {
            return LiveSources.open(options);
        } catch (CaptureException failure) {
            boolean other = values.text(Schema.BACKEND).equals("auto") && options.backend() == Backend.AFPACKET;
            if (!other || failure.kind() != CaptureException.Kind.UNSUPPORTED) {
                throw failure;
            }
            return LiveSources.open(options.withBackend(Backend.PCAP));
        }
    }

    /**
     * Where the service can be reached. A service for strangers may stand behind addresses that this machine does not
     * know, and other probes' services would feed this one as well; so its port is left out altogether.
     */
    private List<InetAddress> ownAddresses() {
        try {
            InetAddress address = InetAddress.getByName(values.text(Schema.HOST));
            return address.isLoopbackAddress() ? List.of(address) : List.of();
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }

    private String liveInterface(int partition, int index) {
        CaptureGroup live = capture;
        return live == null ? "interface-" + index : live.interfaceName(partition, index);
    }

    private String uploadInterface(int index) {
        return uploads.interfaceName(index);
    }
}
