package io.weir;

import io.weir.serve.ConnectionBound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many files and sockets this process may have open, and has, as Linux tells it. */
final class OpenFiles {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path OPEN = Path.of("/proc/self/fd");
    /** An event loop's of its own. */
    private static final int PER_LOOP = 3;
    /** For the capture, what it looks up, an upload, and libraries that are opened late. */
    private static final int MORE = 24;
    /** With fewer places for connections nobody could use the service. */
    private static final int LEAST_CONNECTIONS = ConnectionBound.BESIDE + 4;

    private OpenFiles() {}

    /**
     * How many connections can be served, so that the capture always finds room for its own.
     *
     * @param wanted at most
     * @param loops event loops that are to be started
     * @throws FailureException too few for a service
     */
    static int connections(int wanted, int loops) throws FailureException {
        long allowed = allowed();
        if (allowed == Long.MAX_VALUE) {
            return wanted;
        }
        long own = now() + loops * PER_LOOP + MORE;
        if (allowed < own + LEAST_CONNECTIONS) {
            throw new FailureException("this process may have " + allowed + " files open at a time, and weir needs "
                    + (own + LEAST_CONNECTIONS) + " at least; " + remedy());
        }
        return (int) Math.min(wanted, allowed - own);
    }

    static String remedy() {
        return "allow more: 'ulimit -n 1024' in the shell, LimitNOFILE=1024 in a systemd unit";
    }

    /** {@code Long.MAX_VALUE} for no limit, or none that is known. */
    static long allowed() {
        try (Stream<String> limits = Files.lines(LIMITS)) {
            return limits.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split("\\s+")[3])
                    .filter(soft -> soft.matches("[0-9]{1,18}"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException elsewhere) {
            return Long.MAX_VALUE;
        }
    }

    private static long now() {
        try (Stream<Path> open = Files.list(OPEN)) {
            return open.count();
        } catch (IOException elsewhere) {
            return 0;
        }
    }
}
