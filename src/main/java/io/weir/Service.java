package io.weir;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;
import io.weir.capture.CaptureException;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.capture.LiveSources;
import io.weir.relay.Bus;
import io.weir.serve.ConnectionBound;
import io.weir.serve.Metrics;
import io.weir.tally.DistinctErrors;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running probe: live capture with page and API, from start to stop. */
final class Service {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);

    private static final int PATIENCE_S = 10;
    /** Root and service have an event loop each, besides those of the partitions. */
    private static final int OTHER_LOOPS = 3;
    /** After the start, when whoever waits for it has been answered. */
    private static final int METRICS_AFTER_MS = 1_000;

    private final Vertx vertx;
    private final RootVerticle root;

    private Service(Vertx vertx, RootVerticle root) {
        this.vertx = vertx;
        this.root = root;
    }

    /**
     * Starts everything and returns when frames are captured.
     *
     * @throws ConfigurationException the filter is wrong, or a file that it names cannot be read
     * @throws FailureException for a person: what is missing and what to do
     */
    static Service start(Configuration values) throws FailureException, ConfigurationException {
        Relations.requireFiles(values);
        LiveSources.prepare();
        spareLibraries();
        Filter filter = filter(values);
        int connections = connections(values);
        ConnectionBound bound = new ConnectionBound(connections);
        Transport transport = transport();
        Vertx vertx = vertx(StageOptions.partitions(values), bound.on(transport));
        try {
            LOG.info(
                    "weir {} on Java {}: {} partitions, transport {}",
                    Version.text(),
                    Runtime.version().feature(),
                    StageOptions.partitions(values),
                    transport == Transport.NIO ? "NIO" : transport.name());
            if (values.text(Schema.TLS_CERTIFICATE).isEmpty() && !Relations.isLoopback(values.text(Schema.HOST))) {
                LOG.warn(
                        "page and API are served on {} without TLS: whoever is on the way can read the tokens and the captured"
                                + " traffic; set serve.tls-certificate and serve.tls-key",
                        values.text(Schema.HOST));
            }
            Bus.register(vertx);
            RootVerticle root = new RootVerticle(values, filter, node(values));
            await(vertx.deployVerticle(root).toCompletionStage());
            Metrics metrics = root.probe().metrics();
            metrics.counter(
                    "serve_sockets_refused",
                    "connections closed as they were accepted, because there were too many",
                    bound::refused);
            metrics.counter(
                    "log_lines_lost",
                    "lines of the log that were not written because standard error took none",
                    Logging::lostLines);
            metrics.gauge(
                    "version",
                    "always 1; the labels tell which weir this is, on which Java",
                    () -> 1,
                    "version",
                    Version.text(),
                    "java",
                    String.valueOf(Runtime.version().feature()));
            Service service = new Service(vertx, root);
            // not needed to be ready, and the first to look should not have to wait
            vertx.setTimer(
                    METRICS_AFTER_MS,
                    later -> vertx.executeBlocking(() -> {
                        root.probe().metrics().prepare();
                        return null;
                    }));
            return service;
        } catch (RuntimeException | FailureException failure) {
            vertx.close();
            throw failure;
        }
    }

    private static int connections(Configuration values) throws FailureException {
        int wanted = values.integer(Schema.CONNECTIONS);
        int places = wanted + ConnectionBound.BESIDE;
        int possible = OpenFiles.connections(places, StageOptions.partitions(values) + OTHER_LOOPS);
        if (possible < places) {
            LOG.warn(
                    "this process may have only {} files open at a time, so {} connections are served instead of {}; {}",
                    OpenFiles.allowed(),
                    possible,
                    places,
                    OpenFiles.remedy());
        }
        return Math.max(1, possible - ConnectionBound.BESIDE);
    }

    /** What the libraries would set up or find out at each start, and weir has no use for. What is given stands. */
    private static void spareLibraries() {
        // its buffers in recordings of the JVM: to offer them starts the recorder, a sixth of a whole start
        preset("io.netty.jfr.enabled", "false");
        // a name for connections in Netty's own log, for which it looks through all interfaces of the node
        preset("io.netty.machineId", "02:00:00:00:00:01");
        // the one name that is resolved is that of weir's own host: the JVM's resolver will do
        preset("vertx.disableDnsResolver", "true");
    }

    private static void preset(String property, String value) {
        System.getProperties().putIfAbsent(property, value);
    }

    private static <T> T await(CompletionStage<T> stage) throws FailureException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause();
            boolean told = cause instanceof CaptureException
                    || cause instanceof IllegalArgumentException
                    || cause instanceof IllegalStateException;
            if (told) {
                throw new FailureException(cause.getMessage(), cause);
            }
            throw failed;
        }
    }

    private static Filter filter(Configuration values) throws FailureException, ConfigurationException {
        try {
            return Filter.of(values.text(Schema.FILTER));
        } catch (FilterException refused) {
            Configuration.Value value = values.value(Schema.FILTER);
            String problem =
                    "capture.filter is '" + value.value() + "' (" + value.place() + "): " + refused.getMessage();
            if (refused.wrongExpression()) {
                throw new ConfigurationException(List.of(problem));
            }
            throw new FailureException(problem);
        }
    }

    private static Transport transport() {
        Transport fast = Transport.nativeTransport();
        return fast != null && fast.available() ? fast : Transport.NIO;
    }

    private static Vertx vertx(int partitions, Transport transport) {
        Vertx vertx = Vertx.builder()
                .withTransport(transport)
                .with(new VertxOptions()
                        .setEventLoopPoolSize(partitions + OTHER_LOOPS)
                        // nothing is served from files, and the node's disk may be read-only
                        .setFileSystemOptions(new FileSystemOptions()
                                .setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false)))
                .build();
        DistinctErrors defects = new DistinctErrors();
        vertx.exceptionHandler(failure -> {
            OutOfMemory.endIf(failure);
            String cause = failure.getCause() == null ? "" : ": " + failure.getCause();
            long count = defects.observe("event loop", failure + cause, 0);
            if (count > 0) {
                LOG.error(
                        "defect of weir, which goes on: {}{} ({} so far)", failure.getMessage(), cause, count, failure);
            }
        });
        return vertx;
    }

    private static String node(Configuration values) {
        String name = values.text(Schema.NODE_NAME);
        if (!name.isEmpty()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "node";
        }
    }

    private void tell(Configuration values) {
        MemoryBudget budget = root.probe().budget();
        LOG.info("memory of all buffers is {}", budget.text());
        long heapBytes = Runtime.getRuntime().maxMemory();
        if (heapBytes < budget.heapBytes()) {
            LOG.warn(
                    "Java's heap may grow to {} MiB only, and {} MiB of these buffers may come to lie there; start weir"
                            + " with more, as in 'java -Xmx512m -jar weir.jar', or lower their bounds",
                    heapBytes >> 20,
                    budget.heapBytes() >> 20);
        }
        LOG.info("page and API at {}", address(values));
    }

    private String address(Configuration values) {
        String host = values.text(Schema.HOST);
        String scheme = values.text(Schema.TLS_CERTIFICATE).isEmpty() ? "http" : "https";
        return scheme + "://" + (host.contains(":") ? '[' + host + ']' : host) + ':' + port() + '/';
    }

    /** That the service listens on. */
    int port() {
        return root.probe().serve().actualPort();
    }

    /**
     * Stops from source to sink: what was captured is reassembled, every stream is closed and told.
     *
     * @return whether all of that was done in time
     */
    boolean stop() {
        LOG.info("stopping");
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        try {
            // one after the other: a future that closes Vert.x could not tell so on a closed event loop
            await(root.stopStages(), deadlineNs);
            await(vertx.close(), deadlineNs);
            LOG.info("stopped");
            return true;
        } catch (TimeoutException late) {
            LOG.warn("not everything stopped within {} s", PATIENCE_S);
        } catch (ExecutionException failed) {
            LOG.warn("not everything stopped in order: {}", failed.getCause().toString(), failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static void await(Future<?> future, long deadlineNs)
            throws InterruptedException, ExecutionException, TimeoutException {
        future.toCompletionStage()
                .toCompletableFuture()
                .get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Serves until the process is told to stop; then ends it with status 0, which a signal alone would not. */
    static int serve(Configuration values) throws FailureException, ConfigurationException {
        Service service = start(values);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(service.stop()), "weir-stop"));
        // whoever waits for these words may stop it at once
        service.tell(values);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void end(boolean inOrder) {
        Logging.flush();
        Runtime.getRuntime().halt(inOrder ? 0 : Main.FAILED);
    }
}
