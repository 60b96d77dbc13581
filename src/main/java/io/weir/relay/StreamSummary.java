package io.weir.relay;

import java.util.List;

/**
 * One stream as the catalogue shows it.
 *
 * @param open its opening event
 * @param lastSeenNs capture time of its newest packet
 * @param close its closing event, or null while it is open
 * @param client totals so far (of the closing event, once closed)
 * @param server totals so far
 * @param anomalies the newest ones, bounded
 * @param replay whether it came from an uploaded capture
 */
public record StreamSummary(
        StreamEvent.Open open,
        long lastSeenNs,
        StreamEvent.Close close,
        StreamEvent.Totals client,
        StreamEvent.Totals server,
        List<StreamEvent.Odd> anomalies,
        boolean replay) {}
