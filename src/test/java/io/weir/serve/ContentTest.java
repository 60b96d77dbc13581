package io.weir.serve;

import static io.weir.serve.Streams.open;
import static io.weir.serve.Streams.summary;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.relay.Bus;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContentTest {
    private final RunningService service = new RunningService();

    @BeforeEach
    void retain() {
        service.partitions
                .get(1)
                .contents
                .put(
                        "s1/client",
                        new Bus.Content(
                                summary(open("s1")),
                                List.of(piece(0, "01234"), piece(5, "56789"), piece(100, "abc")),
                                200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void theRetainedBytesAreServedAndTheGapsTold() {
        HttpResponse<String> response = service.get("/api/v1/streams/s1/content?from=client");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("0123456789abc");
        assertThat(header(response, "Weir-Gaps")).isEqualTo("10-99, 103-199");
        assertThat(header(response, "Weir-Gap-Count")).isEqualTo("2");
        assertThat(header(response, "Weir-Stream-Length")).isEqualTo("200");
        assertThat(header(response, "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(header(response, "Content-Disposition")).isEqualTo("attachment; filename=\"s1-client.bin\"");
    }

    @Test
    void aRangeIsServed() {
        assertRange("bytes=0-0", "0", "bytes 0-0/13");
        assertRange("bytes=3-6", "3456", "bytes 3-6/13");
        assertRange("bytes=8-", "89abc", "bytes 8-12/13");
        assertRange("bytes=-4", "9abc", "bytes 9-12/13");
        assertRange("bytes=-99", "0123456789abc", "bytes 0-12/13");
        assertRange("bytes=12-99", "c", "bytes 12-12/13");
    }

    private void assertRange(String range, String bytes, String contentRange) {
        HttpResponse<String> response = ranged(range);
        assertThat(response.statusCode()).as(range).isEqualTo(206);
        assertThat(response.body()).as(range).isEqualTo(bytes);
        assertThat(header(response, "Content-Range")).isEqualTo(contentRange);
    }

    @Test
    void aRangeBehindTheBytesIsNotSatisfiable() {
        HttpResponse<String> response = ranged("bytes=13-");

        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(header(response, "Content-Range")).isEqualTo("bytes */13");
        assertThat(ranged("bytes=-0").statusCode()).isEqualTo(416);
    }

    @Test
    void aRangeThatIsNoneOrSeveralIsAnsweredWithEverything() {
        for (String range : List.of("bytes=5-3", "bytes=0-1,3-4", "lines=1-2", "bytes=", "bytes=-")) {
            assertThat(ranged(range).statusCode()).as(range).isEqualTo(200);
        }
    }

    @Test
    void aRangeOfBytesThatHaveChangedIsAnsweredWithEverything() {
        String tag = header(ranged("bytes=0-1"), "ETag");

        assertThat(conditional(tag).statusCode()).isEqualTo(206);
        service.partitions
                .get(1)
                .contents
                .put("s1/client", new Bus.Content(summary(open("s1")), List.of(piece(0, "01234")), 201));
        assertThat(conditional(tag).body()).isEqualTo("01234");
    }

    @Test
    void aDirectionWithoutBytesIsEmpty() {
        service.partition().contents.put("s2/server", new Bus.Content(summary(open("s2")), List.of(), 0));

        HttpResponse<String> response = service.get("/api/v1/streams/s2/content?from=server");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(header(response, "Weir-Gaps")).isEmpty();
    }

    @Test
    void theDirectionMustBeNamed() {
        assertThat(service.get("/api/v1/streams/s1/content").body()).contains("from is missing");
        assertThat(service.get("/api/v1/streams/s1/content?from=both").statusCode())
                .isEqualTo(400);
        assertThat(service.get("/api/v1/streams/s3/content?from=client").statusCode())
                .isEqualTo(404);
        assertThat(service.get("/api/v1/streams/s3/pcap").statusCode()).isEqualTo(404);
    }

    /** The second side is asked when the first has answered. */
    @Test
    void aStreamThatIsForgottenInBetweenIsNotFoundAndAPartitionThatFailsIsBusy() {
        service.partition().contents.put("s4/client", new Bus.Content(summary(open("s4")), List.of(), 0));
        assertThat(service.get("/api/v1/streams/s4/pcap").statusCode()).isEqualTo(404);

        service.partition().failsFor = "server";
        assertThat(service.get("/api/v1/streams/s4/pcap").statusCode()).isEqualTo(503);
        assertThat(service.counter("failures")).isZero();
    }

    private HttpResponse<String> ranged(String range) {
        return service.send(
                service.request("/api/v1/streams/s1/content?from=client").header("Range", range));
    }

    private HttpResponse<String> conditional(String tag) {
        return service.send(service.request("/api/v1/streams/s1/content?from=client")
                .header("Range", "bytes=0-1")
                .header("If-Range", tag));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    private static Bus.Piece piece(long offset, String text) {
        return new Bus.Piece(offset, text.getBytes(StandardCharsets.UTF_8), Streams.START_NS + offset);
    }
}
