package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that break the rules of HTTP: the client's mistake, named, and no failure of the service. */
@Timeout(60)
class UnreadableRequestTest {
    private final RunningService service =
            new RunningService(OptionsFor.tests().replay(200_000).options());

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aPercentSignWithoutDigitsIsToldAsAProblemEverywhere() {
        for (String target : List.of("/%zz", "/api/v1/streams/%zz", "/api/v1/streams/a%2/events", "/livez?x=%zz")) {
            RawHttp answer = RawHttp.get(service.port(), target, "Host: localhost");

            assertThat(answer.status()).as(target).isEqualTo(400);
            assertThat(answer.header("Content-Type")).as(target).contains("application/problem+json");
            assertThat(new JsonObject(answer.body()).getString("detail"))
                    .as(target)
                    .contains("a percent sign needs two hexadecimal digits");
        }
        assertThat(service.metrics.text()).contains("weir_serve_failures_total 0.0");
    }

    @Test
    void aRequestWithoutHostIsToldSo() {
        RawHttp answer = RawHttp.get(service.port(), "/livez");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("detail")).contains("the header Host");
    }

    @Test
    void aBodyWhoseChunksAreWrongIsNoFailureOfTheService() {
        sendWrongChunks("PUT /api/v1/capture/filter HTTP/1.1", "application/json");
        sendWrongChunks("POST /api/v1/replays HTTP/1.1", "application/octet-stream");

        await().untilAsserted(() -> assertThat(service.audit)
                .anyMatch(record -> record.contains("/api/v1/replays") && record.contains("\"status\":400")));
        assertThat(service.metrics.text()).contains("weir_serve_failures_total 0.0");
        assertThat(service.controlled).isEmpty();
    }

    private void sendWrongChunks(String request, String type) {
        RawHttp.send(
                service.port(),
                "zz\r\nabc\r\n",
                request,
                "Host: localhost",
                "Content-Type: " + type,
                "Transfer-Encoding: chunked");
    }
}
