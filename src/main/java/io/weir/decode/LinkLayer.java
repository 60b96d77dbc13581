package io.weir.decode;

/** The first header of a frame, by the LINKTYPE_ number that the source gives (tcpdump.org/linktypes.html). */
final class LinkLayer {
    static final int ETHERNET = 1;
    static final int RAW = 101;

    private static final int NULL = 0;
    private static final int ARCNET_BSD = 7;
    private static final int PPP = 9;
    private static final int FDDI = 10;
    /** What some systems write for raw IP. */
    private static final int RAW_12 = 12;

    private static final int RAW_14 = 14;
    private static final int PPP_HDLC = 50;
    private static final int PPP_ETHERNET = 51;
    private static final int ATM_LLC = 100;
    private static final int CISCO_HDLC = 104;
    private static final int WIFI = 105;
    private static final int LOOP = 108;
    private static final int ENC = 109;
    private static final int LINUX_SLL = 113;
    private static final int WIFI_PRISM = 119;
    private static final int WIFI_RADIOTAP = 127;
    private static final int ARCNET_LINUX = 129;
    private static final int WIFI_AVS = 163;
    private static final int PPP_WITH_DIRECTION = 204;
    private static final int CISCO_HDLC_WITH_DIRECTION = 205;
    private static final int MPLS = 219;
    private static final int IPV4 = 228;
    private static final int IPV6 = 229;
    private static final int NFLOG = 239;
    private static final int ETHERNET_MPACKET = 274;
    private static final int LINUX_SLL2 = 276;
    private static final int BROADCOM_TAG = 281;
    private static final int BROADCOM_TAG_PREPENDED = 282;

    private static final int SLL_BYTES = 16;
    private static final int SLL2_BYTES = 20;
    private static final int FDDI_BYTES = 13;
    private static final int MPACKET_BYTES = 8;
    private static final int ENC_BYTES = 12;
    private static final int MAC_ADDRESSES_BYTES = 12;
    private static final int BROADCOM_TAG_BYTES = 4;

    private static final int NFLOG_PAYLOAD = 9;

    private static final int ARCNET_IP = 0xD4;
    private static final int ARCNET_ARP = 0xD5;
    private static final int ARCNET_IPV6 = 0xC4;
    private static final int ARCNET_OLD_IP = 0xF0;
    private static final int ARCNET_OLD_ARP = 0xF1;

    private final Cursor cursor;
    private final Layers layers;

    LinkLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded decode(int linkType, int at, int end, int wireEnd) {
        return switch (linkType) {
            case ETHERNET -> layers.ethernet.frame(at, end, wireEnd);
            case RAW, RAW_12, RAW_14, IPV4, IPV6 -> rawIp(at, end, wireEnd);
            case NULL, LOOP -> loopback(at, end, wireEnd);
            case LINUX_SLL -> cooked(at, SLL_BYTES, 14, end, wireEnd);
            case LINUX_SLL2 -> cooked(at, SLL2_BYTES, 0, end, wireEnd);
            case PPP, PPP_HDLC -> layers.ppp.framed(at, end, wireEnd);
            case PPP_WITH_DIRECTION -> layers.ppp.framed(Math.min(at + 1, end), end, wireEnd);
            case PPP_ETHERNET -> layers.ppp.pppoe(at, end, wireEnd);
            case CISCO_HDLC -> layers.ppp.framed(at, end, wireEnd);
            case CISCO_HDLC_WITH_DIRECTION -> layers.ppp.framed(Math.min(at + 1, end), end, wireEnd);
            case MPLS -> layers.mpls.decode(at, end, wireEnd);
            case ATM_LLC -> layers.ethernet.llc(at, end, wireEnd);
            case WIFI -> layers.wifi.frame(at, end, wireEnd, false);
            case WIFI_RADIOTAP -> layers.wifi.radiotap(at, end, wireEnd);
            case WIFI_PRISM, WIFI_AVS -> layers.wifi.prism(at, end, wireEnd);
            case FDDI -> layers.ethernet.llc(Math.min(at + FDDI_BYTES, end), end, wireEnd);
            case ARCNET_BSD -> arcnet(at, 2, end, wireEnd);
            case ARCNET_LINUX -> arcnet(at, 4, end, wireEnd);
            case NFLOG -> netfilterLog(at, end, wireEnd);
            case ENC -> rawIp(Math.min(at + ENC_BYTES, end), end, wireEnd);
            case ETHERNET_MPACKET -> layers.ethernet.frame(Math.min(at + MPACKET_BYTES, end), end, wireEnd);
            case BROADCOM_TAG -> broadcom(at, end, wireEnd);
            case BROADCOM_TAG_PREPENDED -> layers.ethernet.frame(Math.min(at + BROADCOM_TAG_BYTES, end), end, wireEnd);
            default -> Decoded.UNSUPPORTED_LINK_TYPE;
        };
    }

    private Decoded rawIp(int at, int end, int wireEnd) {
        if (end - at < 1) {
            return Cursor.missing(end, wireEnd, Decoded.IPV4_HEADER_SHORT);
        }
        return cursor.u8(at) >>> 4 == 6 ? layers.ipv6.decode(at, end, wireEnd) : layers.ipv4.decode(at, end, wireEnd);
    }

    /** An address family in the byte order of the capturing host, or of the network. */
    private Decoded loopback(int at, int end, int wireEnd) {
        if (end - at < 4) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int family = cursor.u32(at);
        return family(family >>> 16 == 0 ? family : Integer.reverseBytes(family), at + 4, end, wireEnd);
    }

    /** Numbers of AF_INET6 differ between systems. */
    private Decoded family(int family, int at, int end, int wireEnd) {
        return switch (family) {
            case 2 -> layers.ipv4.decode(at, end, wireEnd);
            case 10, 23, 24, 28, 30 -> layers.ipv6.decode(at, end, wireEnd);
            default -> Decoded.NOT_IP;
        };
    }

    /** Linux cooked captures: an EtherType among other fields. */
    private Decoded cooked(int at, int headerBytes, int typeOffset, int end, int wireEnd) {
        if (end - at < headerBytes) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int type = cursor.u16(at + typeOffset);
        // 4 is LLC; other small numbers are protocols of Linux's own, such as 1 for Novell's frames
        return type != 4 && type < 0x600
                ? Decoded.NOT_IP
                : layers.ethernet.payload(type, at + headerBytes, end, wireEnd);
    }

    /**
     * ARCNET (RFC 1201, RFC 1051). Packets that the link itself splits are not put together.
     *
     * @param typeOffset where the system code lies: Linux puts two bytes of its own before it
     */
    private Decoded arcnet(int from, int typeOffset, int end, int wireEnd) {
        int at = from + typeOffset + 1;
        if (end < at + 3) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int type = cursor.u8(at - 1);
        if (type == ARCNET_OLD_IP) {
            return layers.ipv4.decode(at, end, wireEnd);
        }
        if (type == ARCNET_ARP || type == ARCNET_OLD_ARP) {
            return Decoded.ARP;
        }
        if (type != ARCNET_IP && type != ARCNET_IPV6) {
            return Decoded.NOT_IP;
        }
        int split = cursor.u8(at);
        if (split == 0xFF) {
            // an exception packet: four bytes of padding, then the flag and the sequence number again
            at += 4;
            split = at < end ? cursor.u8(at) : 0;
        }
        at += 3;
        if (split != 0 || at > end) {
            return Decoded.NOT_IP;
        }
        return type == ARCNET_IP ? layers.ipv4.decode(at, end, wireEnd) : layers.ipv6.decode(at, end, wireEnd);
    }

    /** Attributes in the byte order of the capturing host; the packet is one of them. */
    private Decoded netfilterLog(int from, int end, int wireEnd) {
        if (end - from < 4) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int family = cursor.u8(from);
        int at = from + 4;
        while (end - at >= 4) {
            int length = cursor.u16(at);
            int type = cursor.u16(at + 2);
            // no attribute type needs its high byte, and no length comes near 64 KiB times the low byte
            if (type >>> 8 != 0 && (type & 0xFF) == 0 || type == 0 && (length & 0xFF) != 0 && length >>> 8 >= 4) {
                length = Short.reverseBytes((short) length) & 0xFFFF;
                type >>>= 8;
            }
            if (length < 4) {
                return Decoded.LINK_HEADER_SHORT;
            }
            if (type == NFLOG_PAYLOAD) {
                // as much of the packet as the rule asked for
                cursor.copyCut = true;
                int payloadEnd = at + length;
                return family(family, at + 4, Math.min(end, payloadEnd), Math.max(payloadEnd, at + 4));
            }
            at += length + 3 & ~3;
        }
        return end < wireEnd ? Decoded.HEADER_CUT : Decoded.NOT_IP;
    }

    /** Broadcom switches put a tag of four bytes between the addresses and the type. */
    private Decoded broadcom(int at, int end, int wireEnd) {
        int typeAt = at + MAC_ADDRESSES_BYTES + BROADCOM_TAG_BYTES;
        if (end < typeAt + 2) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        return layers.ethernet.payload(cursor.u16(typeAt), typeAt + 2, end, wireEnd);
    }
}
