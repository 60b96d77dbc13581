package io.weir.decode;

/** PPP (RFC 1661, RFC 1662), PPPoE (RFC 2516) and Cisco's HDLC. */
final class PppLayer {
    private static final int PPPOE_HEADER_BYTES = 6;
    private static final int PPPOE_VERSION_AND_TYPE = 0x11;

    private static final int IPV4 = 0x0021;
    private static final int IPV6 = 0x0057;
    private static final int BRIDGING = 0x0031;
    private static final int MPLS = 0x0281;
    private static final int MPLS_MULTICAST = 0x0283;
    private static final int ENCRYPTED = 0x0053;
    private static final int LINK_ENCRYPTED = 0x0055;
    private static final int COMPRESSED = 0x00FD;
    private static final int LINK_COMPRESSED = 0x00FB;
    /** From here on the numbers belong to control protocols (RFC 1661 section 2). */
    private static final int FIRST_CONTROL = 0x8000;

    private static final int CISCO_UNICAST = 0x0F;
    private static final int CISCO_MULTICAST = 0x8F;
    private static final int CISCO_KEEP_ALIVE = 0x8035;

    private final Cursor cursor;
    private final Layers layers;

    PppLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded pppoe(int at, int end, int wireEnd) {
        if (end - at < PPPOE_HEADER_BYTES) {
            return Cursor.missing(end, wireEnd, Decoded.PPP_HEADER_SHORT);
        }
        if (cursor.u8(at) != PPPOE_VERSION_AND_TYPE) {
            return Decoded.PPPOE_VERSION;
        }
        if (cursor.u8(at + 1) != 0) {
            return Decoded.LINK_CONTROL;
        }
        if (!cursor.segment.addPath(Encapsulation.PPPOE.step(cursor.u16(at + 2)))) {
            return Decoded.TOO_DEEP;
        }
        return decode(at + PPPOE_HEADER_BYTES, end, wireEnd);
    }

    /** A PPP frame, with or without address and control field, or Cisco's HDLC in its place. */
    Decoded framed(int at, int end, int wireEnd) {
        int first = end - at < 1 ? 0 : cursor.u8(at);
        return first == CISCO_UNICAST || first == CISCO_MULTICAST
                ? ciscoHdlc(at, end, wireEnd)
                : decode(at, end, wireEnd);
    }

    Decoded decode(int from, int end, int wireEnd) {
        if (!cursor.enter()) {
            return Decoded.TOO_DEEP;
        }
        int at = from;
        if (end - at >= 2 && cursor.u16(at) == 0xFF03) {
            at += 2;
        }
        // the leading 00 of a protocol number may be left out (RFC 1661 section 6.5)
        int bytes = end - at >= 1 && (cursor.u8(at) & 1) != 0 ? 1 : 2;
        if (end - at < bytes) {
            return Cursor.missing(end, wireEnd, Decoded.PPP_HEADER_SHORT);
        }
        int protocol = bytes == 1 ? cursor.u8(at) : cursor.u16(at);
        at += bytes;
        return switch (protocol) {
            case IPV4 -> layers.ipv4.decode(at, end, wireEnd);
            case IPV6 -> layers.ipv6.decode(at, end, wireEnd);
            case MPLS, MPLS_MULTICAST -> layers.mpls.decode(at, end, wireEnd);
            // flags and the kind of MAC address, then the frame (RFC 3518 section 4.1)
            case BRIDGING -> layers.ethernet.frame(Math.min(at + 2, end), end, wireEnd);
            case ENCRYPTED, LINK_ENCRYPTED -> Decoded.ENCRYPTED;
            case COMPRESSED, LINK_COMPRESSED -> Decoded.COMPRESSED;
            default -> protocol >= FIRST_CONTROL ? Decoded.LINK_CONTROL : Decoded.NOT_IP;
        };
    }

    Decoded ciscoHdlc(int at, int end, int wireEnd) {
        if (end - at < 4) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int type = cursor.u16(at + 2);
        return type == CISCO_KEEP_ALIVE ? Decoded.LINK_CONTROL : layers.ethernet.payload(type, at + 4, end, wireEnd);
    }
}
