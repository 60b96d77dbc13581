package io.weir.decode;

import java.nio.ByteBuffer;

/** The IPv4 header (RFC 791). Its checksum is not verified: the sending host may have left it to the card. */
final class Ipv4Layer {
    static final int HEADER_BYTES = 20;

    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_OFFSET = 0x1FFF;

    private final Cursor cursor;
    private final IpPayload payload;

    Ipv4Layer(Cursor cursor, IpPayload payload) {
        this.cursor = cursor;
        this.payload = payload;
    }

    Decoded decode(int at, int end, int wireEnd) {
        if (!cursor.enter()) {
            return Decoded.TOO_DEEP;
        }
        if (end - at < HEADER_BYTES) {
            return Cursor.missing(end, wireEnd, Decoded.IPV4_HEADER_SHORT);
        }
        ByteBuffer memory = cursor.memory;
        int first = memory.getInt(at);
        if (first >>> 28 != 4) {
            return Decoded.IPV4_VERSION;
        }
        int headerBytes = (first >>> 24 & 0xF) << 2;
        int total = first & 0xFFFF;
        if (total == 0 && wireEnd - at > Cursor.LINK_PACKET_BYTES) {
            total = wireEnd - at;
        }
        if (headerBytes < HEADER_BYTES || headerBytes > wireEnd - at) {
            return Decoded.IPV4_HEADER_LENGTH;
        }
        // more than there was on the wire: the receiver drops it, so what is there reaches no application
        if (total < headerBytes || !cursor.believes(total, at, wireEnd)) {
            return Decoded.IPV4_TOTAL_LENGTH;
        }
        if (headerBytes > end - at) {
            return Decoded.HEADER_CUT;
        }
        // what is behind is padding
        int packetEnd = at + total;
        int capturedEnd = Math.min(end, packetEnd);
        int payloadAt = at + headerBytes;
        int timeAndProtocol = memory.getShort(at + 8);
        int protocol = timeAndProtocol & 0xFF;
        cursor.segment
                .addresses(false, 0, memory.getInt(at + 12) & 0xFFFFFFFFL, 0, memory.getInt(at + 16) & 0xFFFFFFFFL)
                .hopLimit(timeAndProtocol >>> 8 & 0xFF);
        int fragmentation = memory.getShort(at + 6);
        if ((fragmentation & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0) {
            cursor.fragment
                    .header(
                            false,
                            protocol,
                            memory.getShort(at + 4) & 0xFFFF,
                            (fragmentation & FRAGMENT_OFFSET) << 3,
                            (fragmentation & MORE_FRAGMENTS) != 0,
                            headerBytes)
                    .payload(memory, payloadAt, capturedEnd - payloadAt, packetEnd - payloadAt)
                    .checksumOffloaded(cursor.checksumOffloaded);
            return Decoded.FRAGMENT;
        }
        return payload.decode(protocol, payloadAt, capturedEnd, packetEnd, false);
    }
}
