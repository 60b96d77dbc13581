package io.weir.relay;

import io.weir.reassemble.Anomaly;
import io.weir.reassemble.AnomalyReport;
import io.weir.reassemble.FlowDirection;
import io.weir.relay.StreamEvent.Odd;
import java.util.ArrayList;
import java.util.List;

/** The newest anomalies of one stream, at most {@value #MAX}; older ones are only counted. */
final class RecentAnomalies {
    static final int MAX = 16;

    private static final int WORDS = 6;
    private static final Anomaly[] NAMES = Anomaly.values();
    private static final FlowDirection[] DIRECTIONS = FlowDirection.values();

    private final long[] words = new long[WORDS * MAX];
    private long added;

    static Odd event(String stream, AnomalyReport report) {
        return new Odd(
                stream,
                report.timeNs(),
                report.name(),
                report.direction(),
                report.offset(),
                report.length(),
                report.keptDigest(),
                report.otherDigest());
    }

    void add(AnomalyReport report) {
        int at = (int) (added++ % MAX) * WORDS;
        words[at] = (long) report.name().ordinal() << 1 | report.direction().ordinal();
        words[at + 1] = report.timeNs();
        words[at + 2] = report.offset();
        words[at + 3] = report.length();
        words[at + 4] = report.keptDigest();
        words[at + 5] = report.otherDigest();
    }

    /** Oldest first. */
    List<Odd> events(String stream) {
        List<Odd> events = new ArrayList<>();
        for (long index = Math.max(0, added - MAX); index < added; index++) {
            int at = (int) (index % MAX) * WORDS;
            events.add(new Odd(
                    stream,
                    words[at + 1],
                    NAMES[(int) (words[at] >>> 1)],
                    DIRECTIONS[(int) words[at] & 1],
                    words[at + 2],
                    words[at + 3],
                    words[at + 4],
                    words[at + 5]));
        }
        return events;
    }
}
