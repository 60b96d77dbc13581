package io.weir.serve;

import static io.weir.serve.Streams.closed;
import static io.weir.serve.Streams.open;
import static io.weir.serve.Streams.openAt;
import static io.weir.serve.Streams.summary;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void theListJoinsAllPartitionsNewestFirst() {
        service.partitions.get(0).summaries.put("a", summary(openAt("a", 1_000)));
        service.partitions.get(1).summaries.put("b", summary(openAt("b", 3_000)));
        service.partitions.get(0).summaries.put("c", closed(openAt("c", 2_000)));

        assertThat(ids(service.json("/api/v1/streams"))).containsExactly("b", "c", "a");
        assertThat(ids(service.json("/api/v1/streams?order=oldest"))).containsExactly("a", "c", "b");
        assertThat(ids(service.json("/api/v1/streams?state=closed"))).containsExactly("c");
        assertThat(ids(service.json("/api/v1/streams?state=open&order=oldest"))).containsExactly("a", "b");
    }

    @Test
    void pagesFollowEachOtherWithoutHoleOrRepetition() {
        for (int index = 0; index < 25; index++) {
            String id = "s" + (char) ('a' + index);
            service.partitions.get(index % 2).summaries.put(id, summary(openAt(id, 1_000 + index / 3)));
        }
        for (String order : List.of("newest", "oldest")) {
            List<String> seen = new ArrayList<>();
            String path = "/api/v1/streams?limit=7&order=" + order;
            JsonObject page = service.json(path);
            seen.addAll(ids(page));
            while (page.containsKey("next")) {
                page = service.json(path + "&cursor=" + page.getString("next"));
                seen.addAll(ids(page));
            }
            assertThat(seen).hasSize(25).doesNotHaveDuplicates();
            assertThat(page.getInteger("matching")).isEqualTo(25);
        }
    }

    @Test
    void theListCanBeFiltered() {
        service.partition().summaries.put("a", summary(open("a", "10.0.0.1", 1, "10.0.0.2", 80)));
        service.partition().summaries.put("b", summary(open("b", "2001:db8::1", 1, "2001:db8::2", 443)));

        assertThat(ids(service.json("/api/v1/streams?host=2001:DB8:0::1"))).containsExactly("b");
        assertThat(ids(service.json("/api/v1/streams?cidr=10.0.0.0/8"))).containsExactly("a");
        assertThat(ids(service.json("/api/v1/streams?port=443"))).containsExactly("b");
        assertThat(ids(service.json("/api/v1/streams?filter=port%20443"))).containsExactly("b");
        assertThat(ids(service.json("/api/v1/streams?stream=a"))).containsExactly("a");
        assertThat(ids(service.json("/api/v1/streams?interface=eth1"))).isEmpty();
    }

    @Test
    void aStreamIsShownWithItsLedger() {
        service.partition().summaries.put("a", closed(open("a")));

        JsonObject stream = service.json("/api/v1/streams/a");

        assertThat(stream.getString("state")).isEqualTo("closed");
        assertThat(stream.getString("opened")).isEqualTo("2026-11-22T00:00:00.000000000Z");
        assertThat(stream.getString("lastSeen")).isEqualTo("2026-11-22T00:00:00.000005000Z");
        assertThat(stream.getString("reason")).isEqualTo("fin");
        assertThat(stream.getJsonObject("client").getString("ip")).isEqualTo("10.0.0.1");
        assertThat(stream.getJsonObject("client").getLong("bytes")).isEqualTo(3);
        assertThat(stream.getJsonObject("client").getLong("ackedTo")).isEqualTo(3);
        assertThat(stream.getJsonArray("anomalies")).isEmpty();
    }

    @Test
    void anUnknownStreamIsNotFound() {
        assertThat(service.get("/api/v1/streams/none").statusCode()).isEqualTo(404);
        assertThat(service.json("/api/v1/streams/none").getString("detail")).contains("none");
    }

    private static List<String> ids(JsonObject page) {
        JsonArray rows = page.getJsonArray("streams");
        return rows.stream().map(row -> ((JsonObject) row).getString("stream")).toList();
    }
}
