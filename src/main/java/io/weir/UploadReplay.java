package io.weir;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.FrameSource;
import io.weir.decode.Decoded;
import io.weir.decode.Decoded.Kind;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.partition.Lane;
import io.weir.partition.Partitioner;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.relay.RelayCounter;
import io.weir.relay.RelayLedger;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Replays uploaded captures beside the live one, one at a time, into a partition of their own: it waits at the full lane, and
 * its streams never meet live ones.
 */
final class UploadReplay {
    private static final int FRAMES_PER_POLL = 256;
    private static final long PAUSE_NS = 200_000;

    private final Configuration values;
    private final Partitioner lanes;
    private final RelayLedger ledger;
    /** Of all uploads, one after the other: it takes its memory once. */
    private final Defragmenter defragmenter;

    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile CaptureFile current;
    private volatile boolean cancelled;
    private int domain;

    /**
     * @param lanes one, of the partition for uploads
     * @param ledger of that partition
     */
    UploadReplay(Configuration values, Partitioner lanes, RelayLedger ledger) {
        this.values = values;
        this.lanes = lanes;
        this.ledger = ledger;
        defragmenter = new Defragmenter(StageOptions.defragmenter(values));
    }

    /** Completes when all streams of the file are told and closed. */
    Future<JsonObject> replay(Vertx vertx, Path file) {
        if (cancelled || !busy.compareAndSet(false, true)) {
            return Future.failedFuture(new RefusedException(
                    Reason.NOT_NOW, "another capture is being replayed; try again when it is done"));
        }
        WorkerExecutor worker = vertx.createSharedWorkerExecutor("weir-replay", 1, 1, TimeUnit.HOURS);
        return worker.executeBlocking(() -> run(file)).eventually(() -> {
            busy.set(false);
            return worker.close();
        });
    }

    /** Ends a replay that runs, and refuses others. */
    void cancel() {
        cancelled = true;
    }

    /** The name behind an interface's index in the file that is or was last read. */
    String interfaceName(int index) {
        CaptureFile file = current;
        return file == null ? CaptureFile.INTERFACE_NAME : file.interfaceName(index);
    }

    private JsonObject run(Path path) throws RefusedException {
        long streamsBefore = ledger.counters().get(RelayCounter.STREAMS_OPENED);
        boolean verify = StageOptions.assembler(values, 1).checksum() != ChecksumRule.OFF;
        Intake intake = new Intake(
                new PacketDecoder(verify, PacketDecoder.WireLength.TOLD),
                defragmenter,
                null,
                OwnTraffic.NONE,
                null,
                ++domain,
                this::offer);
        String problem = null;
        try (CaptureFile file = CaptureFile.open(path)) {
            current = file;
            while (!cancelled && file.poll(intake, FRAMES_PER_POLL, 0) != FrameSource.END) {
                // a lane publishes by itself what is worth a wake-up
            }
        } catch (CaptureException broken) {
            // the temporary file's name means nothing to who uploaded it
            problem = broken.getMessage().replace(path.toString(), "the capture");
        }
        // nothing of one upload waits in another
        defragmenter.expire(Long.MAX_VALUE);
        end();
        long frames = intake.frames().get(FrameCounter.DELIVERED);
        if (problem != null && frames == 0) {
            throw new RefusedException(Reason.WRONG, problem);
        }
        JsonObject result = new JsonObject()
                .put("frames", frames)
                .put("segments", intake.decoded().get(Decoded.SEGMENT))
                .put("notTcp", CaptureReport.above0(intake.decoded(), name -> name.kind() == Kind.OTHER))
                .put("malformed", CaptureReport.above0(intake.decoded(), name -> name.kind() == Kind.MALFORMED))
                .put("fragments", intake.decoded().get(Decoded.FRAGMENT))
                .put("streams", ledger.counters().get(RelayCounter.STREAMS_OPENED) - streamsBefore);
        return problem == null ? result : result.put("problem", problem);
    }

    private void offer(Segment segment) {
        // unlike a live capture's, these bytes were just copied by this thread's processor
        segment.verify();
        while (!lanes.offer(segment)) {
            pause();
        }
    }

    /** Ends the file's streams and waits until the partition has told everything. */
    private void end() {
        while (!cancelled && !lanes.offerEnd()) {
            pause();
        }
        lanes.flush();
        Lane lane = lanes.lane(0);
        while (!cancelled && lane.unreadBytes() > 0) {
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private void pause() {
        if (cancelled) {
            throw new CancellationException("the probe is stopping");
        }
        lanes.flush();
        LockSupport.parkNanos(PAUSE_NS);
    }
}
