package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.capture.Namespace;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The histogram of the time from a packet's capture to its event, in the metrics of a running probe. */
@Timeout(60)
class EventLatencyTest {
    private static final String NAME = "weir_event_latency_seconds";

    @Test
    void eventsOfLiveTrafficRaiseItsBucketsItsSumAndItsCount() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "near")) {
                Map<String, Double> before = histogram(probe);
                List<String> names = probe.text("/metrics")
                        .lines()
                        .filter(line -> line.startsWith("# TYPE " + NAME + " "))
                        .toList();
                assertThat(names).containsExactly("# TYPE " + NAME + " histogram");
                assertThat(before.keySet())
                        .contains(NAME + "_sum", NAME + "_count", bucket("1.0E-4"), bucket("10.0"), bucket("+Inf"))
                        .hasSize(2 + 14);
                assertThat(before.get(NAME + "_count")).isZero();

                InputStream events = probe.events("port=" + LoadStream.SERVER_PORT);
                try (LoadStream load = new LoadStream("away", 2000)) {
                    await().until(() -> probe.metric(NAME + "_count") > 1_000);
                    load.finish();
                }
                await().until(() -> probe.metric(NAME + "_count") == probe.metric("weir_serve_events_offered_total"));
                events.close();

                Map<String, Double> after = histogram(probe);
                assertThat(after.keySet()).isEqualTo(before.keySet());
                double count = after.get(NAME + "_count");
                assertThat(after.get(bucket("+Inf"))).isEqualTo(count);
                assertThat(after.get(bucket("10.0"))).isPositive().isLessThanOrEqualTo(count);
                assertThat(after.get(bucket("1.0E-4"))).isLessThanOrEqualTo(after.get(bucket("10.0")));
                // no packet is told before it was captured, and none took a minute
                assertThat(after.get(NAME + "_sum")).isPositive().isLessThan(60 * count);
            }
        });
    }

    private static String bucket(String bound) {
        return NAME + "_bucket{le=\"" + bound + "\"}";
    }

    private static Map<String, Double> histogram(LiveProbe probe) throws Exception {
        return probe.text("/metrics")
                .lines()
                .filter(line -> line.startsWith(NAME + "_") && !line.startsWith(NAME + "_max"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))));
    }
}
