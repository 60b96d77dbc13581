package io.weir.reassemble;

import io.weir.tally.Counters;

/** Counts anomalies, and tells those of a stream to it. */
final class Reporter {
    private final Counters<Anomaly> counters = new Counters<>(Anomaly.class);
    private final AnomalyReport report = new AnomalyReport();
    private final Callbacks callbacks;
    private long timeNs;

    Reporter(Callbacks callbacks) {
        this.callbacks = callbacks;
    }

    Counters<Anomaly> counters() {
        return counters;
    }

    /** Time of the packet, or of the timer, that is at work now. */
    void now(long timeNs) {
        this.timeNs = timeNs;
    }

    long now() {
        return timeNs;
    }

    void count(Anomaly name) {
        counters.increment(name);
    }

    void report(HalfConnection half, Anomaly name) {
        report(half, name, AnomalyReport.NO_OFFSET, 0);
    }

    /** A stream whose client and server are not settled yet is not told; the counter is. */
    void report(HalfConnection half, Anomaly name, long offset, long length) {
        counters.increment(name);
        Connection connection = half.connection;
        if (connection.opened) {
            callbacks.anomaly(connection, report.set(name, connection.direction(half), timeNs, offset, length));
        }
    }

    void conflict(HalfConnection half, long offset, long length, long keptDigest, long otherDigest) {
        counters.increment(Anomaly.CONFLICT);
        Connection connection = half.connection;
        if (connection.opened) {
            report.set(Anomaly.CONFLICT, connection.direction(half), timeNs, offset, length);
            callbacks.anomaly(connection, report.digests(keptDigest, otherDigest));
        }
    }
}
