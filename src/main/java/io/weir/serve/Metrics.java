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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * What {@code /metrics} shows: counters and gauges that the stages keep anyway, read when somebody asks. Any thread.
 *
 * <p>The registry behind it takes longer to set up than all of the service, so that is done when it is needed first:
 * {@link #prepare}, a look at {@link #text}, a duration to record. Until then definitions wait.
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

    /** Null until it is needed. */
    private PrometheusMeterRegistry registry;

    private JvmGcMetrics collections;
    private final List<Runnable> definitions = new ArrayList<>();
    /** Micrometer refers to what it reads only weakly. */
    private final List<Object> read = new ArrayList<>();

    /** Runs what defines metrics, once they are needed. */
    public synchronized void define(Runnable definition) {
        if (registry == null) {
            definitions.add(definition);
        } else {
            definition.run();
        }
    }

    /** Sets everything up; takes a while, the first time. */
    public synchronized void prepare() {
        if (registry != null) {
            return;
        }
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections = new JvmGcMetrics();
        collections.bindTo(registry);
        definitions.forEach(Runnable::run);
        definitions.clear();
    }

    /** @param labels names and values in turn */
    public void counter(String name, String sentence, LongSupplier value, String... labels) {
        define(() -> {
            FunctionCounter.builder("weir." + name.replace('_', '.'), value, LongSupplier::getAsLong)
                    .description(sentence)
                    .tags(Tags.of(labels))
                    .register(registry);
            read.add(value);
        });
    }

    /** @param labels names and values in turn */
    public void gauge(String name, String sentence, DoubleSupplier value, String... labels) {
        define(() -> Gauge.builder("weir." + name.replace('_', '.'), value::getAsDouble)
                .description(sentence)
                .tags(Tags.of(labels))
                .strongReference(true)
                .register(registry));
    }

    /** A histogram of durations, in seconds, with fixed buckets from 100 microseconds to 10 seconds. */
    Latency latency(String name, String sentence) {
        return new Latency(name, sentence);
    }

    /** Takes nanoseconds. One thread. */
    final class Latency {
        private final String name;
        private final String sentence;
        private Timer timer;

        private Latency(String name, String sentence) {
            this.name = name;
            this.sentence = sentence;
            define(this::timer);
        }

        void record(long durationNs) {
            timer().record(durationNs, TimeUnit.NANOSECONDS);
        }

        private Timer timer() {
            Timer known = timer;
            if (known == null) {
                prepare();
                known = Timer.builder("weir." + name.replace('_', '.'))
                        .description(sentence)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry);
                timer = known;
            }
            return known;
        }
    }

    /**
     * One counter with a label whose values are the names of an enum, in lower case with hyphens.
     *
     * @param counters of all writers that count these names; their sum is shown
     */
    public <E extends Enum<E>> void counters(
            String name, String sentence, String label, Class<E> type, Function<E, Long> counters) {
        define(() -> {
            for (E each : type.getEnumConstants()) {
                counter(name, sentence, () -> counters.apply(each), label, spelling(each));
            }
        });
    }

    /** A counter for each name of the enum, such as {@code weir_serve_lost_total}. */
    <E extends Enum<E>> void each(String prefix, Counters<E> counters, Function<E, String> sentence) {
        define(() -> {
            for (E name : counters.names()) {
                counter(
                        prefix + '_' + name.name().toLowerCase(Locale.ROOT),
                        sentence.apply(name),
                        () -> counters.get(name));
            }
        });
    }

    /** The Prometheus text format. */
    public String text() {
        prepare();
        return registry.scrape();
    }

    public synchronized void close() {
        if (registry != null) {
            collections.close();
            registry.close();
        }
    }

    private static String spelling(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
