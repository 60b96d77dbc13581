package io.weir.decode;

/** GRE (RFC 2784, RFC 2890), PPTP's version of it (RFC 2637), NVGRE, ERSPAN I to III and WCCP. */
final class GreLayer {
    private static final int CHECKSUM = 0x8000;
    private static final int ROUTING = 0x4000;
    private static final int KEY = 0x2000;
    private static final int SEQUENCE = 0x1000;
    private static final int ACKNOWLEDGEMENT = 0x0080;
    private static final int VERSION = 0x0007;

    private static final int ERSPAN_1_OR_2 = 0x88BE;
    private static final int ERSPAN_3 = 0x22EB;
    private static final int WCCP = 0x883E;

    private static final int ERSPAN_2_BYTES = 8;
    private static final int ERSPAN_3_BYTES = 12;
    private static final int ERSPAN_3_SUBHEADER_BYTES = 8;
    private static final int ERSPAN_TRUNCATED = 0x0400;

    private final Cursor cursor;
    private final Layers layers;

    GreLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded decode(int at, int end, int wireEnd) {
        if (end - at < 4) {
            return Cursor.missing(end, wireEnd, Decoded.GRE_HEADER);
        }
        int flags = cursor.u16(at);
        int type = cursor.u16(at + 2);
        return switch (flags & VERSION) {
            case 0 -> version0(flags, type, at, end, wireEnd);
            case 1 -> pptp(flags, type, at, end, wireEnd);
            default -> Decoded.GRE_HEADER;
        };
    }

    private Decoded version0(int flags, int type, int from, int end, int wireEnd) {
        int at = from + 4;
        if ((flags & (CHECKSUM | ROUTING)) != 0) {
            at += 4;
        }
        int keyAt = at;
        if ((flags & KEY) != 0) {
            at += 4;
        }
        if ((flags & SEQUENCE) != 0) {
            at += 4;
        }
        if (at > end) {
            return Cursor.missing(end, wireEnd, Decoded.GRE_HEADER);
        }
        if ((flags & ROUTING) != 0) {
            at = behindRouting(at, end);
            if (at < 0) {
                return Cursor.missing(end, wireEnd, Decoded.GRE_HEADER);
            }
        }
        if (type == ERSPAN_1_OR_2 || type == ERSPAN_3) {
            return erspan(type, (flags & SEQUENCE) != 0, at, end, wireEnd);
        }
        int key = (flags & KEY) != 0 ? cursor.u32(keyAt) : 0;
        if (!cursor.segment.addPath(Encapsulation.GRE.step(key))) {
            return Decoded.TOO_DEEP;
        }
        if (type == WCCP) {
            // version 2 has a redirect header of four bytes before the packet, version 1 has none
            boolean redirected = end - at >= 5 && !Plausible.ip(cursor.memory, at, end, wireEnd);
            return layers.ipv4.decode(redirected ? at + 4 : at, end, wireEnd);
        }
        // a type that is a length elsewhere is no LLC here
        return type <= 1500 ? Decoded.NOT_IP : layers.ethernet.payload(type, at, end, wireEnd);
    }

    /** The source routes of RFC 1701; an entry of no length ends them. @return -1 if they run past the end */
    private int behindRouting(int from, int end) {
        int at = from;
        while (end - at >= 4) {
            int length = cursor.u8(at + 3);
            at += 4;
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return -1;
    }

    private Decoded pptp(int flags, int type, int from, int end, int wireEnd) {
        int at = from + 8 + ((flags & SEQUENCE) != 0 ? 4 : 0) + ((flags & ACKNOWLEDGEMENT) != 0 ? 4 : 0);
        if ((flags & KEY) == 0 || at > end) {
            return Cursor.missing(end, wireEnd, Decoded.GRE_HEADER);
        }
        if (type != EthernetLayer.PPP) {
            return Decoded.NOT_IP;
        }
        if (at == wireEnd) {
            // an acknowledgement only
            return Decoded.LINK_CONTROL;
        }
        // each direction has its own call id, so it is no part of the path
        return cursor.segment.addPath(Encapsulation.GRE.step(0))
                ? layers.ppp.decode(at, end, wireEnd)
                : Decoded.TOO_DEEP;
    }

    /** A mirrored frame (draft-foschiano-erspan). Type I has no header of its own, and no sequence number in GRE. */
    private Decoded erspan(int type, boolean sequenced, int at, int end, int wireEnd) {
        if (type == ERSPAN_1_OR_2 && !sequenced) {
            return cursor.segment.addPath(Encapsulation.ERSPAN.step(0))
                    ? layers.ethernet.frame(at, end, wireEnd)
                    : Decoded.TOO_DEEP;
        }
        int bytes = type == ERSPAN_3 ? ERSPAN_3_BYTES : ERSPAN_2_BYTES;
        if (end - at < bytes) {
            return Cursor.missing(end, wireEnd, Decoded.TUNNEL_HEADER);
        }
        int frameType = 0;
        if (type == ERSPAN_3) {
            int tail = cursor.u16(at + 10);
            frameType = tail >>> 10 & 0x1F;
            if ((tail & 1) != 0) {
                bytes += ERSPAN_3_SUBHEADER_BYTES;
            }
            if (end - at < bytes) {
                return Cursor.missing(end, wireEnd, Decoded.TUNNEL_HEADER);
            }
        }
        if (!cursor.segment.addPath(Encapsulation.ERSPAN.step(0))) {
            return Decoded.TOO_DEEP;
        }
        cursor.copyCut = (cursor.u16(at + 2) & ERSPAN_TRUNCATED) != 0;
        int inner = at + bytes;
        if (frameType == 2) {
            return Plausible.ip(cursor.memory, inner, end, wireEnd) && cursor.u8(inner) >>> 4 == 6
                    ? layers.ipv6.decode(inner, end, wireEnd)
                    : layers.ipv4.decode(inner, end, wireEnd);
        }
        return layers.ethernet.frame(inner, end, wireEnd);
    }
}
