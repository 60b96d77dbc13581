package io.weir;

import io.weir.decode.Decoded;
import io.weir.defragment.Outcome;
import io.weir.reassemble.GapCause;
import io.weir.relay.RelayCounter;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a replay amounted to, in a few lines for a person: whatever did not become a stream's bytes is named. */
final class ReadSummary {
    private ReadSummary() {}

    static List<String> lines(Replay replay) {
        Counters<FrameCounter> frames = replay.intake().frames();
        Counters<Decoded> decoded = replay.intake().decoded();
        Counters<GapCause> gaps = replay.ledger().gapBytes();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d frames (%,d bytes), %,d TCP segments, %,d streams, %,d bytes delivered, %,d bytes of gaps",
                frames.get(FrameCounter.DELIVERED),
                frames.get(FrameCounter.WIRE_BYTES),
                decoded.get(Decoded.SEGMENT),
                replay.ledger().counters().get(RelayCounter.STREAMS_OPENED),
                replay.ledger().counters().get(RelayCounter.DELIVERED_BYTES),
                gaps.sum()));
        add(lines, "filtered", frames, FrameCounter.FILTERED::equals, counter -> "frames");
        add(lines, "not TCP", decoded, name -> name.kind() == Decoded.Kind.OTHER, Decoded::label);
        add(lines, "malformed", decoded, name -> name.kind() == Decoded.Kind.MALFORMED, Decoded::label);
        add(lines, "fragments", replay.intake().defragmenter().outcomes(), name -> true, Outcome::label);
        add(lines, "gap bytes", gaps, name -> true, GapCause::label);
        add(lines, "anomalies", replay.anomalies(), name -> true, name -> name.label());
        return lines;
    }

    /** A line with the counters above 0, if there are any. */
    private static <E extends Enum<E>> void add(
            List<String> lines, String head, Counters<E> counters, Predicate<E> which, Function<E, String> label) {
        List<String> parts = new ArrayList<>();
        for (E name : counters.names()) {
            if (which.test(name) && counters.get(name) > 0) {
                parts.add(label.apply(name) + String.format(Locale.ROOT, " %,d", counters.get(name)));
            }
        }
        if (!parts.isEmpty()) {
            lines.add(head + ": " + String.join(", ", parts));
        }
    }
}
