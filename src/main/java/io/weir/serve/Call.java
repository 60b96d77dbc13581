package io.weir.serve;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.StreamResetException;
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
    private final Unsent unsent;

    Call(RoutingContext context, Caller caller, Query query, Unsent unsent) {
        this.context = context;
        this.unsent = unsent;
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

    void json(JsonObject json) {
        respond(200, "application/json", json.toBuffer());
    }

    void json(JsonArray json) {
        respond(200, "application/json", json.toBuffer());
    }

    /** What was asked for is done, which the caller must learn whatever waits for others. */
    void done(JsonObject json) {
        tell(200, "application/json", json.toBuffer());
    }

    /** @throws Problem as {@link #respond} would */
    void checkRoom(int length) {
        unsent.checkRoom(length);
    }

    /** @throws Problem too much waits for slow clients already */
    void respond(int status, String contentType, Buffer body) {
        checkRoom(body.length());
        tell(status, contentType, body);
    }

    /** Answers in any case; for what is short. */
    void tell(int status, String contentType, Buffer body) {
        if (!response().closed()) {
            response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, contentType);
            unsent.add(body.length(), response().end(body));
        }
    }

    /** Answers with a text that is there for all and takes no memory for one. */
    void tellShared(String contentType, Buffer text) {
        if (!response().closed()) {
            response().putHeader(HttpHeaders.CONTENT_TYPE, contentType).end(text);
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

    /** The status that {@link #answer} gives to such a result. Who went away got none; that is a request cut off, 400. */
    static int status(AsyncResult<?> result) {
        if (result.succeeded()) {
            return 200;
        }
        Throwable cause = problem(result.cause());
        if (cause instanceof Problem told) {
            return told.kind().status();
        }
        boolean wentAway = cause instanceof HttpClosedException || cause instanceof StreamResetException;
        return (wentAway ? ProblemKind.REQUEST : ProblemKind.INTERNAL).status();
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
                    case NO_ANSWER -> ProblemKind.BUSY;
                },
                refused.getMessage());
    }
}
