package io.weir.serve;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;

/** What is asked of a request whose body is a JSON object, before that has come. */
final class JsonBody {
    private static final String AWAITED = "body-awaited";

    private JsonBody() {}

    /** A page cannot make a browser send JSON to another origin without asking first; a request without body is fine too. */
    static void await(RoutingContext context) {
        HttpServerRequest request = context.request();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        boolean hasBody = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
                || !"0".equals(request.getHeader(HttpHeaders.CONTENT_LENGTH))
                        && request.getHeader(HttpHeaders.CONTENT_LENGTH) != null;
        boolean json = type != null && type.split(";")[0].strip().equalsIgnoreCase("application/json");
        if (!json && (hasBody || type != null)) {
            throw new Problem(
                    ProblemKind.MEDIA_TYPE, "send the body as 'Content-Type: application/json'", "Content-Type");
        }
        context.put(AWAITED, true);
        context.next();
    }

    static void came(RoutingContext context) {
        context.remove(AWAITED);
    }

    static boolean isAwaited(RoutingContext context) {
        return context.get(AWAITED) != null;
    }

    /** Whether its client broke the connection: the body is kept in memory, so no other input or output can fail. */
    static boolean brokeOff(RoutingContext context) {
        return isAwaited(context) && context.failure() instanceof IOException;
    }
}
