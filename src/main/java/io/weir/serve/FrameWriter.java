package io.weir.serve;

import io.weir.relay.EventJson;
import io.weir.relay.EventType;
import io.weir.relay.JsonBytes;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamEvent.Data;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes events as frames of server-sent events. An event that several readers want in the same form is encoded once, as
 * long as they read it in the same turn of the event loop. One thread.
 */
final class FrameWriter {
    /** Frames kept for other readers of the same turn; beyond it each reader encodes for itself. */
    private static final int SHARED_BYTES = 1 << 20;

    private record Key(long number, PayloadForm form) {}

    private final EventId ids;
    private final byte[] idField;
    private final EventJson json = new EventJson();
    private final JsonBytes scratch = new JsonBytes(4096);
    private final Map<Key, byte[]> shared = new HashMap<>();
    private int sharedBytes;

    FrameWriter(EventId ids) {
        this.ids = ids;
        idField = ("id: " + ids.prefix()).getBytes(StandardCharsets.US_ASCII);
    }

    /** Forgets the frames of this turn. */
    void endTurn() {
        shared.clear();
        sharedBytes = 0;
    }

    /** @param share whether another reader may ask for the same frame in this turn */
    void event(long number, StreamEvent event, EventRequest wanted, boolean share, JsonBytes out) {
        PayloadForm form = event instanceof Data ? wanted.form() : PayloadForm.NONE;
        boolean whole = !(event instanceof Data data)
                || wanted.maxBytes() < 0
                || data.offset() + data.length() <= wanted.maxBytes();
        if (!share || !whole) {
            frame(number, event, form, wanted.maxBytes(), out);
            return;
        }
        Key key = new Key(number, form);
        byte[] frame = shared.get(key);
        if (frame == null) {
            scratch.clear();
            frame(number, event, form, EventJson.ALL_BYTES, scratch);
            frame = Arrays.copyOf(scratch.array(), scratch.length());
            if (sharedBytes + frame.length <= SHARED_BYTES) {
                shared.put(key, frame);
                sharedBytes += frame.length;
            }
        }
        out.raw(frame);
    }

    private void frame(long number, StreamEvent event, PayloadForm form, long maxBytes, JsonBytes out) {
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
