package io.weir.tally;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps one record for each distinct error, with how often and when it was seen, so that a storm of the same error
 * costs a few lines in a log.
 *
 * <p>Bounded: past {@value #MAX_DISTINCT} distinct errors new ones are only counted together ({@link #unrecorded()}).
 * Any thread may call any method; not for the packet path, where {@link Counters} serve.
 */
public final class DistinctErrors {
    public static final int MAX_DISTINCT = 256;

    /** One distinct error. Times are nanoseconds since 1970, as the observer gave them. */
    public record Observation(String where, String what, long count, long firstNs, long lastNs) {}

    private final Map<String, Observation> observations = new LinkedHashMap<>();
    private long unrecorded;

    /**
     * Notes an error.
     *
     * @return how often it was seen, if that deserves a line in the log: the first time, the tenth, the hundredth and so on;
     *     else 0
     */
    public synchronized long observe(String where, String what, long nowNs) {
        String key = where + '\n' + what;
        Observation known = observations.get(key);
        if (known == null && observations.size() >= MAX_DISTINCT) {
            unrecorded++;
            return 0;
        }
        Observation seen = known == null
                ? new Observation(where, what, 1, nowNs, nowNs)
                : new Observation(where, what, known.count + 1, known.firstNs, nowNs);
        observations.put(key, seen);
        return isPowerOfTen(seen.count) ? seen.count : 0;
    }

    private static boolean isPowerOfTen(long count) {
        long rest = count;
        while (rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 1;
    }

    /** A copy, oldest first. */
    public synchronized List<Observation> observations() {
        return new ArrayList<>(observations.values());
    }

    /** How many observations found no room. */
    public synchronized long unrecorded() {
        return unrecorded;
    }
}
