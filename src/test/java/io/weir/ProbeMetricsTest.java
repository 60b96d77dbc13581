package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.capture.Namespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may see that there is traffic learns from the metrics neither whose it is nor what it says. */
@Timeout(120)
class ProbeMetricsTest {
    private static final int HOSTS = 20;

    @Test
    void trafficAddsNoSeriesAndShowsInNone() throws Exception {
        Namespace.run(() -> {
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "lo")) {
                converse(1);
                awaitClosed(probe, 1);
                List<String> before = series(probe.text("/metrics"));

                for (int host = 2; host <= HOSTS; host++) {
                    converse(host);
                }
                awaitClosed(probe, HOSTS);

                String metrics = probe.text("/metrics");
                assertThat(series(metrics)).isEqualTo(before).hasSizeGreaterThan(100);
                assertThat(metrics).doesNotContain("127.0.").doesNotContain("secret");
            }
        });
    }

    @Test
    void everyMetricThatTheGuideNamesExists() throws Exception {
        Namespace.run(() -> {
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "lo")) {
                String metrics = probe.text("/metrics");
                Matcher name = Pattern.compile("weir_[a-z_]+").matcher(Files.readString(OperatingGuideTest.GUIDE));
                SortedSet<String> absent = new TreeSet<>();
                while (name.find()) {
                    if (!Pattern.compile("(?m)^" + name.group() + "[{ ]")
                            .matcher(metrics)
                            .find()) {
                        absent.add(name.group());
                    }
                }
                assertThat(absent).isEmpty();
                assertThat(metrics)
                        .contains("weir_version{java=\"" + Runtime.version().feature() + "\",version=\""
                                + Version.text() + "\"} 1.0");
            }
        });
    }

    private static void converse(int host) throws IOException {
        InetAddress address = InetAddress.getByName("127.0.1." + host);
        try (ServerSocket server = new ServerSocket(8080, 1, address);
                Socket client = new Socket(address, 8080);
                Socket accepted = server.accept()) {
            client.getOutputStream().write("secret".getBytes(StandardCharsets.US_ASCII));
            accepted.getInputStream().readNBytes(6);
        }
    }

    private static void awaitClosed(LiveProbe probe, int streams) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> probe.get("/api/v1/streams?port=8080&state=closed")
                                .getJsonArray("streams")
                                .size()
                        == streams);
    }

    /** Names with labels, without values. */
    private static List<String> series(String metrics) {
        return metrics.lines()
                .filter(line -> !line.startsWith("#") && !line.startsWith("jvm_") && !line.startsWith("process_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .sorted()
                .toList();
    }
}
