package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.weir.tally.Counters;
import io.weir.tally.DistinctErrors;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests from the socket through every check to their endpoint, and turns every failure into a problem. */
final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private static final String CALLER = "caller";

    private final Vertx vertx;
    private final ServeOptions options;
    private final Gate gate;
    private final Audit audit;
    private final Counters<ServeCounter> counters;
    private final Unsent unsent;
    private final List<Endpoint> endpoints;
    /** Null for plain HTTP. */
    private final TlsFiles tls;

    private final Problems problems;
    private final DistinctErrors failures = new DistinctErrors();
    private int connections;

    Listener(
            Vertx vertx,
            ServeOptions options,
            Gate gate,
            Audit audit,
            Counters<ServeCounter> counters,
            Unsent unsent,
            List<Endpoint> endpoints) {
        this.unsent = unsent;
        this.vertx = vertx;
        this.options = options;
        this.gate = gate;
        this.audit = audit;
        this.counters = counters;
        this.endpoints = endpoints;
        problems = new Problems(options.limits());
        tls = options.tls() == null ? null : new TlsFiles(vertx, options.tls());
    }

    /** Whether the certificate's files cannot be used as they are now. Any thread. */
    boolean refusesCertificate() {
        return tls != null && tls.refused();
    }

    int connections() {
        return connections;
    }

    Future<HttpServer> listen() {
        HttpServerOptions server;
        try {
            server = serverOptions();
        } catch (GeneralSecurityException mismatch) {
            return Future.failedFuture(mismatch);
        }
        return vertx.createHttpServer(server)
                .requestHandler(router())
                .connectionHandler(this::count)
                .invalidRequestHandler(this::malformed)
                .exceptionHandler(cause -> LOG.debug("a connection failed", cause))
                .listen()
                .onSuccess(listening -> {
                    if (tls != null) {
                        tls.watch(listening);
                    }
                });
    }

    void stop() {
        if (tls != null) {
            tls.stop();
        }
    }

    private HttpServerOptions serverOptions() throws GeneralSecurityException {
        HttpServerOptions server = HttpSettings.of(options);
        if (tls != null) {
            tls.apply(server);
        }
        return server;
    }

    private void count(HttpConnection connection) {
        if (connections >= options.limits().connections() + ConnectionBound.KEPT) {
            counters.increment(ServeCounter.CONNECTIONS_REFUSED);
            connection.close();
            return;
        }
        connections++;
        connection.closeHandler(closed -> connections--);
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::enter).failureHandler(this::failed);
        for (Endpoint endpoint : endpoints) {
            String path = endpoint.path().replace("{id}", ":id");
            Supplier<Route> route = () -> router.route(endpoint.method(), path).failureHandler(this::failed);
            if (endpoint.role() != null) {
                route.get().handler(context -> authorize(context, endpoint));
            }
            if (endpoint.body() == Endpoint.Body.JSON) {
                route.get().handler(JsonBody::await);
                route.get()
                        .handler(BodyHandler.create(false)
                                .setBodyLimit(options.limits().bodyBytes()));
            }
            route.get().handler(context -> dispatch(context, endpoint));
        }
        router.errorHandler(400, this::failed);
        router.errorHandler(404, this::unknownPath);
        router.errorHandler(405, this::wrongMethod);
        router.errorHandler(500, this::failed);
        return router;
    }

    private void enter(RoutingContext context) {
        counters.increment(ServeCounter.REQUESTS);
        secure(context.response().headers());
        // HTTP/2 has no request line, so its length is not bounded by the codec
        if (context.request().uri().length() > options.limits().uriBytes()) {
            throw problems.uriTooLong();
        }
        checkPath(context);
        gate.checkOrigin(context.request());
        context.next();
    }

    /** What looks at the path later, the log too, may rely on its being readable. */
    private static void checkPath(RoutingContext context) {
        try {
            context.normalizedPath();
        } catch (IllegalArgumentException wrongEscape) {
            throw Problems.notUnderstood(context.request());
        }
    }

    /** Nothing here may be cached, framed, sniffed or take in anything from elsewhere. */
    private static void secure(MultiMap headers) {
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff")
                .set("X-Frame-Options", "DENY")
                .set("Referrer-Policy", "no-referrer")
                .set("Cross-Origin-Resource-Policy", "same-origin")
                .set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    }

    private void authorize(RoutingContext context, Endpoint endpoint) {
        Caller caller = gate.caller(context.request());
        if (!caller.may(endpoint.role())) {
            counters.increment(ServeCounter.FORBIDDEN);
        }
        caller.need(endpoint.role(), context.request().method() + " " + endpoint.path());
        context.put(CALLER, caller);
        context.next();
    }

    private void dispatch(RoutingContext context, Endpoint endpoint) {
        JsonBody.came(context);
        if (endpoint.role() == null) {
            // who has shown no credentials keeps no place
            closeAfter(context.request());
        }
        endpoint.answer()
                .accept(new Call(
                        context, context.get(CALLER), new Query(context.queryParams(), endpoint.parameters()), unsent));
    }

    private void failed(RoutingContext context) {
        if (context.failure() instanceof HttpClosedException
                || context.failure() instanceof StreamResetException
                || JsonBody.brokeOff(context)) {
            // the client went away, and takes no answer
            return;
        }
        Problem problem = problems.of(context);
        if (problem.kind() == ProblemKind.INTERNAL) {
            counters.increment(ServeCounter.FAILURES);
            told(context);
        }
        switch (problem.kind()) {
            case CREDENTIALS:
                closeAfter(context.request());
                context.response()
                        .headers()
                        .add("WWW-Authenticate", "Bearer")
                        .add("WWW-Authenticate", "Basic realm=\"weir\"");
                audit.denied(context.request(), problem);
                break;
            case ROLE, HOST, ORIGIN:
                audit.denied(context.request(), problem);
                break;
            case TOO_LARGE:
                closeAfter(context.request());
                break;
            case BUSY:
                context.response().putHeader(HttpHeaders.RETRY_AFTER, "5");
                break;
            default:
                break;
        }
        refuse(context, problem);
    }

    private static void refuse(RoutingContext context, Problem problem) {
        if (context.request().getHeader(HttpHeaders.EXPECT) != null) {
            // nobody knows whether the body still comes (RFC 9110 section 10.1.1)
            closeAfter(context.request());
        }
        problem.send(context.response());
    }

    private void told(RoutingContext context) {
        Throwable failure = context.failure();
        String path = context.normalizedPath();
        String template = endpoints.stream()
                .map(Endpoint::path)
                .filter(each -> path.matches(each.replace("{id}", "[^/]+")))
                .findFirst()
                .orElse("an unknown path");
        String route = context.request().method() + " " + template;
        long count = failures.observe(route, String.valueOf(failure), System.currentTimeMillis() * 1_000_000);
        if (count > 0) {
            LOG.error("{} failed: {} ({} so far)", route, failure, count, failure);
        }
    }

    private void unknownPath(RoutingContext context) {
        refuse(context, new Problem(ProblemKind.NOT_FOUND, "there is nothing here; /openapi.yaml lists what there is"));
    }

    private void wrongMethod(RoutingContext context) {
        String allowed = endpoints.stream()
                .filter(endpoint ->
                        context.normalizedPath().matches(endpoint.path().replace("{id}", "[^/]+")))
                .map(endpoint -> endpoint.method().name())
                .collect(Collectors.joining(", "));
        context.response().putHeader(HttpHeaders.ALLOW, allowed);
        refuse(context, new Problem(ProblemKind.METHOD, "here only these methods are possible: " + allowed));
    }

    /** The request could not even be read; the connection cannot go on. */
    private void malformed(HttpServerRequest request) {
        secure(request.response().headers());
        closeAfter(request);
        problems.ofHead(request.decoderResult().cause()).send(request.response());
    }

    /** HTTP/2 has no such header (RFC 9113 section 8.2.2), and needs none: the rest of one stream is not the next request. */
    private static void closeAfter(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }
}
