package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.relay.Bus;
import io.weir.relay.StreamEvent;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import io.weir.serve.Check.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The service on a free loopback port, with fake partitions and a fake capture behind it. */
final class RunningService implements AutoCloseable, CaptureControl {
    static final ServeOptions OPTIONS = ServeOptions.DEFAULTS.withPort(0);

    final Vertx vertx = Vertx.vertx();
    final List<FakePartition> partitions = new ArrayList<>();
    final List<String> controlled = new CopyOnWriteArrayList<>();
    final List<String> audit = new CopyOnWriteArrayList<>();
    final Metrics metrics = new Metrics();
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    volatile Verdict liveVerdict = Verdict.pass("answer");
    volatile Verdict captureVerdict = Verdict.pass("delivers");
    volatile Duration replayTakes = Duration.ZERO;
    volatile boolean replayFails;
    /** What every request to the capture fails with; null while all is well. */
    volatile Throwable captureFailure;

    private final ServeVerticle verticle;

    RunningService() {
        this(OPTIONS);
    }

    RunningService(ServeOptions options) {
        Bus.register(vertx);
        for (int index = 0; index < 2; index++) {
            partitions.add(new FakePartition(vertx, index).start());
        }
        List<Check> checks = List.of(
                new Check("loops", Check.Scope.LIVE, () -> liveVerdict),
                new Check("capture", Check.Scope.READY, () -> captureVerdict));
        verticle = new ServeVerticle(
                options, new Neighbours(2, 2, this, RunningService::compile, checks, metrics), audit::add);
        try {
            vertx.deployVerticle(verticle).await();
        } catch (RuntimeException refused) {
            close();
            throw refused;
        }
    }

    private static Predicate<StreamEvent.Open> compile(String expression) throws RefusedException {
        return switch (expression) {
            case "port 443" -> open -> open.server().port() == 443;
            case "takes for ever" -> {
                try {
                    Thread.sleep(20_000);
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
                throw new RefusedException(Reason.WRONG, "interrupted");
            }
            case "no libpcap" -> throw new RefusedException(Reason.NOT_AVAILABLE, "filters need libpcap");
            default -> throw new RefusedException(Reason.WRONG, "syntax error");
        };
    }

    FakePartition partition() {
        return partitions.get(0);
    }

    int port() {
        return verticle.actualPort();
    }

    List<Endpoint> endpoints() {
        return verticle.endpoints();
    }

    /** As if so much waited for clients, until the promise is kept. */
    Promise<Void> unsent(long bytes) {
        Promise<Void> sent = Promise.promise();
        verticle.unsent().add(bytes, sent.future());
        return sent;
    }

    /** A counter of the service, by its name without prefix and suffix. */
    long counter(String name) {
        Matcher matcher = Pattern.compile("(?m)^weir_serve_" + name + "_total ([0-9.E]+)$")
                .matcher(metrics.text());
        if (!matcher.find()) {
            throw new AssertionError("there is no counter " + name);
        }
        return (long) Double.parseDouble(matcher.group(1));
    }

    /** A gauge of the service, by its name without prefix. */
    double gauge(String name) {
        Matcher matcher =
                Pattern.compile("(?m)^weir_serve_" + name + " ([0-9.E]+)$").matcher(metrics.text());
        if (!matcher.find()) {
            throw new AssertionError("there is no gauge " + name);
        }
        return Double.parseDouble(matcher.group(1));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(10));
    }

    HttpResponse<String> get(String path) {
        return send(request(path));
    }

    JsonObject json(String path) {
        return new JsonObject(get(path).body());
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    HttpResponse<byte[]> bytes(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    EventReader events(String path, String... headers) {
        try {
            HttpRequest.Builder request = request(path);
            if (headers.length > 0) {
                request.headers(headers);
            }
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            return new EventReader(response);
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    @Override
    public void close() {
        vertx.close().await();
        metrics.close();
    }

    @Override
    public Future<JsonObject> state() {
        if (captureFailure != null) {
            return Future.failedFuture(captureFailure);
        }
        return Future.succeededFuture(new JsonObject().put("state", "capturing"));
    }

    @Override
    public Future<JsonObject> start() {
        controlled.add("start");
        return state();
    }

    @Override
    public Future<JsonObject> stop() {
        controlled.add("stop");
        return state();
    }

    @Override
    public Future<JsonObject> filter(String expression) {
        if (captureFailure != null) {
            return Future.failedFuture(captureFailure);
        }
        if (expression.equals("nonsense")) {
            return Future.failedFuture(
                    new RefusedException(Reason.WRONG, "can't parse filter expression: syntax error"));
        }
        controlled.add("filter " + expression);
        return state();
    }

    @Override
    public Future<JsonArray> interfaces() {
        if (captureFailure != null) {
            return Future.failedFuture(captureFailure);
        }
        return Future.succeededFuture(new JsonArray().add(new JsonObject().put("name", "lo")));
    }

    @Override
    public Future<JsonObject> replay(Path file) {
        if (captureFailure != null) {
            return Future.failedFuture(captureFailure);
        }
        try {
            controlled.add("replay of " + Files.size(file) + " bytes");
            Future<JsonObject> done = replayFails
                    ? Future.failedFuture(new RefusedException(Reason.WRONG, "no capture at all"))
                    : Future.succeededFuture(new JsonObject().put("frames", 1));
            return replayTakes.isZero()
                    ? done
                    : vertx.timer(replayTakes.toMillis(), TimeUnit.MILLISECONDS).compose(late -> done);
        } catch (IOException unreadable) {
            return Future.failedFuture(unreadable);
        }
    }
}
