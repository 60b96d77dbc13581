package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static io.weir.serve.Streams.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.weir.relay.Bus;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditTest {
    private final RunningService service = new RunningService();

    @BeforeEach
    void fill() {
        Bus.Piece piece = new Bus.Piece(0, "secret".getBytes(), Streams.START_NS);
        for (String from : List.of("client", "server")) {
            service.partition().contents.put("s1/" + from, new Bus.Content(summary(open("s1")), List.of(piece), 6));
        }
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void everyAnswerWithPayloadLeavesOneRecord() {
        service.get("/api/v1/streams/s1/content?from=client");
        service.get("/api/v1/streams/s1/pcap");
        service.get("/api/v1/streams/s1/content?from=nobody");
        service.get("/api/v1/streams");

        assertThat(records()).hasSize(2);
        assertThat(records().get(0).getMap())
                .containsEntry("what", "payload")
                .containsEntry("who", "local")
                .containsEntry("from", "127.0.0.1")
                .containsEntry("method", "GET")
                .containsEntry("uri", "/api/v1/streams/s1/content?from=client")
                .containsEntry("bytes", 6)
                .containsKey("time");
        assertThat(service.audit).noneMatch(record -> record.contains("secret"));
    }

    @Test
    void anAnswerThatLastsLeavesARecordAtItsBeginningAndOneAtItsEnd() {
        try (EventReader reader = service.events("/api/v1/events").greeted()) {
            service.partition().send(open("s1"), data("s1", 0, "secret"));
            reader.next(2);
            assertThat(records()).hasSize(1);
        }
        await().until(() -> service.audit.size() == 2);
        assertThat(records()).extracting(record -> record.getString("what")).containsExactly("begin", "payload");
        assertThat(records().get(0).getLong("response"))
                .isEqualTo(records().get(1).getLong("response"));
        assertThat(records().get(1).getLong("bytes")).isPositive();
    }

    @Test
    void eventsWithoutPayloadLeaveNone() {
        try (EventReader reader = service.events("/api/v1/events?payload=none").greeted()) {
            assertThat(reader.response.statusCode()).isEqualTo(200);
        }
        try (EventReader reader = service.events("/api/v1/events?types=open").greeted()) {
            assertThat(reader.response.statusCode()).isEqualTo(200);
        }
        assertThat(service.audit).isEmpty();
    }

    @Test
    void changesAndDenialsAreRecorded() {
        service.send(service.request("/api/v1/capture/stop").POST(BodyPublishers.noBody()));
        service.send(service.request("/api/v1/streams").header("Origin", "null"));

        assertThat(records()).extracting(record -> record.getString("what")).containsExactly("control", "denied");
    }

    @Test
    void aChangeIsRecordedWithTheStatusThatWasAnswered() {
        HttpRequest.BodyPublisher nothing = BodyPublishers.noBody();
        HttpRequest.Builder upload = service.request("/api/v1/replays").header("Content-Type", "application/gzip");
        List<Integer> answered = new ArrayList<>();
        for (Throwable failure : new Throwable[] {
            null,
            new RefusedException(Reason.NOT_NOW, "not now"),
            new RefusedException(Reason.NOT_AVAILABLE, "not here"),
            new RefusedException(Reason.WRONG, "wrong"),
            new IllegalStateException("a defect")
        }) {
            service.captureFailure = failure;
            answered.add(service.send(service.request("/api/v1/capture/stop").POST(nothing))
                    .statusCode());
            answered.add(service.send(upload.POST(BodyPublishers.ofString("x"))).statusCode());
        }

        assertThat(answered).containsExactly(200, 200, 409, 409, 501, 501, 400, 400, 500, 500);
        assertThat(records()).extracting(record -> record.getInteger("status")).isEqualTo(answered);
    }

    @Test
    void aFloodOfDenialsIsCutShort() {
        for (int index = 0; index < 60; index++) {
            service.send(service.request("/api/v1/streams").header("Origin", "null"));
        }

        assertThat(service.audit.size()).isLessThan(50);
        assertThat(service.metrics.text()).doesNotContain("weir_serve_audit_suppressed_total 0.0");
    }

    private List<JsonObject> records() {
        return service.audit.stream().map(JsonObject::new).toList();
    }
}
