package io.weir;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.FrameSource.Statistics;
import io.weir.capture.LiveSource;
import io.weir.decode.Decoded;
import io.weir.decode.Decoded.Kind;
import io.weir.defragment.Defragmenter;
import io.weir.partition.Lane;
import io.weir.partition.LaneCounter;
import io.weir.partition.Partitioner;
import io.weir.tally.Counters;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The state of the live capture and its ledger, as {@code GET /api/v1/capture} shows it. Any thread. */
final class CaptureReport {
    private static final String BY_INTERFACE = "droppedByInterface";

    private final MemoryBudget budget;
    private volatile CaptureGroup capture;
    private volatile CaptureLog log;

    /**
     * What one worker has counted.
     *
     * @param lanes those that it writes
     */
    record Counted(JsonObject ledger, JsonArray lanes) {}

    CaptureReport(MemoryBudget budget) {
        this.budget = budget;
    }

    /** From now on there is something to report. */
    void capture(CaptureGroup deployed, CaptureLog deployedLog) {
        log = deployedLog;
        capture = deployed;
    }

    /** As it is counted now, on whatever thread. */
    JsonObject json() {
        CaptureGroup live = capture;
        return live == null
                ? new JsonObject().put("state", "starting")
                : json(live.workers().stream().map(CaptureReport::counted).toList());
    }

    /** @param counted by each worker of the capture */
    JsonObject json(List<Counted> counted) {
        JsonObject report = new JsonObject();
        CaptureGroup live = capture;
        report.put("state", live.state().name().toLowerCase(Locale.ROOT));
        LiveSource source = log.source();
        if (source != null) {
            report.put("backend", source.backend().label()).put("interfaces", new JsonArray(source.interfaces()));
        }
        report.put("filter", live.filter().expression());
        if (live.lastFailure() != null) {
            report.put("lastProblem", live.lastFailure().getMessage());
        }
        JsonObject ledger = new JsonObject();
        JsonArray lanes = new JsonArray();
        for (Counted one : counted) {
            add(ledger, one.ledger());
            lanes.addAll(one.lanes());
        }
        report.put("reopenings", live.reopenings()).put("ledger", ledger).put("lanes", lanes);
        JsonObject memory = new JsonObject();
        budget.shares().forEach(share -> memory.put(share.what(), share.bytes()));
        return report.put("memoryBudgetBytes", memory);
    }

    /** What a worker has counted; its numbers fit together on its own thread, between two slices. */
    static Counted counted(CaptureWorker worker) {
        return new Counted(ledger(worker), lanes(worker.lanes()));
    }

    /** Adds number to number, on every level. */
    private static void add(JsonObject sum, JsonObject more) {
        for (String name : more.fieldNames()) {
            Object value = more.getValue(name);
            if (value instanceof JsonObject inner) {
                JsonObject inside = sum.getJsonObject(name, new JsonObject());
                add(inside, inner);
                sum.put(name, inside);
            } else if (name.equals(BY_INTERFACE)) {
                // each has seen the same interfaces lose the same frames
                sum.put(name, Math.max(sum.getLong(name, 0L), ((Number) value).longValue()));
            } else {
                sum.put(name, sum.getLong(name, 0L) + ((Number) value).longValue());
            }
        }
    }

    private static JsonObject ledger(CaptureWorker worker) {
        Intake intake = worker.intake();
        Statistics statistics = worker.verticle().statistics();
        JsonObject byInterface = new JsonObject();
        statistics.byInterface().forEach(byInterface::put);
        Counters<FrameCounter> frames = intake.frames();
        Counters<Decoded> decoded = intake.decoded();
        Defragmenter defragmenter = intake.defragmenter();
        return new JsonObject()
                .put("received", statistics.received())
                .put("delivered", statistics.delivered())
                .put("waiting", statistics.waiting())
                .put("droppedByKernel", statistics.droppedByKernel())
                .put(BY_INTERFACE, statistics.droppedByInterface())
                .put("deliveredByInterface", byInterface)
                .put("failedFrames", worker.verticle().failedFrames())
                .put("ownTraffic", frames.get(FrameCounter.OWN_TRAFFIC))
                .put("duplicatesOfAnotherInterface", frames.get(FrameCounter.DUPLICATES))
                .put("wireBytes", frames.get(FrameCounter.WIRE_BYTES))
                .put("segments", decoded.get(Decoded.SEGMENT))
                .put("droppedAtFullLane", worker.lanes().droppedSegments())
                .put("notTcp", above0(decoded, name -> name.kind() == Kind.OTHER))
                .put("malformed", above0(decoded, name -> name.kind() == Kind.MALFORMED))
                .put(
                        "fragments",
                        new JsonObject()
                                .put("frames", decoded.get(Decoded.FRAGMENT))
                                .put("waiting", defragmenter.waitingFragments())
                                .put("outcomes", above0(defragmenter.outcomes(), name -> true))
                                .put("released", above0(defragmenter.released(), name -> true)));
    }

    private static JsonArray lanes(Partitioner lanes) {
        JsonArray all = new JsonArray();
        for (int index = 0; index < lanes.lanes(); index++) {
            Lane lane = lanes.lane(index);
            all.add(new JsonObject()
                    .put("segments", lane.counters().get(LaneCounter.SEGMENTS))
                    .put("dropped", lane.counters().get(LaneCounter.DROPPED))
                    .put("unreadBytes", lane.unreadBytes())
                    .put("mostUnreadBytes", lane.mostUnreadBytes())
                    .put("capacityBytes", lane.capacityBytes()));
        }
        return all;
    }

    /** The counters above 0 by their names, as metrics spell them. */
    static <E extends Enum<E>> JsonObject above0(Counters<E> counters, Predicate<E> which) {
        JsonObject object = new JsonObject();
        for (E name : counters.names()) {
            if (which.test(name) && counters.get(name) > 0) {
                object.put(name.name().toLowerCase(Locale.ROOT).replace('_', '-'), counters.get(name));
            }
        }
        return object;
    }
}
