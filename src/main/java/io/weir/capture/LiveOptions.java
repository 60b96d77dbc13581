package io.weir.capture;

import java.util.List;
import java.util.Optional;

/**
 * What a live capture is to do. Each {@code with} method gives a changed copy.
 *
 * @param interfaces names, globs, {@code !} exclusions (see {@link Interfaces#matching}), or {@link Interfaces#ANY} alone;
 *     empty for the interface of the default route
 * @param snapLengthBytes bytes kept of a frame; the kernel hands on joined segments of 64 KiB and more
 * @param bufferBytes memory that the kernel fills ahead of us; the ring of all interfaces together
 * @param latencyMs longest wait before the kernel hands on a buffer that is not full
 * @param filter what to capture
 * @param ownService what never to capture
 */
public record LiveOptions(
        List<String> interfaces,
        Backend backend,
        int snapLengthBytes,
        boolean promiscuous,
        int bufferBytes,
        int latencyMs,
        Filter filter,
        Optional<OwnService> ownService) {
    public static final int MIN_SNAP_LENGTH_BYTES = 64;
    public static final int DEFAULT_SNAP_LENGTH_BYTES = 128 << 10;
    public static final int MAX_SNAP_LENGTH_BYTES = 512 << 10;
    public static final int MIN_BUFFER_BYTES = 128 << 10;
    public static final int DEFAULT_BUFFER_BYTES = 32 << 20;
    public static final int MAX_BUFFER_BYTES = 1 << 30;
    public static final int DEFAULT_LATENCY_MS = 8;

    public LiveOptions {
        interfaces = List.copyOf(interfaces);
        if (interfaces.size() > 1 && interfaces.contains(Interfaces.ANY)) {
            throw new IllegalArgumentException("interfaces is " + interfaces + ", '" + Interfaces.ANY
                    + "' stands for all of them and is given alone");
        }
        requireRange("snapLengthBytes", snapLengthBytes, MIN_SNAP_LENGTH_BYTES, MAX_SNAP_LENGTH_BYTES);
        requireRange("bufferBytes", bufferBytes, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES);
        requireRange("latencyMs", latencyMs, 1, 1000);
    }

    /** The default route's interface by the preferred backend, nothing filtered. */
    public static LiveOptions defaults() {
        return new LiveOptions(
                List.of(),
                Backend.preferred(),
                DEFAULT_SNAP_LENGTH_BYTES,
                false,
                DEFAULT_BUFFER_BYTES,
                DEFAULT_LATENCY_MS,
                Filter.NONE,
                Optional.empty());
    }

    public LiveOptions withInterfaces(List<String> interfaces) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withBackend(Backend backend) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withSnapLengthBytes(int snapLengthBytes) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withPromiscuous(boolean promiscuous) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withBufferBytes(int bufferBytes) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withLatencyMs(int latencyMs) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withFilter(Filter filter) {
        return new LiveOptions(
                interfaces, backend, snapLengthBytes, promiscuous, bufferBytes, latencyMs, filter, ownService);
    }

    public LiveOptions withOwnService(OwnService service) {
        return new LiveOptions(
                interfaces,
                backend,
                snapLengthBytes,
                promiscuous,
                bufferBytes,
                latencyMs,
                filter,
                Optional.of(service));
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is " + min + " to " + max);
        }
    }
}
