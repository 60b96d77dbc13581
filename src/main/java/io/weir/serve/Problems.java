package io.weir.serve;

import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** What is told to whoever sent a request that failed. */
final class Problems {
    private final ServeOptions.Limits limits;

    Problems(ServeOptions.Limits limits) {
        this.limits = limits;
    }

    /** Of a request whose head could be read. */
    Problem of(RoutingContext context) {
        if (context.failure() instanceof Problem problem) {
            return problem;
        }
        int status = context.statusCode();
        if (status == 413) {
            return new Problem(ProblemKind.TOO_LARGE, "the body is larger than " + limits.bodyBytes() + " bytes");
        }
        if (status >= 400 && status < 500) {
            return notUnderstood(context.request());
        }
        return JsonBody.isAwaited(context)
                ? unreadableBody()
                : new Problem(ProblemKind.INTERNAL, "an error of weir's own; its log tells more");
    }

    /** Of a request whose head could not even be read. */
    Problem ofHead(Throwable cause) {
        if (!(cause instanceof TooLongFrameException)) {
            return new Problem(ProblemKind.REQUEST, "the request is not HTTP as it should be");
        }
        return String.valueOf(cause.getMessage()).contains("line")
                ? uriTooLong()
                : new Problem(
                        ProblemKind.HEADERS_TOO_LARGE,
                        "the headers are larger than " + limits.headerBytes() + " bytes");
    }

    Problem uriTooLong() {
        return new Problem(ProblemKind.URI_TOO_LONG, "the request line is longer than " + limits.uriBytes() + " bytes");
    }

    /** The connection cannot go on behind it, so that as a rule only the audit and the metrics get to know. */
    static Problem unreadableBody() {
        return new Problem(ProblemKind.BODY, "the body is not HTTP as it should be: its chunks are wrong");
    }

    static Problem notUnderstood(HttpServerRequest request) {
        return new Problem(
                ProblemKind.REQUEST,
                "the request cannot be understood: "
                        + (request.authority() == null
                                ? "the header Host is missing or is no name"
                                : "its target must begin with /, and a percent sign needs two hexadecimal digits"));
    }
}
