package io.weir.serve;

import static io.weir.serve.JsonSchema.map;
import static io.weir.serve.Streams.close;
import static io.weir.serve.Streams.closed;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Promise;
import io.weir.relay.Bus;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import io.weir.serve.Check.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Every error that openapi.yaml documents is provoked at every path that it documents it for. */
@Timeout(60)
class ErrorContractTest {
    @TempDir
    static Path folder;

    private final RunningService service =
            new RunningService(OptionsFor.tests().replay(100_000).options());
    private RunningService guarded;

    private Map<String, Object> contract;

    @BeforeEach
    void fill() throws IOException {
        guarded = new RunningService(OptionsFor.tests()
                .tokens(Files.writeString(folder.resolve("tokens"), "alice metadata token-of-alice-1\n"))
                .options());
        contract = new Yaml().load(service.get("/openapi.yaml").body());
        service.partition().summaries.put("s1", closed(open("s1")));
        service.partition().beginnings.put("s1", List.of(open("s1"), close("s1")));
        for (String from : List.of("client", "server")) {
            service.partition().contents.put("s1/" + from, new Bus.Content(closed(open("s1")), List.of(), 0));
        }
    }

    @AfterEach
    void stop() {
        service.close();
        guarded.close();
    }

    @Test
    void everyDocumentedErrorIsGivenAndIsAProblem() throws IOException {
        List<String> missing = new ArrayList<>();
        int given = 0;
        for (Map.Entry<String, Object> path : map(contract.get("paths")).entrySet()) {
            for (Map.Entry<String, Object> operation : map(path.getValue()).entrySet()) {
                String method = operation.getKey().toUpperCase();
                for (String status : new TreeSet<>(
                        map(map(operation.getValue()).get("responses")).keySet())) {
                    if (status.startsWith("2")) {
                        continue;
                    }
                    RawHttp answer = provoke(method, path.getKey(), status);
                    if (answer == null || answer.status() != Integer.parseInt(status)) {
                        missing.add(status + " " + method + " " + path.getKey()
                                + (answer == null ? "" : ": " + answer.status()));
                        continue;
                    }
                    given++;
                    if (!path.getKey().equals("/livez") && !path.getKey().equals("/readyz")) {
                        assertThat(errors(answer.body()))
                                .as(status + " " + method + " " + path.getKey())
                                .isEmpty();
                    }
                }
            }
        }
        // nothing makes these fail by themselves; 500 is documented for a defect of weir
        assertThat(missing).allMatch(each -> each.startsWith("500 GET"));
        assertThat(given).isGreaterThan(100);
    }

    private RawHttp provoke(String method, String path, String status) {
        String target = path.replace("{id}", "s1") + (path.endsWith("/content") ? "?from=client" : "");
        return switch (status) {
            case "400" -> ask(service, method, target + (target.contains("?") ? "&" : "?") + "colour=red");
            case "401" -> ask(guarded, method, target);
            case "403" -> ask(service, method, target, "Origin: http://evil.example");
            case "404" -> ask(service, method, target.replace("s1", "none"));
            case "409" -> refused(method, target, new RefusedException(Reason.NOT_NOW, "not now"));
            case "413" -> large(method, target);
            case "414" -> ask(service, method, target + (target.contains("?") ? "&" : "?") + "x=" + "x".repeat(5_000));
            case "415" -> send(service, method, target, "{}", "Content-Type: text/plain");
            case "416" -> ask(service, method, target, "Range: bytes=5-9");
            case "421" -> ask(service, method, target, "Host: evil.example");
            case "431" -> ask(service, method, target, "X: " + "x".repeat(9_000));
            case "500" -> refused(method, target, new IllegalStateException("a defect"));
            case "501" ->
                path.startsWith("/api/v1/streams") || path.startsWith("/api/v1/events")
                        ? ask(service, method, target + "?filter=no%20libpcap")
                        : refused(method, target, new RefusedException(Reason.NOT_AVAILABLE, "not here"));
            case "503" ->
                target.equals("/api/v1/capture/stop") || target.equals("/api/v1/replays")
                        ? refused(method, target, new RefusedException(Reason.NO_ANSWER, "not read"))
                        : busy(method, target);
            default -> null;
        };
    }

    private RawHttp refused(String method, String target, Throwable failure) {
        if (!target.startsWith("/api/v1/capture")
                && !target.startsWith("/api/v1/replays")
                && !target.startsWith("/api/v1/interfaces")) {
            return null;
        }
        service.captureFailure = failure;
        try {
            return ask(service, method, target);
        } finally {
            service.captureFailure = null;
        }
    }

    private RawHttp busy(String method, String target) {
        if (target.equals("/livez")) {
            service.liveVerdict = Verdict.fail("stuck");
        }
        service.captureVerdict = Verdict.fail("gone");
        service.partitions.forEach(each -> each.fails = true);
        Promise<Void> sent = service.unsent(Unsent.MAX_BYTES);
        try {
            return ask(service, method, target);
        } finally {
            sent.complete();
            service.partitions.forEach(each -> each.fails = false);
            service.captureVerdict = Verdict.pass("delivers");
            service.liveVerdict = Verdict.pass("answers");
        }
    }

    private RawHttp large(String method, String target) {
        return send(service, method, target, "{\"filter\":\"" + "x".repeat(150_000) + "\"}", type(target));
    }

    private static RawHttp ask(RunningService asked, String method, String target, String... headers) {
        if (method.equals("GET")) {
            return send(asked, method, target, "", headers);
        }
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(type(target));
        return send(
                asked,
                method,
                target,
                target.contains("filter") ? "{\"filter\":\"\"}" : "{}",
                all.toArray(String[]::new));
    }

    private static String type(String target) {
        return target.contains("replays")
                ? "Content-Type: application/vnd.tcpdump.pcap"
                : "Content-Type: application/json";
    }

    private static RawHttp send(RunningService asked, String method, String target, String body, String... headers) {
        List<String> lines = new ArrayList<>();
        lines.add(method + " " + target + " HTTP/1.1");
        lines.addAll(List.of(headers));
        if (lines.stream().noneMatch(line -> line.startsWith("Host: "))) {
            lines.add("Host: localhost");
        }
        if (!body.isEmpty()) {
            lines.add("Content-Length: " + body.length());
        }
        return RawHttp.send(asked.port(), body, lines.toArray(String[]::new));
    }

    private List<String> errors(String body) throws IOException {
        Object value = new ObjectMapper().readValue(body, Object.class);
        return new JsonSchema(map(map(contract.get("components")).get("schemas"))).errors("Problem", value);
    }
}
