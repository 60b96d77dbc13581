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
        if (length == 0) {
            length = nextHeader == IpPayload.HOP_BY_HOP ? jumboLength(memory, payloadAt, end) : 0;
            if (length <= 0) {
                length = wireEnd - payloadAt;
            }
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

    /** The length that a jumbo payload option tells, 0 if there is none that can be believed. */
    private static int jumboLength(ByteBuffer memory, int from, int end) {
        if (end - from < 8) {
            return 0;
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
                return jumbo > 0xFFFF && jumbo <= PacketDecoder.MAX_WIRE_BYTES ? jumbo : 0;
            }
            at += 2 + length;
        }
        return 0;
    }
}
