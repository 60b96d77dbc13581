package io.weir.serve;

/** Spelling of event ids: {@code <start>-<n>}, where {@code start} names this run of the service and {@code n} counts. */
final class EventId {
    private final String prefix;

    /** @param startMs when this run began, milliseconds since 1970 */
    EventId(long startMs) {
        prefix = Long.toString(startMs, 36) + '-';
    }

    String text(long number) {
        return prefix + number;
    }

    String prefix() {
        return prefix;
    }

    /**
     * The number in an id of this run.
     *
     * @return 0 if it is of another run, or no id at all
     */
    long number(String id) {
        if (!id.startsWith(prefix)) {
            return 0;
        }
        try {
            return Math.max(0, Long.parseLong(id, prefix.length(), id.length(), 10));
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }
}
