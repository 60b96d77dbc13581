package io.weir.serve;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.weir.tally.Counters;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/**
 * Records who saw payload, who changed the capture and who was denied, one line of JSON each, on the logger
 * {@code audit}. Never holds payload or tokens. Denials are limited to {@value #DENIALS_PER_SECOND} a second. One thread.
 */
final class Audit {
    /** Name of the logger that the records go to. */
    static final String LOGGER = "audit";

    private static final int DENIALS_PER_SECOND = 10;

    private final Counters<ServeCounter> counters;
    private final Consumer<String> log;
    private long second;
    private int denials;
    private long responses;

    Audit(Counters<ServeCounter> counters, Consumer<String> log) {
        this.counters = counters;
        this.log = log;
    }

    /** A number that joins the two records of a response that lasts. */
    long nextResponse() {
        return ++responses;
    }

    /** A response that lasts begins to show payload. */
    void begin(long response, Caller caller, HttpServerRequest request) {
        log.accept(record("begin", caller.name(), request)
                .put("response", response)
                .encode());
    }

    /** A response with payload has ended. */
    void end(long response, Caller caller, HttpServerRequest request, long bytes) {
        log.accept(record("payload", caller.name(), request)
                .put("response", response)
                .put("bytes", bytes)
                .encode());
    }

    /** Somebody asked to change something. */
    void control(Caller caller, HttpServerRequest request, int status) {
        log.accept(
                record("control", caller.name(), request).put("status", status).encode());
    }

    void denied(HttpServerRequest request, Problem problem) {
        long now = System.nanoTime() / 1_000_000_000L;
        denials = now == second ? denials + 1 : 1;
        second = now;
        if (denials > DENIALS_PER_SECOND) {
            counters.increment(ServeCounter.AUDIT_SUPPRESSED);
            return;
        }
        // without the query, in which somebody may have put a token
        log.accept(record("denied", null, request)
                .put("uri", request.path())
                .put("status", problem.kind().status())
                .put("why", problem.getMessage())
                .encode());
    }

    private static JsonObject record(String what, String who, HttpServerRequest request) {
        return new JsonObject()
                .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("what", what)
                .put("who", who)
                .put("from", request.remoteAddress().hostAddress())
                .put("method", request.method().name())
                .put("uri", request.uri());
    }
}
