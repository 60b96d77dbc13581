package io.weir.serve;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.tally.Counters;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * What {@code /metrics} shows: counters and gauges that the stages keep anyway, read when somebody asks. Any thread.
 *
 * <p>Names are given without the prefix {@code weir_}; a counter's without {@code _total}. Labels have few values, known
 * beforehand: never an address, a port, a stream.
 */
public final class Metrics {
    /** Content type of {@link #text}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] BUCKETS = LongStream.of(
                    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000)
            .mapToObj(us -> Duration.ofNanos(us * 1_000))
            .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    /** Micrometer refers to what it reads only weakly. */
    private final List<Object> read = new CopyOnWriteArrayList<>();

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** @param labels names and values in turn */
    public void counter(String name, String sentence, LongSupplier value, String... labels) {
        FunctionCounter.builder("weir." + name.replace('_', '.'), value, LongSupplier::getAsLong)
                .description(sentence)
                .tags(Tags.of(labels))
                .register(registry);
        read.add(value);
    }

    /** @param labels names and values in turn */
    public void gauge(String name, String sentence, DoubleSupplier value, String... labels) {
        Gauge.builder("weir." + name.replace('_', '.'), value::getAsDouble)
                .description(sentence)
                .tags(Tags.of(labels))
                .strongReference(true)
                .register(registry);
    }

    /** A histogram of durations, in seconds, with fixed buckets from 100 microseconds to 10 seconds. */
    Timer latency(String name, String sentence) {
        return Timer.builder("weir." + name.replace('_', '.'))
                .description(sentence)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /**
     * One counter with a label whose values are the names of an enum, in lower case with hyphens.
     *
     * @param counters of all writers that count these names; their sum is shown
     */
    public <E extends Enum<E>> void counters(
            String name, String sentence, String label, Class<E> type, Function<E, Long> counters) {
        for (E each : type.getEnumConstants()) {
            counter(name, sentence, () -> counters.apply(each), label, spelling(each));
        }
    }

    /** A counter for each name of the enum, such as {@code weir_serve_lost_total}. */
    <E extends Enum<E>> void each(String prefix, Counters<E> counters, Function<E, String> sentence) {
        for (E name : counters.names()) {
            counter(
                    prefix + '_' + name.name().toLowerCase(Locale.ROOT),
                    sentence.apply(name),
                    () -> counters.get(name));
        }
    }

    /** The Prometheus text format. */
    public String text() {
        return registry.scrape();
    }

    public void close() {
        collections.close();
        registry.close();
    }

    private static String spelling(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
