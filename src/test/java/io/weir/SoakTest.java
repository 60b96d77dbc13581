package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.weir.capture.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A probe in a process of its own under everything at once, in rounds: conversations over a lossy link, hostile frames,
 * readers that come and go. Between rounds all of it ends, and what the probe holds then must not grow. No byte that it tells
 * is wrong, and nothing that was read is missing.
 *
 * <p>{@code -Dweir.soak.seconds=1800} lasts half an hour, {@code -Dweir.seed} repeats the decisions of a run (not the
 * kernel's), {@code -Dweir.soak.options="-XX:NativeMemoryTracking=summary"} are for the probe's Java runtime.
 */
@Timeout(90_000)
class SoakTest {
    private static final int SECONDS = Integer.getInteger("weir.soak.seconds", 24);
    private static final int ROUND_SECONDS = Math.min(60, SECONDS / 2);
    /** In runs from this length on, memory is judged too. */
    private static final int LONG_SECONDS = 480;

    private static final int SAMPLE_MS = 5_000;
    private static final int MAX_RESIDENT_GROWTH_KIB = 24 << 10;
    /** Less than the ring of events, which is more or less full whenever one looks. */
    private static final int MAX_HEAP_GROWTH_KIB = 32 << 10;

    private static final int POOL_THREADS = 20;
    private static final Pattern UNEXPECTED = Pattern.compile("WARN|ERROR|Exception|^\\tat ");
    private static final String[] SETTINGS = {
        "serve",
        "--port=0",
        "--partition-count=2",
        "--interface=" + LossyTraffic.NEAR,
        "--interface=side",
        "--capture-ring-bytes=64MiB",
        "--partition-event-bytes=16MiB",
        "--serve-event-bytes=48MiB",
        "--serve-subscriber-bytes=32MiB",
        // else a forgery that comes after a long silence may open a stream of its own
        "--reassembly-checksum=on",
        // everything runs out soon, so that a round sees everything begin and end
        "--reassembly-max-streams=8192",
        // but longer than a sender waits that has lost a segment four times
        "--reassembly-idle-timeout=10s",
        "--reassembly-half-open-timeout=4s",
        "--reassembly-after-close=5s",
        "--fragments-timeout=3s",
        "--retention-max-bytes=16MiB",
        "--retention-max-closed-streams=1024",
        "--serve-linger=3s",
        "--serve-heartbeat=2s",
        "--serve-idle-timeout=8s"
    };

    private final long seed = Long.getLong("weir.seed", System.nanoTime());
    private final long startedNs = System.nanoTime();
    private final ToldConversations told = new ToldConversations();
    /** So that one look at the probe's connections does not count another one's. */
    private final Object looking = new Object();

    private HostileTraffic hostile;

    /** What a probe holds while nothing happens. */
    private record Rest(
            Map<String, Integer> descriptors, Map<String, Integer> threads, long residentKib, long heapKib) {}

    @Test
    void aProbeUnderEverythingTellsNoWrongByteAndHoldsNothingForEver() throws Exception {
        System.out.println("SoakTest seed " + seed + ", " + SECONDS + " s");
        Namespace.run(() -> {
            Namespace.cable("side", "flood");
            try (LossyTraffic traffic = new LossyTraffic(seed, told);
                    ChildProcess weir = new ChildProcess(List.of(), options(), List.of(SETTINGS))) {
                soak(traffic, weir);
            }
        });
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>(List.of("-Xmx384m"));
        Arrays.stream(System.getProperty("weir.soak.options", "").split(" "))
                .filter(option -> !option.isBlank())
                .forEach(options::add);
        return options;
    }

    private void soak(LossyTraffic traffic, ChildProcess weir) throws Exception {
        Matcher address = Pattern.compile(":(\\d+)/").matcher(weir.line("page and API at"));
        assertThat(address.find()).isTrue();
        ProbeClient probe = new ProbeClient(Integer.parseInt(address.group(1)));
        ProcessVitals vitals = new ProcessVitals(weir.process());
        RestlessReaders readers = new RestlessReaders(probe, told, seed);
        hostile = new HostileTraffic(seed, traffic);
        CompletableFuture<Void> following = follow(probe);
        // the first such question makes the runtime listen for more
        vitals.heapAfterCollectionKib();
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> sampling = OwnThread.call(() -> sample(probe, vitals, traffic, ended));
        List<Rest> rests = new ArrayList<>();
        // the first one warms everything up
        for (int begun = 0; begun < SECONDS || rests.size() < 2; begun += ROUND_SECONDS) {
            round(traffic, probe, readers);
            rests.add(rest(probe, vitals));
            System.out.println("at rest: " + rests.get(rests.size() - 1));
            told.judge(true);
        }
        ended.set(true);
        sampling.get(30, TimeUnit.SECONDS);
        JsonObject ledger = probe.settledLedger();
        String metrics = probe.metrics();
        report(traffic, readers, ledger, metrics);
        weir.errors().stream().filter(line -> !line.contains(" INFO ")).forEach(System.out::println);
        assertThat(following).as("the reader of all conversations").isNotDone();
        weir.signal("TERM");
        assertThat(weir.status()).isZero();

        assertTold(traffic, readers, metrics);
        assertAccounts(ledger, metrics);
        // a machine that is very busy lets a thread wait for seconds
        assertThat(weir.errors().stream().filter(line -> !line.contains("has been blocked for")))
                .noneMatch(line -> UNEXPECTED.matcher(line).find());
        assertNothingIsHeld(rests);
    }

    private void round(LossyTraffic traffic, ProbeClient probe, RestlessReaders readers) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean quiet = new AtomicBoolean();
        CompletableFuture<Void> conversing = OwnThread.call(() -> {
            traffic.converse(over);
            return null;
        });
        CompletableFuture<Void> reading = OwnThread.call(() -> {
            readers.visit(quiet);
            return null;
        });
        CompletableFuture<Void> attacking = OwnThread.run(() -> hostile.overCable("flood", quiet));
        traffic.farAway(() -> hostile.overLink(quiet));
        Thread.sleep(1_000L * ROUND_SECONDS);
        over.set(true);
        conversing.get(120, TimeUnit.SECONDS);
        // what they told last is on its way
        Thread.sleep(1_000);
        for (int stop = 0; stop < 3; stop++) {
            JsonObject stopped = probe.post("/api/v1/capture/stop");
            assertThat(stopped.getString("state")).as(stopped.encode()).isEqualTo("stopped");
            ProbeClient.assertLedgerHolds(stopped.getJsonObject("ledger"));
            probe.post("/api/v1/capture/start");
            Thread.sleep(200);
        }
        quiet.set(true);
        attacking.get(30, TimeUnit.SECONDS);
        reading.get(300, TimeUnit.SECONDS);
        // what is told of one more conversation comes after everything else
        Conversation last = traffic.holdOne();
        await().atMost(Duration.ofSeconds(120)).until(() -> told.isClosed(last));
    }

    private CompletableFuture<Void> follow(ProbeClient probe) throws IOException {
        InputStream events = probe.events("payload=base64&host=" + String.join(",", LossyTraffic.NEAR_ADDRESSES));
        return OwnThread.call(() -> {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(events, StandardCharsets.ISO_8859_1), 1 << 16);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    told.event(new JsonObject(line.substring(6)));
                }
            }
            return null;
        });
    }

    /** Waits until nothing is left, and looks. */
    private Rest rest(ProbeClient probe, ProcessVitals vitals) throws Exception {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    String metrics = probe.metrics();
                    return ProbeClient.metric(metrics, "weir_streams_open") == 0
                            && ProbeClient.metric(metrics, "weir_waiting_bytes") == 0
                            && waiting(metrics) == 0;
                });
        // the last readers' subscriptions and connections linger
        Thread.sleep(3_000);
        synchronized (looking) {
            Thread.sleep(1_000);
            return new Rest(
                    vitals.descriptors(), vitals.threads(), vitals.residentKib(), vitals.heapAfterCollectionKib());
        }
    }

    private Void sample(ProbeClient probe, ProcessVitals vitals, LossyTraffic traffic, AtomicBoolean ended)
            throws Exception {
        while (!ended.get()) {
            String metrics;
            synchronized (looking) {
                metrics = probe.metrics();
            }
            System.out.printf(
                    "%5d s: RSS %d KiB, %d descriptors, %d threads, heap %.0f MiB, %.0f streams, %.0f events lost,"
                            + " %.0f frames, %.0f dropped, %d MiB compared, %s%n",
                    (System.nanoTime() - startedNs) / 1_000_000_000,
                    vitals.residentKib(),
                    ProcessVitals.sum(vitals.descriptors()),
                    ProcessVitals.sum(vitals.threads()),
                    ProbeClient.metric(metrics, "jvm_memory_used_bytes{area=\"heap\"") / (1 << 20),
                    ProbeClient.metric(metrics, "weir_streams_open"),
                    ProbeClient.metric(metrics, "weir_serve_events_lost_total"),
                    ProbeClient.metric(metrics, "weir_capture_received_total"),
                    dropped(metrics),
                    told.comparedBytes() >> 20,
                    traffic);
            told.judge(false);
            Thread.sleep(SAMPLE_MS);
        }
        return null;
    }

    /** Events that wait for a reader to take them. */
    private static double waiting(String metrics) {
        return ProbeClient.metric(metrics, "weir_serve_events_offered_total")
                + ProbeClient.metric(metrics, "weir_serve_events_resumed_total")
                - ProbeClient.metric(metrics, "weir_serve_events_sent_total")
                - ProbeClient.metric(metrics, "weir_serve_events_lost_total")
                - ProbeClient.metric(metrics, "weir_serve_events_unsent_total");
    }

    private static double dropped(String metrics) {
        return ProbeClient.metric(metrics, "weir_capture_dropped_total")
                + ProbeClient.metric(metrics, "weir_lane_dropped_total");
    }

    private void report(LossyTraffic traffic, RestlessReaders readers, JsonObject ledger, String metrics) {
        System.out.printf(
                "%d bytes of %d connections and %d contents compared, %d not to be judged, %d misled; %d hostile frames; %s; broke off: %s%n"
                        + "told: %s%nreaders: %s%nledger: %s%n",
                told.comparedBytes(),
                told.comparedConnections(),
                told.comparedContents(),
                told.unverifiable(),
                told.misled(),
                hostile.sent(),
                traffic,
                traffic.broken(),
                told.noted(),
                readers.done(),
                ledger.encode());
        if (SECONDS >= LONG_SECONDS) {
            metrics.lines()
                    .filter(line -> line.startsWith("weir_") && !line.endsWith(" 0.0") && !line.contains("_bucket"))
                    .forEach(System.out::println);
        }
    }

    private void assertTold(LossyTraffic traffic, RestlessReaders readers, String metrics) {
        assertThat(told.wrong()).isEmpty();
        if (dropped(metrics) == 0) {
            assertThat(told.missing()).isEmpty();
        }
        assertThat(told.misled()).isLessThan(2 + traffic.conversations() / 50);
        assertThat(readers.failures()).isEmpty();
        assertThat(told.comparedConnections()).isGreaterThan(traffic.conversations() / 2);
        assertThat(traffic.broken()).hasSizeLessThan(5 + traffic.conversations() / 50);
    }

    private static void assertAccounts(JsonObject ledger, String metrics) {
        ProbeClient.assertLedgerHolds(ledger);
        assertThat(ledger.getLong("failedFrames")).isZero();
        for (String failures :
                List.of("weir_relay_failures_total", "weir_serve_failures_total", "weir_capture_failed_frames_total")) {
            assertThat(metrics).contains("\n" + failures + " ");
            assertThat(ProbeClient.metric(metrics, failures)).as(failures).isZero();
        }
        assertThat(ProbeClient.metric(metrics, "weir_relay_events_offered_total"))
                .isEqualTo(ProbeClient.metric(metrics, "weir_relay_events_sent_total")
                        + ProbeClient.metric(metrics, "weir_relay_events_dropped_total")
                        + ProbeClient.metric(metrics, "weir_relay_events_failed_total"));
        assertThat(ProbeClient.metric(metrics, "weir_serve_events_offered_total")
                        + ProbeClient.metric(metrics, "weir_serve_events_resumed_total"))
                .isEqualTo(ProbeClient.metric(metrics, "weir_serve_events_sent_total")
                        + ProbeClient.metric(metrics, "weir_serve_events_lost_total")
                        + ProbeClient.metric(metrics, "weir_serve_events_unsent_total"));
    }

    private static void assertNothingIsHeld(List<Rest> rests) {
        Rest warm = rests.get(0);
        Rest last = rests.get(rests.size() - 1);
        assertThat(last.descriptors).isEqualTo(warm.descriptors);
        assertThat(last.threads.keySet()).isEqualTo(warm.threads.keySet());
        last.threads.forEach((name, count) -> assertThat(count)
                .as("threads named %s", name)
                // the pools of Vert.x start them one by one, up to so many
                .isLessThanOrEqualTo(Math.max(warm.threads.get(name), name.startsWith("vert.x-") ? POOL_THREADS : 0)));
        if (SECONDS >= LONG_SECONDS) {
            Rest middle = rests.get(rests.size() / 2);
            assertThat(last.residentKib - middle.residentKib)
                    .as("growth of RSS, KiB")
                    .isLessThan(MAX_RESIDENT_GROWTH_KIB);
            assertThat(last.heapKib - middle.heapKib)
                    .as("growth of the heap, KiB")
                    .isLessThan(MAX_HEAP_GROWTH_KIB);
        }
    }
}
