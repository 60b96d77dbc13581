package io.weir;

import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weir.capture.CaptureVerticle;
import io.weir.capture.Filter;
import io.weir.relay.PartitionVerticle;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the stages from sink to source and stops them from source to sink: capture first, then the partitions, which tell
 * the end of every stream, then the service, which hands that on.
 */
final class RootVerticle extends VerticleBase {
    /** From one look at what the interfaces lost to the next. */
    private static final int LOSSES_MS = 5_000;

    private final Configuration values;
    private final Filter filter;
    private final String node;
    private final List<String> partitions = new ArrayList<>();
    private Probe probe;
    private String serve;
    private final List<String> captures = new ArrayList<>();

    /** @param filter what to capture, checked */
    RootVerticle(Configuration values, Filter filter, String node) {
        this.values = values;
        this.filter = filter;
        this.node = node;
    }

    @Override
    public Future<?> start() {
        probe = new Probe(vertx, values, node);
        return deploy(probe.serve(), new DeploymentOptions())
                .onSuccess(id -> serve = id)
                .compose(served -> deployPartitions())
                .onSuccess(relayed -> probe.pulse().start(vertx))
                .compose(relayed -> deployCapture(probe.capture(filter)))
                .onSuccess(captured -> probe.captureRuns());
    }

    private Future<?> deployCapture(CaptureGroup capture) {
        Future<?> all = Future.succeededFuture();
        for (int index = 0; index < capture.workers().size(); index++) {
            CaptureVerticle worker = capture.workers().get(index).verticle();
            DeploymentOptions options = CaptureVerticle.deploymentOptions(index);
            all = all.compose(before -> deploy(worker, options).onSuccess(captures::add));
        }
        return all.onSuccess(deployed -> countLosses(capture));
    }

    /** Now and then, and not when somebody asks: their files are read neither by the capture's threads nor by the service's. */
    private void countLosses(CaptureGroup capture) {
        // not in line behind the self-test, which takes its time
        boolean ordered = false;
        vertx.setTimer(LOSSES_MS, due -> vertx.executeBlocking(
                        () -> {
                            capture.countLosses();
                            return null;
                        },
                        ordered)
                .onComplete(done -> countLosses(capture)));
    }

    private Future<?> deployPartitions() {
        Future<?> all = Future.succeededFuture();
        for (PartitionVerticle partition : probe.partitions()) {
            all = all.compose(
                    before -> deploy(partition, new DeploymentOptions()).onSuccess(partitions::add));
        }
        return all;
    }

    /**
     * Stops the stages in order; to be called, from any thread, before this verticle is undeployed. Vert.x itself undeploys
     * the children of a verticle all at once, before it asks the verticle.
     */
    Future<?> stopStages() {
        probe.uploads().cancel();
        probe.pulse().stop(vertx);
        return Future.join(captures.stream().map(this::undeploy).toList())
                .eventually(() ->
                        Future.join(partitions.stream().map(this::undeploy).toList()))
                .eventually(() -> undeploy(serve));
    }

    Probe probe() {
        return probe;
    }

    private Future<String> deploy(Deployable verticle, DeploymentOptions options) {
        return vertx.deployVerticle(verticle, options);
    }

    private Future<?> undeploy(String id) {
        return id == null ? Future.succeededFuture() : vertx.undeploy(id);
    }
}
