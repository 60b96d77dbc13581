package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.weir.tally.Counters;
import java.net.BindException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * The HTTP service. Deploy one, before the partitions, after {@link io.weir.relay.Bus#register}; undeploy it after them.
 *
 * <p>Fails to deploy, with a message for a person, if the options do not hold together, the tokens file is wrong, or the
 * address is taken.
 */
public final class ServeVerticle extends VerticleBase {
    private final ServeOptions options;
    private final Neighbours neighbours;
    private final Consumer<String> auditLog;
    private final Counters<ServeCounter> counters = new Counters<>(ServeCounter.class);
    private final Unsent unsent = new Unsent(counters);
    private EventHub hub;
    private Gate gate;
    private Api api;
    private volatile HttpServer server;

    public ServeVerticle(ServeOptions options, Neighbours neighbours) {
        this(options, neighbours, LoggerFactory.getLogger(Audit.LOGGER)::info);
    }

    /** @param auditLog takes each audit record, one line */
    ServeVerticle(ServeOptions options, Neighbours neighbours, Consumer<String> auditLog) {
        this.options = options;
        this.neighbours = neighbours;
        this.auditLog = auditLog;
    }

    @Override
    public Future<?> start() {
        options.check();
        Partitions partitions = new Partitions(vertx.eventBus(), neighbours.partitions());
        hub = new EventHub(vertx, options, partitions, neighbours, counters, System.currentTimeMillis());
        gate = new Gate(vertx, options, counters);
        gate.start();
        hub.start();
        api = new Api(
                vertx, options, neighbours, partitions, hub, gate, new Audit(counters, auditLog), unsent, counters);
        neighbours.metrics().define(this::bindMetrics);
        return api.listen()
                .onSuccess(listening -> server = listening)
                .recover(cause -> Future.failedFuture(new IllegalStateException(refusal(cause), cause)));
    }

    private String refusal(Throwable cause) {
        if (options.tls() != null && !(cause instanceof BindException)) {
            return "cannot serve TLS with certificate " + options.tls().certificate() + " and key "
                    + options.tls().key() + " (" + cause.getMessage()
                    + "); both must be PEM files that belong together, the key without a password";
        }
        boolean foreign = String.valueOf(cause.getMessage()).contains("assign requested address");
        return "cannot listen on " + options.host() + ":" + options.port() + " (" + cause.getMessage() + "); "
                + (foreign
                        ? "no interface of this machine has the address; 'weir interfaces' lists those that are there"
                        : "stop the program that holds the port, or choose another one");
    }

    @Override
    public Future<?> stop() {
        gate.stop();
        api.stop();
        return hub.stop().eventually(() -> server == null ? Future.succeededFuture() : server.close());
    }

    /** The port that is listened on, once deployed. Any thread. */
    public int actualPort() {
        return server.actualPort();
    }

    /** What is served, once deployed. */
    List<Endpoint> endpoints() {
        return api.endpoints();
    }

    /** What waits for clients, once deployed. */
    Unsent unsent() {
        return unsent;
    }

    private void bindMetrics() {
        Metrics metrics = neighbours.metrics();
        metrics.each("serve", counters, ServeCounter::sentence);
        String refused = "1 while a file has changed and cannot be used: what it held before stays valid";
        metrics.gauge("serve_file_refused", refused, () -> gate.refusesFile() ? 1 : 0, "file", "tokens");
        metrics.gauge("serve_file_refused", refused, () -> api.refusesCertificate() ? 1 : 0, "file", "certificate");
        metrics.gauge("serve_readers_present", "readers of events that are there now", hub::readers);
        metrics.gauge("serve_events_waiting", "events that wait for slow readers", hub::waitingEvents);
        metrics.gauge("serve_answers_unsent_bytes", "bytes of answers that wait for slow clients", unsent::bytes);
        metrics.gauge("serve_ring_bytes", "bytes of events kept for resuming readers", hub::ringBytes);
        metrics.gauge("serve_connections_open", "open HTTP connections", api::connections);
    }
}
