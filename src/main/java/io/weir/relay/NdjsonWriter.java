package io.weir.relay;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * Writes events as NDJSON: one JSON object a line, in the order in which they come. One thread.
 *
 * <p>Lines are collected and written about {@value #FULL_BYTES} bytes at a time; {@link #flush} writes the rest. Where the
 * output fails, {@link #event} throws {@link UncheckedIOException}, and from then on every method throws it at once.
 */
public final class NdjsonWriter implements EventSink {
    private static final int FULL_BYTES = 256 << 10;

    private final OutputStream out;
    private final PayloadForm form;
    private final int types;
    private final EventJson json = new EventJson();
    private final JsonBytes lines = new JsonBytes(FULL_BYTES + (128 << 10));
    private long written;
    private IOException broken;

    /**
     * @param out not buffered again; not closed here
     * @param types written; others are passed over
     */
    public NdjsonWriter(OutputStream out, PayloadForm form, Set<EventType> types) {
        this.out = out;
        this.form = form;
        this.types = EventType.bits(types);
    }

    @Override
    public boolean event(StreamEvent event, long subscribers) {
        if ((types & EventType.of(event).bit()) == 0) {
            return false;
        }
        if (broken != null) {
            throw new UncheckedIOException(broken);
        }
        json.write(event, form, lines);
        lines.ascii('\n');
        written++;
        if (lines.length() >= FULL_BYTES) {
            try {
                hand();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return false;
    }

    /** Events written so far, those that wait for {@link #flush} included. */
    public long written() {
        return written;
    }

    /** Hands what is left to the output, and flushes that. */
    public void flush() throws IOException {
        hand();
        out.flush();
    }

    private void hand() throws IOException {
        if (broken != null) {
            throw broken;
        }
        try {
            lines.writeTo(out);
        } catch (IOException failure) {
            // some lines may have got out: a second attempt would write them twice
            broken = failure;
            throw failure;
        }
        lines.clear();
    }
}
