package io.weir.serve;

import io.weir.relay.EventJson;
import io.weir.relay.EventType;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamEvent.Data;
import io.weir.tally.Counters;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes events as frames of server-sent events. A frame that several readers want is encoded once and kept until the last of
 * them has it, at most {@value #SHARED_BYTES} bytes together; past it the oldest goes, and is encoded again for who is late.
 * One thread.
 */
final class FrameWriter {
    /** Bound of the frames that are kept. */
    static final int SHARED_BYTES = 4 << 20;

    /** Tells how many readers there are for the same frame. */
    @FunctionalInterface
    interface Audience {
        /** @return readers of that event whose frame has that form, see {@link FrameWriter#form} */
        int size(long number, StreamEvent event, PayloadForm form);
    }

    private record Key(long number, PayloadForm form) {}

    private static final class Shared {
        private final byte[] frame;
        private int readersLeft;

        Shared(byte[] frame, int readersLeft) {
            this.frame = frame;
            this.readersLeft = readersLeft;
        }
    }

    private final EventId ids;
    private final byte[] idField;
    private final Counters<ServeCounter> counters;
    private final Audience audience;
    private final EventJson json = new EventJson();
    /** Oldest first. */
    private final Map<Key, Shared> shared = new LinkedHashMap<>();

    private final JsonBytes chunk = new JsonBytes(32 << 10);
    private int sharedBytes;

    FrameWriter(EventId ids, Counters<ServeCounter> counters, Audience audience) {
        this.ids = ids;
        this.counters = counters;
        this.audience = audience;
        idField = ("id: " + ids.prefix()).getBytes(StandardCharsets.US_ASCII);
    }

    /** What a reader's frame of an event looks like: without payload if there is none below its {@code maxBytes}. */
    static PayloadForm form(StreamEvent event, EventRequest wanted) {
        boolean shown = event instanceof Data data
                && data.hasPayload()
                && (wanted.maxBytes() < 0 || data.offset() < wanted.maxBytes());
        return shown ? wanted.form() : PayloadForm.NONE;
    }

    /** Whether a part of the payload is left out; such a frame is for one reader alone. */
    static boolean cut(StreamEvent event, EventRequest wanted) {
        return wanted.maxBytes() >= 0
                && event instanceof Data data
                && data.offset() < wanted.maxBytes()
                && data.offset() + data.length() > wanted.maxBytes();
    }

    void event(long number, StreamEvent event, EventRequest wanted, JsonBytes out) {
        PayloadForm form = form(event, wanted);
        if (form != PayloadForm.NONE && cut(event, wanted)) {
            frame(number, event, form, wanted.maxBytes(), out);
            return;
        }
        Key key = new Key(number, form);
        Shared known = shared.get(key);
        if (known != null) {
            out.raw(known.frame);
            if (--known.readersLeft == 0) {
                shared.remove(key);
                sharedBytes -= known.frame.length;
            }
            return;
        }
        int from = out.length();
        frame(number, event, form, EventJson.ALL_BYTES, out);
        int others = audience.size(number, event, form) - 1;
        if (others > 0) {
            keep(key, new Shared(Arrays.copyOfRange(out.array(), from, out.length()), others));
        }
    }

    private void keep(Key key, Shared frame) {
        shared.put(key, frame);
        sharedBytes += frame.frame.length;
        Iterator<Shared> oldest = shared.values().iterator();
        while (sharedBytes > SHARED_BYTES) {
            sharedBytes -= oldest.next().frame.length;
            oldest.remove();
        }
    }

    /** Where a reader collects what it writes at once; nothing stays there for later. */
    JsonBytes chunk() {
        return chunk;
    }

    int sharedBytes() {
        return sharedBytes;
    }

    private void frame(long number, StreamEvent event, PayloadForm form, long maxBytes, JsonBytes out) {
        counters.increment(ServeCounter.EVENTS_ENCODED);
        out.raw(idField).number(number);
        out.ascii("\nevent: ").ascii(EventType.of(event).label()).ascii("\ndata: ");
        json.write(event, form, maxBytes, out);
        out.ascii("\n\n");
    }

    /** A field that says what the client has seen, without an event. */
    void position(long number, JsonBytes out) {
        out.raw(idField).number(number).ascii('\n');
    }

    /** The frame that stands for the events that a reader did not get. */
    void lost(Loss loss, JsonBytes out) {
        out.raw(idField).number(loss.to());
        out.ascii("\nevent: lost\ndata: {\"type\":\"lost\",\"reason\":\"")
                .ascii(loss.reason().label());
        if (loss.after() == null) {
            out.ascii("\",\"from\":").quoted(ids.text(loss.from()));
        } else {
            out.ascii("\",\"after\":").quoted(loss.after());
        }
        out.ascii(",\"to\":").quoted(ids.text(loss.to()));
        if (loss.counted()) {
            out.ascii(",\"count\":").number(loss.count());
            out.ascii(",\"bytes\":").number(loss.bytes());
        }
        out.ascii("}\n\n");
    }
}
