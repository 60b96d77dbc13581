package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.weir.serve.CaptureControl.RefusedException;
import java.util.function.Consumer;

/** One request on its way through an endpoint, and the ways to answer it. One event loop. */
final class Call {
    private final RoutingContext context;
    private final Caller caller;
    private final Query query;

    Call(RoutingContext context, Caller caller, Query query) {
        this.context = context;
        this.caller = caller;
        this.query = query;
    }

    Caller caller() {
        return caller;
    }

    Query query() {
        return query;
    }

    HttpServerRequest request() {
        return context.request();
    }

    HttpServerResponse response() {
        return context.response();
    }

    String id() {
        return context.pathParam("id");
    }

    /** The body as it came; null if none was read. */
    Buffer body() {
        return context.body().buffer();
    }

    void json(int status, JsonObject json) {
        respond(status, "application/json", json.toBuffer());
    }

    void json(JsonArray json) {
        respond(200, "application/json", json.toBuffer());
    }

    void respond(int status, String contentType, Buffer body) {
        if (!response().closed()) {
            response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                    .end(body);
        }
    }

    /** Answers with what comes, or with the problem that comes instead. */
    <T> void answer(Future<T> future, Consumer<T> success) {
        future.onSuccess(value -> {
                    try {
                        success.accept(value);
                    } catch (RuntimeException thrown) {
                        fail(thrown);
                    }
                })
                .onFailure(this::fail);
    }

    void fail(Throwable cause) {
        context.fail(problem(cause));
    }

    private static Throwable problem(Throwable cause) {
        if (!(cause instanceof RefusedException refused)) {
            return cause;
        }
        return new Problem(
                switch (refused.reason()) {
                    case WRONG -> ProblemKind.BODY;
                    case NOT_NOW -> ProblemKind.CONFLICT;
                    case NOT_AVAILABLE -> ProblemKind.NOT_AVAILABLE;
                },
                refused.getMessage());
    }
}
