package io.weir.decode;

/** IEEE 802.11 data frames, and the radio headers that captures put before them. */
final class WifiLayer {
    private static final int HEADER_BYTES = 24;
    private static final int ADDRESS_BYTES = 6;

    private static final int DATA = 2;
    private static final int TO_AND_FROM_DISTRIBUTION = 0x03;
    private static final int MORE_FRAGMENTS = 0x04;
    private static final int PROTECTED = 0x40;
    private static final int ORDER = 0x80;
    /** A radiotap flag: bytes that align the payload follow the header. */
    private static final int DATA_PAD = 0x20;

    private static final int PRISM_OR_AVS_BYTES = 144;

    private final Cursor cursor;
    private final Layers layers;

    WifiLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    /** radiotap.org: version, pad, little-endian length. */
    Decoded radiotap(int at, int end, int wireEnd) {
        int length = end - at < 8 ? end + 1 - at : cursor.u8(at + 2) | cursor.u8(at + 3) << 8;
        if (length > end - at || length < 8) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        return frame(at + length, end, wireEnd, padded(at, at + length));
    }

    /** Whether the flags field, which has only the clock before it, says that the header is padded. */
    private boolean padded(int at, int end) {
        int present = Integer.reverseBytes(cursor.u32(at + 4));
        int field = at + 8;
        for (int word = present; word < 0 && end - field >= 4; field += 4) {
            word = Integer.reverseBytes(cursor.u32(field));
        }
        if ((present & 1) != 0) {
            field = at + (field - at + 7 & ~7) + 8;
        }
        return (present & 2) != 0 && field < end && (cursor.u8(field) & DATA_PAD) != 0;
    }

    /** The Prism header, or AVS in its place (big-endian length behind a magic number). */
    Decoded prism(int at, int end, int wireEnd) {
        int length = PRISM_OR_AVS_BYTES;
        if (end - at >= 8 && cursor.u32(at) >>> 12 == 0x80211) {
            length = cursor.u32(at + 4);
        }
        if (length < 8 || length > end - at) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        return frame(at + length, end, wireEnd, false);
    }

    Decoded frame(int at, int end, int wireEnd, boolean padded) {
        if (end - at < 2) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int control = cursor.u8(at);
        int flags = cursor.u8(at + 1);
        int subtype = control >>> 4;
        if ((control >>> 2 & 3) != DATA || (subtype & 4) != 0) {
            return Decoded.LINK_CONTROL;
        }
        if ((flags & PROTECTED) != 0) {
            return Decoded.ENCRYPTED;
        }
        int length = HEADER_BYTES;
        if ((flags & TO_AND_FROM_DISTRIBUTION) == TO_AND_FROM_DISTRIBUTION) {
            length += ADDRESS_BYTES;
        }
        boolean qualityOfService = (subtype & 8) != 0;
        int qualityAt = at + length;
        if (qualityOfService) {
            length += 2 + ((flags & ORDER) != 0 ? 4 : 0);
        }
        if (padded) {
            length = length + 3 & ~3;
        }
        if (end - at < length) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        // aggregates and fragments of the link are not put together
        if ((flags & MORE_FRAGMENTS) != 0
                || (cursor.u8(at + 22) & 0xF) != 0
                || qualityOfService && (cursor.u8(qualityAt) & 0x80) != 0) {
            return Decoded.NOT_IP;
        }
        return layers.ethernet.llc(at + length, end, wireEnd);
    }
}
