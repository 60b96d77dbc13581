package io.weir.relay;

import io.weir.reassemble.Anomaly;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Odd;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Writes an event as one JSON object on one line, the same for NDJSON and SSE. Fields are in the order of the
 * documentation, {@code type}, {@code stream} and {@code time} first. Fields that do not apply are absent:
 *
 * <ul>
 *   <li>{@code payload} if it was not asked for, {@code ackedTo} while the other side has acknowledged nothing;
 *   <li>{@code offset} and {@code length} of an anomaly that belongs to no particular byte;
 *   <li>{@code keptDigest} and {@code otherDigest} of an anomaly that is no conflict. They are the FNV-1a hash (64 bit) of
 *       the bytes that the stream keeps and of those that it does not, as 16 hexadecimal digits.
 * </ul>
 *
 * <p>Remembers the date of the event before; one for each thread.
 */
public final class EventJson {
    /** Every byte of the payload. */
    public static final long ALL_BYTES = -1;

    private static final byte[] OF_DATA = head(EventType.DATA);
    private static final byte[] OF_GAP = head(EventType.GAP);
    private static final byte[] OF_OPEN = head(EventType.OPEN);
    private static final byte[] OF_ANOMALY = head(EventType.ANOMALY);
    private static final byte[] OF_CLOSE = head(EventType.CLOSE);
    private static final byte[] TIME = bytes("\",\"time\":\"");
    private static final byte[] FROM = bytes("Z\",\"from\":\"");
    private static final byte[] OFFSET = bytes("\",\"offset\":");
    private static final byte[] LENGTH = bytes(",\"length\":");
    private static final byte[] PAYLOAD = bytes(",\"payload\":");
    private static final byte[] ACKED_TO = bytes(",\"ackedTo\":");
    private static final byte[] CAUSE = bytes(",\"cause\":\"");
    private static final byte[] END_OF_TEXT = bytes("\"}");

    private long second = Long.MIN_VALUE;
    private byte[] date;

    /** Appends the event, with its whole payload in that form. */
    public void write(StreamEvent event, PayloadForm form, JsonBytes out) {
        write(event, form, ALL_BYTES, out);
    }

    /** Appends the event; of its payload only the bytes at offsets below {@code maxBytes}, if that is not negative. */
    public void write(StreamEvent event, PayloadForm form, long maxBytes, JsonBytes out) {
        if (event instanceof Data data) {
            data(data, form, maxBytes, out);
        } else if (event instanceof Gap gap) {
            gap(gap, out);
        } else if (event instanceof Open open) {
            open(open, out);
        } else if (event instanceof Odd odd) {
            anomaly(odd, out);
        } else if (event instanceof Close close) {
            close(close, out);
        }
    }

    private void data(Data data, PayloadForm form, long maxBytes, JsonBytes out) {
        begin(OF_DATA, data, out);
        out.raw(FROM).ascii(data.direction().sender());
        out.raw(OFFSET).number(data.offset());
        out.raw(LENGTH).number(data.length());
        if (data.hasPayload() && form != PayloadForm.NONE) {
            long wanted = maxBytes < 0 ? data.length() : Math.max(0, maxBytes - data.offset());
            int count = (int) Math.min(wanted, data.length());
            if (count > 0) {
                out.raw(PAYLOAD);
                payload(data, count, form, out);
            }
        }
        ackedTo(data.ackedTo(), out);
        out.ascii('}');
    }

    private static void payload(Data data, int count, PayloadForm form, JsonBytes out) {
        switch (form) {
            case BASE64:
                out.quotedBase64(data.memory(), data.from(), count);
                break;
            case TEXT:
                out.quotedText(data.memory(), data.from(), count);
                break;
            default:
                out.quotedHex(data.memory(), data.from(), count);
                break;
        }
    }

    private void gap(Gap gap, JsonBytes out) {
        begin(OF_GAP, gap, out);
        out.raw(FROM).ascii(gap.direction().sender());
        out.raw(OFFSET).number(gap.offset());
        out.raw(LENGTH).number(gap.length());
        out.raw(CAUSE).ascii(gap.cause().label()).raw(END_OF_TEXT);
    }

    private void open(Open open, JsonBytes out) {
        begin(OF_OPEN, open, out);
        endpoint("Z\",\"client\":{\"ip\":", open.client(), out);
        endpoint(",\"server\":{\"ip\":", open.server(), out);
        out.ascii(",\"communityId\":\"").ascii(open.communityId()).ascii("\",\"path\":[");
        List<String> path = open.path();
        for (int index = 0; index < path.size(); index++) {
            (index == 0 ? out : out.ascii(',')).quoted(path.get(index));
        }
        out.ascii("],\"interface\":").quoted(open.interfaceName());
        out.ascii(open.midstream() ? ",\"midstream\":true" : ",\"midstream\":false");
        out.ascii(",\"roles\":\"").ascii(open.roles().label()).raw(END_OF_TEXT);
    }

    private static void endpoint(String name, Endpoint endpoint, JsonBytes out) {
        out.ascii(name).quoted(endpoint.ip());
        out.ascii(",\"port\":").number(endpoint.port()).ascii('}');
    }

    private void anomaly(Odd odd, JsonBytes out) {
        begin(OF_ANOMALY, odd, out);
        out.ascii("Z\",\"name\":\"").ascii(odd.name().label());
        out.ascii("\",\"from\":\"").ascii(odd.direction().sender()).ascii('"');
        if (odd.offset() != StreamEvent.UNKNOWN) {
            out.ascii(",\"offset\":").number(odd.offset());
            out.raw(LENGTH).number(odd.length());
        }
        if (odd.name() == Anomaly.CONFLICT || odd.keptDigest() != 0 || odd.otherDigest() != 0) {
            out.ascii(",\"keptDigest\":").quotedHex(odd.keptDigest());
            out.ascii(",\"otherDigest\":").quotedHex(odd.otherDigest());
        }
        out.ascii('}');
    }

    private void close(Close close, JsonBytes out) {
        begin(OF_CLOSE, close, out);
        out.ascii("Z\",\"reason\":\"").ascii(close.reason().label());
        totals("\",\"client\":{\"bytes\":", close.client(), out);
        totals(",\"server\":{\"bytes\":", close.server(), out);
        out.ascii('}');
    }

    private static void totals(String name, Totals totals, JsonBytes out) {
        out.ascii(name).number(totals.bytes());
        out.ascii(",\"gapBytes\":").number(totals.gapBytes());
        out.ascii(",\"duplicateBytes\":").number(totals.duplicateBytes());
        out.ascii(",\"packets\":").number(totals.packets());
        out.ascii(",\"outOfOrderPackets\":").number(totals.outOfOrderPackets());
        out.ascii(",\"overlapBytes\":").number(totals.overlapBytes());
        out.ascii(",\"conflictBytes\":").number(totals.conflictBytes());
        ackedTo(totals.ackedTo(), out);
        out.ascii('}');
    }

    private static void ackedTo(long offset, JsonBytes out) {
        if (offset != StreamEvent.UNKNOWN) {
            out.raw(ACKED_TO).number(offset);
        }
    }

    /** Type, stream and time, up to the time's last digit. */
    private void begin(byte[] head, StreamEvent event, JsonBytes out) {
        out.raw(head).ascii(event.stream()).raw(TIME);
        long timeNs = event.timeNs();
        long newSecond = Math.floorDiv(timeNs, 1_000_000_000L);
        if (newSecond != second) {
            String text = Instant.ofEpochSecond(newSecond).toString();
            date = bytes(text.substring(0, text.length() - 1) + '.');
            second = newSecond;
        }
        out.raw(date).digits(timeNs - newSecond * 1_000_000_000L, 9);
    }

    private static byte[] head(EventType type) {
        return bytes("{\"type\":\"" + type.label() + "\",\"stream\":\"");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
