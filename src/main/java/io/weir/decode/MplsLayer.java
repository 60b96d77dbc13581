package io.weir.decode;

/**
 * A stack of MPLS labels (RFC 3032) and what it carries: IP, or Ethernet in a pseudowire (RFC 4448). Labels hold for one
 * direction only, so they are no part of a flow's path.
 */
final class MplsLayer {
    private static final int LABEL_BYTES = 4;
    private static final int BOTTOM = 0x100;

    private final Cursor cursor;
    private final Layers layers;

    MplsLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded decode(int from, int end, int wireEnd) {
        int at = from;
        int entry;
        do {
            if (end - at < LABEL_BYTES) {
                return Cursor.missing(end, wireEnd, Decoded.MPLS_LABEL_SHORT);
            }
            entry = cursor.u32(at);
            at += LABEL_BYTES;
        } while ((entry & BOTTOM) == 0);
        if (end - at < 1) {
            return Cursor.missing(end, wireEnd, Decoded.MPLS_LABEL_SHORT);
        }
        // nothing tells what follows but its first four bits (RFC 4928 section 3), which a MAC address may have too
        int nibble = cursor.u8(at) >>> 4;
        boolean ip = Plausible.ip(cursor.memory, at, end, wireEnd);
        if (!ip && nibble == 0 && Plausible.ethernet(cursor.memory, at + 4, end)) {
            return layers.ethernet.frame(at + 4, end, wireEnd);
        }
        if (!ip && Plausible.ethernet(cursor.memory, at, end)) {
            return layers.ethernet.frame(at, end, wireEnd);
        }
        return switch (nibble) {
            case 4 -> layers.ipv4.decode(at, end, wireEnd);
            case 6 -> layers.ipv6.decode(at, end, wireEnd);
            case 1 -> Decoded.LINK_CONTROL;
            default -> Decoded.NOT_IP;
        };
    }
}
