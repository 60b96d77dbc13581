package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.relay.Bus;
import io.weir.serve.Metrics;
import io.weir.serve.Neighbours;
import io.weir.serve.ServeOptions;
import io.weir.serve.ServeVerticle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code /livez} and {@code /readyz} of a service say when something behind it fails, at a faster pace than usual. */
@Timeout(60)
class PulseTest {
    private static final long MS = 1_000_000;
    private static final Pulse.Pace FAST = new Pulse.Pace(20, 1_000 * MS, 300 * MS, 5, 10_000 * MS);

    private final Vertx vertx = Vertx.vertx();
    private final Partitioner lanes = new Partitioner(new FlowHash(1, 2), new LaneOptions(1, 256 << 10));
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final SelfTest selfTest = new SelfTest();
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile boolean broken;
    private Answering partition;
    private ServeVerticle serve;

    /** Stands for a partition: answers on an event loop of its own. */
    private final class Answering extends VerticleBase {
        @Override
        public Future<?> start() {
            vertx.eventBus().localConsumer(Bus.partition(1), message -> message.reply(message.body()));
            return Future.succeededFuture();
        }

        void block() {
            context.runOnContext(turn -> {
                try {
                    blocked.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException hurried) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    @BeforeEach
    void start() {
        Bus.register(vertx);
        vertx.eventBus().localConsumer(Bus.partition(0), message -> message.reply(message.body()));
        partition = new Answering();
        vertx.deployVerticle(partition).await();
        // the conversation as the real stages tell it, unless one of them swallows it
        Pulse pulse = new Pulse(lanes, 2, FAST, () -> broken ? SelfTest.judge(List.of()) : selfTest.run());
        serve = new ServeVerticle(
                ServeOptions.DEFAULTS.withPort(0),
                new Neighbours(2, 2, null, expression -> open -> true, pulse.checks(), new Metrics()));
        vertx.deployVerticle(serve).await();
        vertx.runOnContext(turn -> pulse.start(vertx));
        await().until(() -> status("/readyz") == 200);
    }

    @AfterEach
    void stop() {
        blocked.countDown();
        vertx.close().await();
    }

    @Test
    void anEventLoopThatDoesNotAnswerIsNotAlive() throws Exception {
        assertThat(status("/livez")).isEqualTo(200);
        partition.block();

        await().until(() -> status("/livez") == 503);
        assertThat(failing("/livez")).isEqualTo("event-loops");
        assertThat(answer("/livez").body()).contains("the event loop of partition 1 has not answered");
        blocked.countDown();
        await().until(() -> status("/livez") == 200);
    }

    @Test
    void aConversationThatDoesNotComeOutIsNotReady() throws Exception {
        broken = true;

        await().until(() -> status("/readyz") == 503);
        assertThat(failing("/readyz")).isEqualTo("self-test");
        assertThat(status("/livez")).isEqualTo(200);
        broken = false;
        await().until(() -> status("/readyz") == 200);
    }

    @Test
    void aLaneThatGoesOnDroppingIsNotReadyUntilItIsCalm() throws Exception {
        long startNs = System.nanoTime();
        await().pollInterval(20, TimeUnit.MILLISECONDS).until(() -> {
            overflow();
            return status("/readyz") == 503;
        });

        assertThat(System.nanoTime() - startNs).isGreaterThan(FAST.patienceNs());
        assertThat(failing("/readyz")).isEqualTo("lanes");
        await().until(() -> status("/readyz") == 200);
    }

    private void overflow() {
        Segment segment = new Segment()
                .origin(1, 0, 0, 1_060)
                .addresses(false, 0, 1, 0, 2)
                .ports(1, 2)
                .payload(ByteBuffer.allocate(1_000), 0, 1_000, 1_000);
        for (int index = 0; index < 1_000; index++) {
            lanes.offerOrDrop(segment);
        }
    }

    private int status(String path) throws IOException, InterruptedException {
        return answer(path).statusCode();
    }

    private String failing(String path) throws IOException, InterruptedException {
        JsonArray checks = new JsonObject(answer(path).body()).getJsonArray("checks");
        return checks.stream()
                .map(JsonObject.class::cast)
                .filter(check -> check.getString("status").equals("fail"))
                .map(check -> check.getString("name"))
                .findFirst()
                .orElse("none");
    }

    private HttpResponse<String> answer(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + serve.actualPort() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
