package io.weir.serve;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.function.Consumer;

/**
 * One row of the API.
 *
 * @param path as OpenAPI writes it, with {@code {id}}
 * @param role what the caller must have, or null if nothing
 * @param body what kind of body it takes
 * @param parameters of the query
 * @param answer called with a request whose caller, parameters and body are checked; may throw a {@link Problem}
 */
record Endpoint(
        HttpMethod method, String path, Role role, Body body, List<QueryParameter> parameters, Consumer<Call> answer) {
    enum Body {
        NONE,
        /** A JSON object, bounded by {@link ServeOptions.Limits#bodyBytes}. */
        JSON,
        /** A capture, which the endpoint itself reads and bounds. */
        CAPTURE
    }

    static Endpoint get(String path, Role role, Consumer<Call> answer, QueryParameter... parameters) {
        return new Endpoint(HttpMethod.GET, path, role, Body.NONE, List.of(parameters), answer);
    }

    static Endpoint control(HttpMethod method, String path, Body body, Consumer<Call> answer) {
        return new Endpoint(method, path, Role.CONTROL, body, List.of(), answer);
    }
}
