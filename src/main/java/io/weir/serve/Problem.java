package io.weir.serve;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** Why a request is refused, told as {@code application/problem+json} (RFC 9457). The detail is for the person who asked. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ProblemKind kind;
    private final String parameter;

    Problem(ProblemKind kind, String detail) {
        this(kind, detail, null);
    }

    /** @param parameter the query parameter, header or member of the body that is wrong, or null */
    Problem(ProblemKind kind, String detail, String parameter) {
        super(detail, null, false, false);
        this.kind = kind;
        this.parameter = parameter;
    }

    static Problem parameter(String name, String value, String allowed) {
        return new Problem(ProblemKind.PARAMETER, name + " is '" + shortened(value) + "'; allowed: " + allowed, name);
    }

    ProblemKind kind() {
        return kind;
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("type", kind.type())
                .put("title", kind.title())
                .put("status", kind.status())
                .put("detail", getMessage());
        return parameter == null ? json : json.put("parameter", parameter);
    }

    /** Ends the response with this problem, unless its head is out already; then it can only be cut. */
    void send(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        response.setStatusCode(kind.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(toJson().toBuffer());
    }

    private static String shortened(String value) {
        return value.length() <= 200 ? value : value.substring(0, 200) + "...";
    }
}
