package io.weir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Queue;

/** Server-sent events as a reader sees them who wants to come back: none twice, and their ids never go back. */
final class NumberedEvents {
    private static final long PATIENCE_NS = 2_000_000_000L;

    private NumberedEvents() {}

    /**
     * Reads so many events, for two seconds at most.
     *
     * @param after the events that come are numbered from behind this one on; null if that is not known
     * @param failures gets what should not be
     * @return the last id; empty if there was none
     */
    static String read(InputStream stream, int events, String after, Queue<String> failures) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.ISO_8859_1));
        String last = after == null ? "" : after;
        String id = "";
        long untilNs = System.nanoTime() + PATIENCE_NS;
        for (int count = 0; count < events && System.nanoTime() < untilNs; ) {
            String line = lines.readLine();
            if (line == null) {
                break;
            }
            if (line.startsWith("id: ")) {
                id = line.substring(4);
                if (!last.isEmpty() && number(id) < number(last)) {
                    failures.add("an id that goes back: " + id + " after " + last);
                }
            } else if (line.startsWith("data: ")) {
                if (id.equals(last)) {
                    failures.add("an event that comes again: " + id);
                }
                last = id;
                count++;
            }
        }
        return last;
    }

    private static long number(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }
}
