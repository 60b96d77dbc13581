package io.weir;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.FrameSource.Statistics;
import io.weir.capture.LiveSource;
import io.weir.decode.Decoded;
import io.weir.decode.Decoded.Kind;
import io.weir.defragment.Defragmenter;
import io.weir.partition.Lane;
import io.weir.partition.LaneCounter;
import io.weir.partition.Partitioner;
import io.weir.tally.Counters;
import java.util.Locale;
import java.util.function.Predicate;

/** The state of the live capture and its ledger, as {@code GET /api/v1/capture} shows it. Any thread. */
final class CaptureReport {
    private final Partitioner lanes;
    private final MemoryBudget budget;
    private volatile CaptureVerticle capture;
    private volatile CaptureLog log;
    private volatile Intake intake;

    CaptureReport(Partitioner lanes, MemoryBudget budget) {
        this.lanes = lanes;
        this.budget = budget;
    }

    /** From now on there is something to report. */
    void capture(CaptureVerticle deployed, CaptureLog deployedLog, Intake deployedIntake) {
        log = deployedLog;
        intake = deployedIntake;
        capture = deployed;
    }

    JsonObject json() {
        JsonObject report = new JsonObject();
        CaptureVerticle live = capture;
        if (live == null) {
            return report.put("state", "starting");
        }
        report.put("state", live.state().name().toLowerCase(Locale.ROOT));
        LiveSource source = log.source();
        if (source != null) {
            report.put("backend", source.backend().label()).put("interfaces", new JsonArray(source.interfaces()));
        }
        report.put("filter", live.filter().expression());
        if (live.lastFailure() != null) {
            report.put("lastProblem", live.lastFailure().getMessage());
        }
        report.put("reopenings", live.reopenings()).put("ledger", ledger(live)).put("lanes", lanes());
        JsonObject memory = new JsonObject();
        budget.shares().forEach(share -> memory.put(share.what(), share.bytes()));
        return report.put("memoryBudgetBytes", memory);
    }

    private JsonObject ledger(CaptureVerticle live) {
        Statistics statistics = live.statistics();
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
                .put("droppedByInterface", statistics.droppedByInterface())
                .put("deliveredByInterface", byInterface)
                .put("failedFrames", live.failedFrames())
                .put("ownTraffic", frames.get(FrameCounter.OWN_TRAFFIC))
                .put("duplicatesOfAnotherInterface", frames.get(FrameCounter.DUPLICATES))
                .put("wireBytes", frames.get(FrameCounter.WIRE_BYTES))
                .put("segments", decoded.get(Decoded.SEGMENT))
                .put("droppedAtFullLane", lanes.droppedSegments())
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

    private JsonArray lanes() {
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

    private static <E extends Enum<E>> JsonObject above0(Counters<E> counters, Predicate<E> which) {
        JsonObject object = new JsonObject();
        for (E name : counters.names()) {
            if (which.test(name) && counters.get(name) > 0) {
                object.put(name.name().toLowerCase(Locale.ROOT).replace('_', '-'), counters.get(name));
            }
        }
        return object;
    }
}
