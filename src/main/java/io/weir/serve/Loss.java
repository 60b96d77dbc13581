package io.weir.serve;

/**
 * Events that one reader did not get: all of its events with numbers in one range. Grows until it is told. One thread.
 */
final class Loss {
    /** Why they were lost. */
    enum Reason {
        /** The reader lagged behind. */
        SLOW("slow"),
        /** The reader came back too late: the ring, or the subscription, no longer knew them. */
        RESUME("resume"),
        /** The service had started anew in between. */
        RESTART("restart"),
        /** The service itself was too slow for a partition. */
        OVERLOAD("overload");

        private final String label;

        Reason(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final Reason reason;
    private final String after;
    private long from;
    private long to;
    private long count;
    private long bytes;
    private boolean counted = true;

    Loss(Reason reason) {
        this(reason, null);
    }

    /** @param after id of an earlier run; everything after it was lost. Or null */
    Loss(Reason reason, String after) {
        this.reason = reason;
        this.after = after;
    }

    /** More that is lost, numbers ascending. */
    void add(long number, long events, long streamBytes) {
        extend(number, number);
        count += events;
        bytes += streamBytes;
    }

    /** Numbers among which an unknown part was lost. */
    void addUncounted(long first, long last) {
        extend(first, last);
        counted = false;
    }

    private void extend(long first, long last) {
        from = from == 0 ? first : from;
        to = last;
    }

    Reason reason() {
        return reason;
    }

    boolean counted() {
        return counted;
    }

    long count() {
        return count;
    }

    /** Stream bytes that the lost data and gap events told of. */
    long bytes() {
        return bytes;
    }

    /** First number of the range. */
    long from() {
        return from;
    }

    /** Last number of the range. */
    long to() {
        return to;
    }

    /** Id of an earlier run that stands for {@link #from}, or null. */
    String after() {
        return after;
    }
}
