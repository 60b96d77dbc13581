package io.weir;

import io.weir.capture.CaptureState;
import io.weir.partition.Lane;
import io.weir.partition.Partitioner;
import io.weir.serve.Check;
import io.weir.serve.Check.Scope;
import io.weir.serve.Check.Verdict;
import java.util.List;

/**
 * What {@code /livez} and {@code /readyz} ask. Live: every lane that holds something is being read. Ready: the capture is open
 * and its thread comes by, so that whatever passes would be seen.
 */
final class ProbeChecks {
    private static final long PATIENCE_NS = 10_000_000_000L;

    private final Partitioner lanes;
    private final long[] progress;
    /** Since when a lane holds something of which nothing was read; 0 while it is empty. */
    private final long[] waitingSinceNs;

    private volatile CaptureGroup capture;

    ProbeChecks(Partitioner lanes) {
        this.lanes = lanes;
        progress = new long[lanes.lanes()];
        waitingSinceNs = new long[lanes.lanes()];
    }

    /** From now on there is something to ask. */
    void capture(CaptureGroup deployed) {
        capture = deployed;
    }

    List<Check> all() {
        return List.of(
                new Check("partitions", Scope.LIVE, () -> partitions(System.nanoTime())),
                new Check("capture", Scope.READY, this::capture));
    }

    /** Asked on one thread, see {@link Check#verdict}. */
    Verdict partitions(long nowNs) {
        for (int index = 0; index < progress.length; index++) {
            Lane lane = lanes.lane(index);
            long read = lane.consumedBytes();
            if (lane.unreadBytes() == 0) {
                waitingSinceNs[index] = 0;
            } else if (read != progress[index] || waitingSinceNs[index] == 0) {
                progress[index] = read;
                waitingSinceNs[index] = nowNs;
            } else if (nowNs - waitingSinceNs[index] > PATIENCE_NS) {
                return Verdict.fail("partition " + index + " has not read its lane for more than 10 s");
            }
        }
        return Verdict.pass(progress.length + " partitions read their lanes");
    }

    private Verdict capture() {
        CaptureGroup live = capture;
        if (live == null) {
            return Verdict.fail("starting");
        }
        CaptureState state = live.state();
        if (state == CaptureState.RETRYING) {
            return Verdict.fail("the source broke and is tried again");
        }
        if (state != CaptureState.CAPTURING) {
            return Verdict.fail("the capture is stopped");
        }
        if (live.silentNs() > PATIENCE_NS) {
            return Verdict.fail("the capture's thread has not come by for more than 10 s");
        }
        return Verdict.pass("capturing, " + live.statistics().delivered() + " frames so far");
    }
}
