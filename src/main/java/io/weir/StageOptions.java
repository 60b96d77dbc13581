package io.weir;

import io.weir.capture.Backend;
import io.weir.capture.Filter;
import io.weir.capture.Interfaces;
import io.weir.capture.LiveOptions;
import io.weir.capture.OwnService;
import io.weir.defragment.DefragmenterOptions;
import io.weir.defragment.FragmentPolicy;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.reassemble.OverlapPolicy;
import io.weir.relay.PartitionOptions;
import io.weir.relay.RelayOptions;
import io.weir.serve.ServeOptions;
import io.weir.serve.ServeOptions.Limits;
import io.weir.serve.ServeOptions.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What each stage is told of the configuration. */
final class StageOptions {
    private static final int MAX_DEFAULT_PARTITIONS = 4;

    private StageOptions() {}

    /** @param partitions that share the bounds which hold for the whole probe */
    static AssemblerOptions assembler(Configuration values, int partitions) {
        return new AssemblerOptions(
                constant(OverlapPolicy.class, values.text(Schema.OVERLAP)),
                constant(ChecksumRule.class, values.text(Schema.CHECKSUM)),
                share(values.number(Schema.WAITING_BYTES), partitions),
                values.integer(Schema.WAITING_BYTES_PER_DIRECTION),
                values.integer(Schema.ISLANDS),
                (int) share(values.number(Schema.STREAMS), partitions),
                values.durationNs(Schema.HOLE_TIMEOUT),
                values.durationNs(Schema.ACKED_HOLE_GRACE),
                values.durationNs(Schema.START_GRACE),
                values.durationNs(Schema.HALF_OPEN_TIMEOUT),
                values.durationNs(Schema.IDLE_TIMEOUT),
                values.durationNs(Schema.AFTER_CLOSE),
                values.integer(Schema.HISTORY_BYTES));
    }

    static DefragmenterOptions defragmenter(Configuration values) {
        return new DefragmenterOptions(
                constant(FragmentPolicy.class, values.text(Schema.FRAGMENT_OVERLAP)),
                values.integer(Schema.FRAGMENT_BYTES),
                values.integer(Schema.FRAGMENT_DATAGRAMS),
                values.integer(Schema.FRAGMENTS_PER_DATAGRAM),
                values.durationNs(Schema.FRAGMENT_TIMEOUT),
                values.on(Schema.REFUSE_TINY_FIRST));
    }

    static ServeOptions serve(Configuration values) {
        String tokens = values.text(Schema.TOKENS_FILE);
        Limits limits = Limits.DEFAULTS;
        return new ServeOptions(
                values.text(Schema.HOST),
                values.integer(Schema.PORT),
                values.list(Schema.HOST_NAMES),
                tokens.isEmpty() ? null : Path.of(tokens),
                tls(values),
                values.integer(Schema.SUBSCRIBERS),
                values.integer(Schema.SUBSCRIBER_BYTES),
                values.integer(Schema.EVENT_BYTES),
                Duration.ofNanos(values.durationNs(Schema.HEARTBEAT)),
                Duration.ofNanos(values.durationNs(Schema.LINGER)),
                new Limits(
                        limits.bodyBytes(),
                        values.number(Schema.REPLAY_BYTES),
                        limits.headerBytes(),
                        limits.uriBytes(),
                        values.integer(Schema.CONNECTIONS),
                        values.integer(Schema.SUBSCRIBERS_PER_CALLER),
                        Duration.ofNanos(values.durationNs(Schema.CONNECTION_IDLE))));
    }

    private static Tls tls(Configuration values) {
        if (values.text(Schema.TLS_CERTIFICATE).isEmpty()) {
            return null;
        }
        String clientCa = values.text(Schema.TLS_CLIENT_CA);
        return new Tls(
                Path.of(values.text(Schema.TLS_CERTIFICATE)),
                Path.of(values.text(Schema.TLS_KEY)),
                clientCa.isEmpty() ? null : Path.of(clientCa));
    }

    /** @param sharers partitions that share the bounds which hold for the whole probe */
    static PartitionOptions partition(Configuration values, int index, int sharers, boolean replay) {
        RelayOptions relay = RelayOptions.onDemand(share(values.number(Schema.RETAINED_BYTES), sharers), (int)
                        share(values.number(Schema.CLOSED_STREAMS), sharers))
                .withRetainedEdges(values.integer(Schema.FIRST_BYTES), values.integer(Schema.NEWEST_BYTES));
        return new PartitionOptions(
                index,
                assembler(values, sharers),
                replay ? relay.asReplay() : relay,
                values.number(Schema.WINDOW_BYTES));
    }

    /** @param service what never to capture; its port is not known before it listens */
    static LiveOptions live(Configuration values, Filter filter, OwnService service) {
        return new LiveOptions(
                values.list(Schema.INTERFACES),
                backend(values),
                values.integer(Schema.SNAP_LENGTH),
                values.on(Schema.PROMISCUOUS),
                values.integer(Schema.RING_BYTES) / values.integer(Schema.CAPTURE_WORKERS),
                (int) (values.durationNs(Schema.LATENCY) / 1_000_000),
                filter,
                Optional.of(service));
    }

    /** Whether the capture may see more than one interface. */
    static boolean severalInterfaces(Configuration values) {
        List<String> interfaces = values.list(Schema.INTERFACES);
        return interfaces.size() > 1
                || interfaces.stream().anyMatch(name -> name.equals(Interfaces.ANY) || name.matches(".*[*?!].*"));
    }

    private static Backend backend(Configuration values) {
        String backend = values.text(Schema.BACKEND);
        return backend.equals("auto") ? Backend.preferred() : constant(Backend.class, backend);
    }

    static int partitions(Configuration values) {
        int count = values.integer(Schema.PARTITIONS);
        if (count > 0) {
            return count;
        }
        int usual = Math.min(MAX_DEFAULT_PARTITIONS, Runtime.getRuntime().availableProcessors());
        int workers = values.integer(Schema.CAPTURE_WORKERS);
        return (usual + workers - 1) / workers * workers;
    }

    /** Of a bound for the whole probe; 0 stays 0. */
    private static long share(long whole, int sharers) {
        return whole == 0 ? 0 : Math.max(1, whole / sharers);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String choice) {
        return Enum.valueOf(type, choice.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
