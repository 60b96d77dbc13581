package io.weir;

import static io.weir.Schema.*;

import io.weir.capture.LiveOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Values that are fine alone and impossible together. */
final class Relations {
    private Relations() {}

    static void check(Configuration values, List<String> problems) {
        notAbove(values, WAITING_BYTES_PER_DIRECTION, WAITING_BYTES, problems);
        notAbove(values, ACKED_HOLE_GRACE, HOLE_TIMEOUT, problems);
        notAbove(values, HALF_OPEN_TIMEOUT, IDLE_TIMEOUT, problems);
        notAbove(values, FIRST_BYTES, RETAINED_BYTES, problems);
        notAbove(values, NEWEST_BYTES, RETAINED_BYTES, problems);
        notAbove(values, SUBSCRIBER_BYTES, EVENT_BYTES, problems);
        if (values.durationNs(HEARTBEAT) >= values.durationNs(CONNECTION_IDLE)) {
            problems.add(told(values, HEARTBEAT) + ": must be below " + told(values, CONNECTION_IDLE)
                    + ", which would cut silent readers");
        }
        together(values, TLS_CERTIFICATE, TLS_KEY, problems);
        together(values, TLS_KEY, TLS_CERTIFICATE, problems);
        together(values, TLS_CLIENT_CA, TLS_CERTIFICATE, problems);
        if (Long.bitCount(values.number(LANE_BYTES)) != 1) {
            problems.add(told(values, LANE_BYTES) + ": must be a power of two, such as 4MiB, 8MiB or 16MiB");
        }
        workers(values, problems);
        if (values.list(INTERFACES).contains("any") && values.list(INTERFACES).size() > 1) {
            problems.add(told(values, INTERFACES) + ": any stands for all of them and must stand alone");
        }
        boolean credentials = given(values, TOKENS_FILE) || given(values, TLS_CLIENT_CA);
        if (!credentials && !isLoopback(values.text(HOST))) {
            problems.add(told(values, HOST) + ": without credentials only loopback is served (127.0.0.1, ::1);"
                    + " set serve.tokens-file, or serve.tls-client-ca with serve.tls-certificate and serve.tls-key");
        }
    }

    private static void workers(Configuration values, List<String> problems) {
        int workers = values.integer(CAPTURE_WORKERS);
        if (workers == 1) {
            return;
        }
        if (values.text(BACKEND).equals("pcap")) {
            problems.add(told(values, CAPTURE_WORKERS) + ": more than 1 needs the afpacket backend, but "
                    + told(values, BACKEND));
        }
        if (values.integer(PARTITIONS) % workers != 0) {
            problems.add(told(values, PARTITIONS) + ": must be a multiple of " + told(values, CAPTURE_WORKERS)
                    + ", because each partition belongs to one capture worker");
        }
        if (values.number(RING_BYTES) / workers < LiveOptions.MIN_BUFFER_BYTES) {
            problems.add(told(values, RING_BYTES) + ": must be at least 128KiB for each capture worker; "
                    + told(values, CAPTURE_WORKERS));
        }
    }

    /** Files that are named must be there where weir serves; a configuration can be read and shown without them. */
    static void requireFiles(Configuration values) throws ConfigurationException {
        List<String> problems = new ArrayList<>();
        for (Setting file : List.of(TOKENS_FILE, TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA)) {
            if (given(values, file) && !Files.isReadable(Path.of(values.text(file)))) {
                problems.add(told(values, file) + ": there is no such file, or this user may not read it");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    private static void notAbove(Configuration values, Setting lower, Setting upper, List<String> problems) {
        Comparable<Object> value = comparable(values, lower);
        if (value.compareTo(comparable(values, upper)) > 0) {
            problems.add(told(values, lower) + ": must not be above " + told(values, upper));
        }
    }

    private static void together(Configuration values, Setting given, Setting needed, List<String> problems) {
        if (given(values, given) && !given(values, needed)) {
            problems.add(told(values, given) + ": needs " + needed.key() + " as well");
        }
    }

    private static boolean given(Configuration values, Setting setting) {
        return !values.text(setting).isEmpty();
    }

    private static String told(Configuration values, Setting setting) {
        Configuration.Value value = values.value(setting);
        return setting.key() + " is " + setting.format(value.value()) + " (" + value.place() + ")";
    }

    @SuppressWarnings("unchecked")
    private static Comparable<Object> comparable(Configuration values, Setting setting) {
        return (Comparable<Object>) values.value(setting).value();
    }

    /** Literal addresses and localhost only: a name that a name server answers for is not safe to trust. */
    static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        if (!host.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return false;
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }
}
