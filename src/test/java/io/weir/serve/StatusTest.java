package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.weir.serve.Check.Verdict;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void readinessFollowsItsChecks() {
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);

        service.captureVerdict = Verdict.fail("eth0 is gone");

        HttpResponse<String> response = service.get("/readyz");
        assertThat(response.statusCode()).isEqualTo(503);
        JsonObject check =
                new JsonObject(response.body()).getJsonArray("checks").getJsonObject(1);
        assertThat(check.getMap())
                .containsEntry("name", "capture")
                .containsEntry("status", "fail")
                .containsEntry("detail", "eth0 is gone");
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreNamedByTheirUnitAndEndInTotal() {
        HttpResponse<String> response = service.get("/metrics");

        assertThat(response.headers().firstValue("content-type")).contains(Metrics.CONTENT_TYPE);
        assertThat(response.body())
                .contains("weir_serve_events_lost_total 0.0")
                .contains("weir_serve_requests_total 1.0")
                .contains("# HELP weir_serve_readers_present readers of events")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void theCaptureIsControlled() {
        assertThat(service.json("/api/v1/capture").getString("state")).isEqualTo("capturing");
        assertThat(put("{\"filter\":\"tcp port 80\"}").statusCode()).isEqualTo(200);
        assertThat(service.send(service.request("/api/v1/capture/stop").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(service.send(service.request("/api/v1/capture/start")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(200);

        assertThat(service.controlled).containsExactly("filter tcp port 80", "stop", "start");
        assertThat(service.get("/api/v1/interfaces").body()).isEqualTo("[{\"name\":\"lo\"}]");
    }

    @Test
    void aWrongFilterIsRefusedInTheWordsOfLibpcap() {
        HttpResponse<String> response = put("{\"filter\":\"nonsense\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(response.body()).getString("detail"))
                .isEqualTo("can't parse filter expression: syntax error");
        assertThat(new JsonObject(response.body()).getString("parameter")).isEqualTo("filter");
        assertThat(put("{\"filter\":7}").statusCode()).isEqualTo(400);
        assertThat(put("{\"filtre\":\"\"}").body()).contains("filtre");
        assertThat(put("[]").statusCode()).isEqualTo(400);
        assertThat(put("{").statusCode()).isEqualTo(400);
        assertThat(put("{\"filter\":\"" + "x".repeat(2000) + "\"}").statusCode())
                .isEqualTo(400);
        assertThat(service.controlled).isEmpty();
    }

    private HttpResponse<String> put(String body) {
        return service.send(service.request("/api/v1/capture/filter")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    }
}
