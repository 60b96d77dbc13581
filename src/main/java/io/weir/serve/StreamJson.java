package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.relay.EventJson;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamEvent.Totals;
import io.weir.relay.StreamSummary;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Streams as the catalogue shows them: the fields of their events, under the same names. One thread. */
final class StreamJson {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private final EventJson events = new EventJson();
    private final JsonBytes bytes = new JsonBytes(1024);

    /** Without the anomalies themselves. */
    JsonObject row(StreamSummary summary) {
        JsonObject open = event(summary.open());
        JsonObject json = new JsonObject()
                .put("stream", summary.open().stream())
                .put("state", summary.close() == null ? "open" : "closed")
                .put("replay", summary.replay())
                .put("opened", open.getString("time"))
                .put("lastSeen", time(summary.lastSeenNs()));
        if (summary.close() != null) {
            JsonObject close = event(summary.close());
            json.put("closed", close.getString("time")).put("reason", close.getString("reason"));
        }
        for (String name : new String[] {"communityId", "path", "interface", "midstream", "roles"}) {
            json.put(name, open.getValue(name));
        }
        return json.put("client", side(open.getJsonObject("client"), summary.client()))
                .put("server", side(open.getJsonObject("server"), summary.server()))
                .put("anomalyCount", summary.anomalies().size());
    }

    JsonObject whole(StreamSummary summary) {
        JsonArray anomalies = new JsonArray();
        for (StreamEvent anomaly : summary.anomalies()) {
            JsonObject json = event(anomaly);
            json.remove("type");
            json.remove("stream");
            anomalies.add(json);
        }
        JsonObject json = row(summary);
        json.remove("anomalyCount");
        return json.put("anomalies", anomalies);
    }

    private JsonObject event(StreamEvent event) {
        bytes.clear();
        events.write(event, PayloadForm.NONE, bytes);
        return new JsonObject(Buffer.buffer(bytes.length()).appendBytes(bytes.array(), 0, bytes.length()));
    }

    private static JsonObject side(JsonObject endpoint, Totals totals) {
        if (totals == null) {
            return endpoint;
        }
        endpoint.put("bytes", totals.bytes())
                .put("gapBytes", totals.gapBytes())
                .put("duplicateBytes", totals.duplicateBytes())
                .put("packets", totals.packets())
                .put("outOfOrderPackets", totals.outOfOrderPackets())
                .put("overlapBytes", totals.overlapBytes())
                .put("conflictBytes", totals.conflictBytes());
        return totals.ackedTo() == StreamEvent.UNKNOWN ? endpoint : endpoint.put("ackedTo", totals.ackedTo());
    }

    private static String time(long timeNs) {
        return TIME.format(
                Instant.ofEpochSecond(Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L)));
    }
}
