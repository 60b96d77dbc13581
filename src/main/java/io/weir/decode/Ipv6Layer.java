package io.weir.decode;

import java.nio.ByteBuffer;

/** The IPv6 header (RFC 8200) and the jumbo payload option (RFC 2675). */
final class Ipv6Layer {
    static final int HEADER_BYTES = 40;

    private static final int JUMBO_PAYLOAD = 0xC2;

    private final Cursor cursor;
    private final IpPayload payload;

    Ipv6Layer(Cursor cursor, IpPayload payload) {
        this.cursor = cursor;
        this.payload = payload;
    }

    Decoded decode(int at, int end, int wireEnd) {
        if (!cursor.enter()) {
            return Decoded.TOO_DEEP;
        }
        if (end - at < HEADER_BYTES) {
            return Cursor.missing(end, wireEnd, Decoded.IPV6_HEADER_SHORT);
        }
        ByteBuffer memory = cursor.memory;
        if (memory.get(at) >>> 4 != 6) {
            return Decoded.IPV6_VERSION;
        }
        int lengthAndNext = memory.getInt(at + 4);
        int length = lengthAndNext >>> 16;
        int nextHeader = lengthAndNext >>> 8 & 0xFF;
        int payloadAt = at + HEADER_BYTES;
        if (length == 0 && nextHeader == IpPayload.HOP_BY_HOP) {
            length = jumboLength(memory, payloadAt, end, wireEnd);
        } else if (length == 0 && wireEnd - payloadAt > Cursor.LINK_PACKET_BYTES) {
            length = wireEnd - payloadAt;
        }
        // more than there was on the wire: the receiver drops it, so what is there reaches no application
        if (length < 0 || !cursor.believes(length, payloadAt, wireEnd)) {
            return Decoded.IPV6_PAYLOAD_LENGTH;
        }
        cursor.segment
                .addresses(
                        true,
                        memory.getLong(at + 8),
                        memory.getLong(at + 16),
                        memory.getLong(at + 24),
                        memory.getLong(at + 32))
                .hopLimit(lengthAndNext & 0xFF);
        int packetEnd = payloadAt + length;
        return payload.decode(nextHeader, payloadAt, Math.min(end, packetEnd), packetEnd, true);
    }

    /** The length that a jumbo payload option tells, -1 if it cannot be; without such an option all that is there, as for Linux. */
    private static int jumboLength(ByteBuffer memory, int from, int end, int wireEnd) {
        if (end - from < 8) {
            return wireEnd - from;
        }
        int optionsEnd = Math.min(end, from + ((memory.get(from + 1) & 0xFF) + 1 << 3));
        int at = from + 2;
        while (at + 2 <= optionsEnd) {
            int type = memory.get(at) & 0xFF;
            if (type == 0) {
                at++;
                continue;
            }
            int length = memory.get(at + 1) & 0xFF;
            if (type == JUMBO_PAYLOAD && length == 4 && at + 6 <= optionsEnd) {
                int jumbo = memory.getInt(at + 2);
                return jumbo > 0xFFFF && jumbo <= wireEnd - from ? jumbo : -1;
            }
            at += 2 + length;
        }
        return wireEnd - from;
    }
}
