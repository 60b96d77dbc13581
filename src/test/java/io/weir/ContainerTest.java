package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the manifest grants is enough, and what happens with less. */
@Timeout(180)
class ContainerTest {
    private static final String SERVICE = "http://127.0.0.1:9347";

    @TempDir
    private Path folder;

    private final PodSpec pod = pod();

    private static PodSpec pod() {
        try {
            return new Manifests(Files.readString(Path.of("k8s/weir.yaml")))
                    .object(DaemonSet.class)
                    .getSpec()
                    .getTemplate()
                    .getSpec();
        } catch (IOException absent) {
            throw new AssertionError(absent);
        }
    }

    @BeforeAll
    static void needsRoot() throws IOException {
        Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(user.equals(0), "skipped, containers need root");
    }

    @Test
    void itCapturesWithinTheLimitsOfTheManifest() throws Exception {
        try (Container weir = new Container(pod, folder).start()) {
            awaitReady(weir);
            assertThat(weir.run("cat", "/proc/1/status"))
                    .contains("CapEff:\t0000000000002000")
                    .contains("CapBnd:\t0000000000002000")
                    .contains("CapAmb:\t0000000000000000")
                    .contains("NoNewPrivs:\t1");
            assertThat(weir.run("sh", "-c", "touch /x || echo refused")).contains("refused");

            weir.run(
                    "sh",
                    "-c",
                    "echo caught > /tmp/fish; cd /tmp; python3 -m http.server --bind 127.0.0.1 8080 >/dev/null 2>&1 &"
                            + " for i in 1 2 3 4 5 6 7 8 9; do curl -sf http://127.0.0.1:8080/fish && break; sleep 1; done");
            await().atMost(Duration.ofSeconds(30)).until(() -> served(weir).contains("\"bytes\":"));
            String stream = new JsonObject(served(weir))
                    .getJsonArray("streams")
                    .getJsonObject(0)
                    .getString("stream");
            assertThat(weir.run("curl", "-s", SERVICE + "/api/v1/streams/" + stream + "/content?from=server"))
                    .startsWith("HTTP/1.0 200 OK")
                    .endsWith("\r\n\r\ncaught\n");
            assertThat(residentBytes(weir.run("cat", "/proc/1/status")))
                    .isLessThan(Quantity.getAmountInBytes(pod.getContainers()
                                    .get(0)
                                    .getResources()
                                    .getLimits()
                                    .get("memory"))
                            .longValueExact());

            weir.signal("TERM");
            assertThat(weir.status()).isZero();
        }
    }

    private static String served(Container weir) throws IOException, InterruptedException {
        return weir.run("curl", "-s", SERVICE + "/api/v1/streams?port=8080&state=closed");
    }

    private static long residentBytes(String status) {
        Matcher matcher = Pattern.compile("VmRSS:\\s+([0-9]+) kB").matcher(status);
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1)) << 10;
    }

    /** Kubernetes adds capabilities to what user 0 gets; another user's program starts without them. */
    @Test
    void anotherUserIsToldThatTheCapabilityIsMissing() throws Exception {
        try (Container weir = new Container(pod, folder).user(1000).start()) {
            assertThat(weir.status()).as(weir.printed()).isEqualTo(1);
            assertThat(complaint(weir))
                    .contains("the capability CAP_NET_RAW is missing")
                    .contains("Kubernetes: user 0 with NET_RAW added")
                    .doesNotContain("--reuid=?");
        }
    }

    @Test
    void anotherUserWhoKeepsTheCapabilityCaptures() throws Exception {
        try (Container weir =
                new Container(pod, folder).user(1000).ambientCapabilities().start()) {
            awaitReady(weir);
        }
    }

    @Test
    void rootWithoutTheCapabilityIsToldWhoMustLeaveIt() throws Exception {
        try (Container weir = new Container(pod, folder).withoutCapabilities().start()) {
            assertThat(weir.status()).as(weir.printed()).isEqualTo(1);
            assertThat(complaint(weir))
                    .contains("the capability CAP_NET_RAW is missing")
                    .contains("securityContext.capabilities.add NET_RAW");
        }
    }

    private static void awaitReady(Container weir) {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    assertThat(weir.running()).as(weir.printed()).isTrue();
                    return weir.run("curl", "-s", SERVICE + "/readyz").contains("\"status\":\"pass\",\"checks\"");
                });
    }

    /** What it said to a person: one line. */
    private static String complaint(Container weir) throws IOException {
        assertThat(weir.printed()).doesNotContain("\tat ");
        return weir.printed()
                .lines()
                .filter(line -> line.startsWith("weir: "))
                .reduce((one, other) -> one + other)
                .orElseThrow();
    }
}
