package io.weir;

import io.weir.capture.CaptureException;
import io.weir.capture.Frame;
import io.weir.capture.FrameSource;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.defragment.Defragmenter;
import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.reassemble.StreamPool;
import io.weir.relay.EventSink;
import io.weir.relay.RelayLedger;
import io.weir.relay.RelayOptions;
import io.weir.relay.StreamIds;
import io.weir.relay.StreamRelay;
import io.weir.tally.Counters;
import java.util.function.Predicate;

/**
 * All stages on the calling thread: files in, events out. Nothing is random and no clock is read, so the same files give the
 * same events each time. A conversation may go on from one file to the next.
 */
final class Replay {
    private static final int FRAMES_PER_POLL = 1024;
    private static final int WAIT_MS = 200;

    /** Any fixed key: a file's sender has no influence on a later run, and replays must not differ. */
    private static final FlowHash HASH = new FlowHash(0x7765697200000001L, 0x7765697200000002L);

    /** Told between two polls, about every {@value #FRAMES_PER_POLL} frames or {@value #WAIT_MS} ms. */
    interface Watcher {
        /**
         * @param idle nothing came lately
         * @return false to stop reading
         */
        boolean polled(boolean idle);
    }

    private final Intake intake;
    private final Assembler assembler;
    private final StreamRelay relay;
    private FrameSource source;

    /** @param filter which frames are wanted; null for all */
    Replay(Configuration values, RelayOptions options, Predicate<Frame> filter, EventSink sink) {
        var assemblerOptions = StageOptions.assembler(values, 1);
        relay = new StreamRelay(StreamIds.ofFile(), sink, options, index -> source.interfaceName(index));
        assembler = new Assembler(new StreamPool(relay, HASH), assemblerOptions);
        intake = new Intake(
                new PacketDecoder(assemblerOptions.checksum() != ChecksumRule.OFF, PacketDecoder.WireLength.TOLD),
                new Defragmenter(StageOptions.defragmenter(values)),
                filter,
                OwnTraffic.NONE,
                null,
                0,
                assembler::assemble);
    }

    /**
     * Reads a source to its end.
     *
     * @throws CaptureException it is damaged; what was readable has been handed on
     */
    void read(FrameSource file, Watcher watcher) throws CaptureException {
        source = file;
        int frames = 0;
        while (frames != FrameSource.END && watcher.polled(frames == 0)) {
            frames = file.poll(this::onFrame, FRAMES_PER_POLL, WAIT_MS);
        }
    }

    /** Closes every stream. */
    void finish() {
        assembler.flushAll();
    }

    private void onFrame(Frame frame) {
        assembler.advance(frame.timeNs());
        intake.onFrame(frame);
    }

    Intake intake() {
        return intake;
    }

    RelayLedger ledger() {
        return relay.ledger();
    }

    Counters<Anomaly> anomalies() {
        return assembler.anomalies();
    }
}
