package io.weir.decode;

/**
 * UDP (RFC 768) as far as it carries tunnels: VXLAN, Geneve, GTP-U, L2TP, Teredo. A port alone proves nothing: a tunnel is
 * assumed only if its header and the one inside it are plausible; everything else is plain UDP.
 */
final class UdpLayer {
    private static final int HEADER_BYTES = 8;
    private static final int TUNNEL_HEADER_BYTES = 8;

    private static final int L2TP_PORT = 1701;
    private static final int GTP_PORT = 2152;
    private static final int TEREDO_PORT = 3544;
    private static final int VXLAN_PORT = 4789;
    private static final int VXLAN_GPE_PORT = 4790;
    private static final int GENEVE_PORT = 6081;
    private static final int MPLS_PORT = 6635;
    private static final int OLD_VXLAN_PORT = 8472;

    private final Cursor cursor;
    private final Layers layers;

    UdpLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded decode(int at, int udpEnd, int udpWireEnd) {
        if (udpEnd - at < HEADER_BYTES + TUNNEL_HEADER_BYTES) {
            return Decoded.UDP;
        }
        int source = cursor.u16(at);
        int destination = cursor.u16(at + 2);
        int length = cursor.u16(at + 4);
        // over IPv6 a jumbogram's (RFC 2675 section 4), but Linux takes it in any packet
        if (length == 0 && (cursor.segment.ipv6() || udpWireEnd - at > Cursor.LINK_PACKET_BYTES)) {
            length = udpWireEnd - at;
        }
        if (length < HEADER_BYTES || length > udpWireEnd - at) {
            // no receiver takes it, so it is no tunnel's
            return Decoded.UDP;
        }
        int wireEnd = at + length;
        int end = Math.min(udpEnd, wireEnd);
        int payload = at + HEADER_BYTES;
        if (end - payload < TUNNEL_HEADER_BYTES) {
            return Decoded.UDP;
        }
        switch (destination) {
            case VXLAN_PORT, OLD_VXLAN_PORT -> {
                return vxlan(payload, end, wireEnd);
            }
            case VXLAN_GPE_PORT -> {
                return vxlanGpe(payload, end, wireEnd);
            }
            case GENEVE_PORT -> {
                return geneve(payload, end, wireEnd);
            }
            case GTP_PORT -> {
                return gtp(payload, end, wireEnd);
            }
            case MPLS_PORT -> {
                return Plausible.labelled(cursor.memory, payload, end, wireEnd)
                        ? layers.mpls.decode(payload, end, wireEnd)
                        : Decoded.UDP;
            }
            default -> {
                // ports of either side, below
            }
        }
        if (source == L2TP_PORT || destination == L2TP_PORT) {
            return l2tp(payload, end, wireEnd);
        }
        if (source == TEREDO_PORT || destination == TEREDO_PORT) {
            return teredo(payload, end, wireEnd);
        }
        return Decoded.UDP;
    }

    /** RFC 7348. Other flags than the one that must be set belong to extensions of the group policy kind, and are ignored. */
    private Decoded vxlan(int at, int end, int wireEnd) {
        int inner = at + TUNNEL_HEADER_BYTES;
        if ((cursor.u8(at) & 0x08) == 0 || !Plausible.ethernet(cursor.memory, inner, end)) {
            return Decoded.UDP;
        }
        return cursor.segment.addPath(Encapsulation.VXLAN.step(cursor.u32(at + 4) >>> 8))
                ? layers.ethernet.frame(inner, end, wireEnd)
                : Decoded.TOO_DEEP;
    }

    /** VXLAN with a next protocol (draft-ietf-nvo3-vxlan-gpe). */
    private Decoded vxlanGpe(int at, int end, int wireEnd) {
        int inner = at + TUNNEL_HEADER_BYTES;
        int next = (cursor.u8(at) & 0x04) != 0 ? cursor.u8(at + 3) : 3;
        boolean plausible = (cursor.u8(at) & 0x08) != 0
                && (next == 3
                        ? Plausible.ethernet(cursor.memory, inner, end)
                        : (next == 1 || next == 2) && Plausible.ip(cursor.memory, inner, end, wireEnd));
        if (!plausible) {
            return Decoded.UDP;
        }
        if (!cursor.segment.addPath(Encapsulation.VXLAN.step(cursor.u32(at + 4) >>> 8))) {
            return Decoded.TOO_DEEP;
        }
        return next == 3 ? layers.ethernet.frame(inner, end, wireEnd) : ip(inner, end, wireEnd);
    }

    /** RFC 8926. */
    private Decoded geneve(int at, int end, int wireEnd) {
        int versionAndLength = cursor.u8(at);
        int type = cursor.u16(at + 2);
        int inner = at + TUNNEL_HEADER_BYTES + ((versionAndLength & 0x3F) << 2);
        if (versionAndLength >>> 6 != 0 || inner >= end || !Plausible.etherType(type)) {
            return Decoded.UDP;
        }
        return cursor.segment.addPath(Encapsulation.GENEVE.step(cursor.u32(at + 4) >>> 8))
                ? layers.ethernet.payload(type, inner, end, wireEnd)
                : Decoded.TOO_DEEP;
    }

    /** GTP-U version 1, a user's packet (3GPP TS 29.281 section 5). */
    private Decoded gtp(int at, int end, int wireEnd) {
        int flags = cursor.u8(at);
        if (flags >>> 4 != 3 || cursor.u8(at + 1) != 0xFF) {
            return Decoded.UDP;
        }
        int tunnelEnd = Math.min(wireEnd, at + TUNNEL_HEADER_BYTES + cursor.u16(at + 2));
        int capturedEnd = Math.min(end, tunnelEnd);
        int inner = at + TUNNEL_HEADER_BYTES;
        if ((flags & 7) != 0) {
            // sequence number, N-PDU number and the type of the first extension header, which ends in the type of the
            // next
            inner += 4;
            boolean extended = (flags & 4) != 0;
            while (extended && inner <= capturedEnd && cursor.u8(inner - 1) != 0) {
                int length = inner < capturedEnd ? cursor.u8(inner) << 2 : 0;
                if (length == 0) {
                    return Decoded.UDP;
                }
                inner += length;
            }
        }
        if (!Plausible.ip(cursor.memory, inner, capturedEnd, tunnelEnd)) {
            return Decoded.UDP;
        }
        return cursor.segment.addPath(Encapsulation.GTP.step(0)) ? ip(inner, capturedEnd, tunnelEnd) : Decoded.TOO_DEEP;
    }

    /** L2TP version 2, a data message (RFC 2661 section 3.1). */
    private Decoded l2tp(int at, int end, int wireEnd) {
        int flags = cursor.u16(at);
        if ((flags & 0x800F) != 2) {
            return Decoded.UDP;
        }
        int inner = at + 6 + ((flags & 0x4000) != 0 ? 2 : 0) + ((flags & 0x0800) != 0 ? 4 : 0);
        if ((flags & 0x0200) != 0) {
            inner += 2;
            if (inner > end) {
                return Decoded.UDP;
            }
            inner += cursor.u16(inner - 2);
        }
        if (inner >= end) {
            return Decoded.UDP;
        }
        return cursor.segment.addPath(Encapsulation.L2TP.step(0))
                ? layers.ppp.decode(inner, end, wireEnd)
                : Decoded.TOO_DEEP;
    }

    /** RFC 4380 section 5.1.1: authentication and origin may come before the packet. */
    private Decoded teredo(int from, int end, int wireEnd) {
        int at = from;
        if (end - at >= 4 && cursor.u16(at) == 1) {
            at += 13 + cursor.u8(at + 2) + cursor.u8(at + 3);
        }
        if (end - at >= 8 && cursor.u16(at) == 0) {
            at += 8;
        }
        boolean plausible = end - at >= Ipv6Layer.HEADER_BYTES
                && cursor.u8(at) >>> 4 == 6
                && cursor.u16(at + 4) + Ipv6Layer.HEADER_BYTES == wireEnd - at;
        if (!plausible) {
            return Decoded.UDP;
        }
        return cursor.segment.addPath(Encapsulation.TEREDO.step(0))
                ? layers.ipv6.decode(at, end, wireEnd)
                : Decoded.TOO_DEEP;
    }

    private Decoded ip(int at, int end, int wireEnd) {
        return cursor.u8(at) >>> 4 == 6 ? layers.ipv6.decode(at, end, wireEnd) : layers.ipv4.decode(at, end, wireEnd);
    }
}
