package io.weir;

import io.weir.capture.Frame;
import io.weir.capture.FrameHandler;
import io.weir.decode.Decoded;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.Outcome;
import io.weir.tally.Counters;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The capture worker's part of the way: frame, decode, defragment, decode again, segment. Each frame ends in exactly one
 * counter, so that at every moment between two frames
 *
 * <pre>DELIVERED = FILTERED + OWN_TRAFFIC + DUPLICATES + sum of decoded()</pre>
 *
 * where {@link Decoded#SEGMENT} counts what was handed on and {@link Decoded#FRAGMENT} the fragments that did not complete
 * a datagram (what became of those, the defragmenter counts). One thread; any thread reads the counters. Allocates nothing.
 */
final class Intake implements FrameHandler {
    /** Fragments inside of reassembled fragments, and so on; each level needs a datagram of its own. */
    private static final int MAX_NESTING = 8;

    private final PacketDecoder decoder;
    private final Defragmenter defragmenter;
    private final Predicate<Frame> filter;
    private final OwnTraffic own;
    private final Predicate<Segment> duplicate;
    private final int domain;
    private final Consumer<Segment> next;
    private final Segment segment = new Segment();
    private final Counters<FrameCounter> frames = new Counters<>(FrameCounter.class);
    private final Counters<Decoded> decoded = new Counters<>(Decoded.class);

    /**
     * @param filter which frames are wanted; null for all
     * @param own which segments are never wanted
     * @param duplicate which segments were captured on another interface already; null if that cannot be
     * @param domain of the source, see {@link Segment#domain}
     * @param next gets each segment, valid during the call only
     */
    Intake(
            PacketDecoder decoder,
            Defragmenter defragmenter,
            Predicate<Frame> filter,
            OwnTraffic own,
            Predicate<Segment> duplicate,
            int domain,
            Consumer<Segment> next) {
        this.decoder = decoder;
        this.defragmenter = defragmenter;
        this.filter = filter;
        this.own = own;
        this.duplicate = duplicate;
        this.domain = domain;
        this.next = next;
    }

    @Override
    public void onFrame(Frame frame) {
        frames.increment(FrameCounter.DELIVERED);
        frames.add(FrameCounter.CAPTURED_BYTES, frame.capturedLength());
        frames.add(FrameCounter.WIRE_BYTES, Math.max(frame.wireLength(), frame.capturedLength()));
        if (filter != null && !filter.test(frame)) {
            frames.increment(FrameCounter.FILTERED);
            return;
        }
        segment.origin(frame.timeNs(), frame.interfaceIndex(), domain, frame.wireLength());
        Decoded outcome = decoder.decode(
                frame.memory(),
                frame.offset(),
                frame.capturedLength(),
                frame.wireLength(),
                frame.linkType(),
                frame.vlanTag(),
                frame.checksumOffloaded(),
                segment);
        if (outcome == Decoded.FRAGMENT) {
            outcome = defragment();
        }
        if (outcome == Decoded.SEGMENT && own.is(segment)) {
            frames.increment(FrameCounter.OWN_TRAFFIC);
            return;
        }
        if (outcome == Decoded.SEGMENT && duplicate != null && duplicate.test(segment)) {
            frames.increment(FrameCounter.DUPLICATES);
            return;
        }
        decoded.increment(outcome);
        if (outcome == Decoded.SEGMENT) {
            next.accept(segment);
        }
    }

    private Decoded defragment() {
        for (int level = 0; level < MAX_NESTING; level++) {
            if (defragmenter.accept(decoder.fragment(), segment) != Outcome.COMPLETED) {
                return Decoded.FRAGMENT;
            }
            Decoded outcome = decoder.resume(
                    defragmenter.protocol(),
                    defragmenter.memory(),
                    0,
                    defragmenter.length(),
                    defragmenter.checksumOffloaded(),
                    segment);
            if (outcome != Decoded.FRAGMENT) {
                return outcome;
            }
        }
        return Decoded.TOO_DEEP;
    }

    Counters<FrameCounter> frames() {
        return frames;
    }

    /** What the frames held, whole datagrams for fragments that completed one. */
    Counters<Decoded> decoded() {
        return decoded;
    }

    Defragmenter defragmenter() {
        return defragmenter;
    }
}
