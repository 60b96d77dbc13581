package io.weir;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.weir.partition.LaneCounter;
import io.weir.partition.Partitioner;
import io.weir.relay.Bus;
import io.weir.serve.Check;
import io.weir.serve.Check.Scope;
import io.weir.serve.Check.Verdict;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/**
 * Feels, once a second and off the packet path, whether every partition's event loop answers, whether a lane overflows, and,
 * every half minute on a worker thread, whether {@link SelfTest} still comes out right. Started and stopped on one event
 * loop; the verdicts may be asked on another.
 */
final class Pulse {
    /**
     * @param periodMs from beat to beat
     * @param patienceNs how long an event loop may not answer, and a lane may overflow
     * @param calmNs drops less far apart than this belong to the same overflow
     * @param beatsPerSelfTest beats from one self-test to the next
     * @param selfTestPatienceNs how old the last self-test may be
     */
    record Pace(long periodMs, long patienceNs, long calmNs, int beatsPerSelfTest, long selfTestPatienceNs) {
        static final Pace USUAL = new Pace(1_000, 10_000_000_000L, 2_500_000_000L, 30, 120_000_000_000L);
    }

    private final Partitioner lanes;
    private final int partitions;
    private final AtomicLongArray answeredNs;
    private final long[] dropped;
    private final long[] droppedNs;
    private final AtomicLongArray overflowSinceNs;
    private final Pace pace;
    /** Returns a complaint, or null. */
    private final Supplier<String> selfTest;

    private volatile long selfTestedNs;
    private volatile String complaint = "not run yet";
    private volatile boolean started;
    private long timer = -1;
    private long beats;

    /** @param partitions that answer on the event bus */
    Pulse(Partitioner lanes, int partitions) {
        this(lanes, partitions, Pace.USUAL, new SelfTest()::run);
    }

    /** @param selfTest returns what came out wrong, or null; called on a worker thread, never twice at a time */
    Pulse(Partitioner lanes, int partitions, Pace pace, Supplier<String> selfTest) {
        this.pace = pace;
        this.selfTest = selfTest;
        this.lanes = lanes;
        this.partitions = partitions;
        answeredNs = new AtomicLongArray(partitions);
        dropped = new long[lanes.lanes()];
        droppedNs = new long[lanes.lanes()];
        overflowSinceNs = new AtomicLongArray(lanes.lanes());
    }

    List<Check> checks() {
        return List.of(
                new Check("event-loops", Scope.LIVE, () -> loops(System.nanoTime())),
                new Check("lanes", Scope.READY, () -> overflow(System.nanoTime())),
                new Check("self-test", Scope.READY, () -> tested(System.nanoTime())));
    }

    /** From now on the partitions are deployed. */
    void start(Vertx vertx) {
        for (int index = 0; index < partitions; index++) {
            answeredNs.set(index, System.nanoTime());
        }
        started = true;
        test(vertx);
        timer = vertx.setPeriodic(pace.periodMs(), tick -> beat(vertx));
    }

    void stop(Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    private void beat(Vertx vertx) {
        for (int index = 0; index < partitions; index++) {
            int asked = index;
            vertx.eventBus()
                    .request(
                            Bus.partition(index),
                            new Bus.Ping(),
                            new DeliveryOptions()
                                    .setLocalOnly(true)
                                    .setSendTimeout(Math.max(1, pace.patienceNs() / 1_000_000)))
                    .onSuccess(reply -> answeredNs.set(asked, System.nanoTime()));
        }
        observe(System.nanoTime());
        if (++beats % pace.beatsPerSelfTest() == 0) {
            test(vertx);
        }
    }

    /** Looks at what the lanes dropped since the last time. One thread. */
    void observe(long nowNs) {
        for (int index = 0; index < dropped.length; index++) {
            long now = lanes.lane(index).counters().get(LaneCounter.DROPPED);
            if (now != dropped[index]) {
                dropped[index] = now;
                droppedNs[index] = nowNs;
                overflowSinceNs.compareAndSet(index, 0, nowNs);
            } else if (nowNs - droppedNs[index] > pace.calmNs()) {
                overflowSinceNs.set(index, 0);
            }
        }
    }

    private void test(Vertx vertx) {
        vertx.executeBlocking(selfTest::get).onComplete(result -> {
            complaint = result.succeeded() ? result.result() : result.cause().toString();
            selfTestedNs = System.nanoTime();
        });
    }

    private Verdict loops(long nowNs) {
        for (int index = 0; started && index < partitions; index++) {
            if (nowNs - answeredNs.get(index) > pace.patienceNs()) {
                return Verdict.fail("the event loop of partition " + index + " has not answered for more than 10 s");
            }
        }
        return Verdict.pass(started ? "every partition's event loop answers" : "starting");
    }

    Verdict overflow(long nowNs) {
        for (int index = 0; index < dropped.length; index++) {
            long since = overflowSinceNs.get(index);
            if (since != 0 && nowNs - since >= pace.patienceNs()) {
                return Verdict.fail(
                        "lane " + index + " has been dropping segments for 10 s and more; give weir more CPU,"
                                + " or capture less by a filter");
            }
        }
        return Verdict.pass("no lane drops segments without end");
    }

    private Verdict tested(long nowNs) {
        if (complaint != null) {
            return Verdict.fail("the self-test conversation: " + complaint);
        }
        return nowNs - selfTestedNs > pace.selfTestPatienceNs()
                ? Verdict.fail("the self-test conversation was not run for two minutes")
                : Verdict.pass("a reordered, retransmitted conversation with a gap came out right");
    }
}
