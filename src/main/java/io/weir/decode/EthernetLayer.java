package io.weir.decode;

/** Ethernet II and IEEE 802.3 frames, their tags, and the dispatch by EtherType that many other layers use too. */
final class EthernetLayer {
    static final int HEADER_BYTES = 14;

    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int FRAME_RELAY_ARP = 0x0808;
    static final int TRANSPARENT_BRIDGING = 0x6558;
    static final int REVERSE_ARP = 0x8035;
    static final int VLAN = 0x8100;
    static final int IPV6 = 0x86DD;
    static final int PPP = 0x880B;
    static final int MPLS = 0x8847;
    static final int MPLS_MULTICAST = 0x8848;
    static final int PPPOE_DISCOVERY = 0x8863;
    static final int PPPOE_SESSION = 0x8864;
    static final int SERVICE_VLAN = 0x88A8;
    static final int MACSEC = 0x88E5;
    static final int BACKBONE_BRIDGE = 0x88E7;
    static final int FABRIC_PATH = 0x8903;
    static final int CISCO_METADATA = 0x8909;
    static final int VN_TAG = 0x8926;
    private static final int OLD_VLAN_1 = 0x9100;
    private static final int OLD_VLAN_2 = 0x9200;
    private static final int OLD_VLAN_3 = 0x9300;

    /** Types up to here are lengths (IEEE 802.3 section 3.2.6). */
    private static final int LAST_LENGTH = 1500;

    private static final int VLAN_ID = 0xFFF;

    private final Cursor cursor;
    private final Layers layers;

    EthernetLayer(Cursor cursor, Layers layers) {
        this.cursor = cursor;
        this.layers = layers;
    }

    Decoded frame(int at, int end, int wireEnd) {
        if (!cursor.enter()) {
            return Decoded.TOO_DEEP;
        }
        if (end - at < HEADER_BYTES) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        return payload(cursor.u16(at + 12), at + HEADER_BYTES, end, wireEnd);
    }

    /** What follows an EtherType (or an IEEE 802.3 length). */
    Decoded payload(int etherType, int from, int end, int wireEnd) {
        int type = etherType;
        int at = from;
        while (true) {
            if (type == IPV4) {
                return layers.ipv4.decode(at, end, wireEnd);
            }
            if (type == IPV6) {
                return layers.ipv6.decode(at, end, wireEnd);
            }
            int tagBytes = tagBytes(type);
            if (tagBytes == 0) {
                return other(type, at, end, wireEnd);
            }
            if (end - at < tagBytes) {
                return Cursor.missing(end, wireEnd, Decoded.VLAN_TAG_SHORT);
            }
            if (isVlan(type) && !vlan(cursor.u16(at))) {
                return Decoded.TOO_DEEP;
            }
            type = cursor.u16(at + tagBytes - 2);
            at += tagBytes;
        }
    }

    /**
     * Notes a VLAN tag in the path; number 0 is a priority and no VLAN (IEEE 802.1Q section 9.6).
     *
     * @return false if the path is full
     */
    boolean vlan(int tagControl) {
        int id = tagControl & VLAN_ID;
        return id == 0 || cursor.segment.addPath(Encapsulation.VLAN.step(id));
    }

    static boolean isVlan(int type) {
        return type == VLAN || type == SERVICE_VLAN || type == OLD_VLAN_1 || type == OLD_VLAN_2 || type == OLD_VLAN_3;
    }

    /** Bytes of a tag that ends in another EtherType, 0 if the type is no such tag. */
    private static int tagBytes(int type) {
        return switch (type) {
            case VLAN, SERVICE_VLAN, OLD_VLAN_1, OLD_VLAN_2, OLD_VLAN_3 -> 4;
            // version, length, option type and security group: differs between the directions, so it is no path
            case CISCO_METADATA -> 8;
            case VN_TAG -> 6;
            default -> 0;
        };
    }

    private Decoded other(int type, int at, int end, int wireEnd) {
        if (type <= LAST_LENGTH) {
            return llc(at, end, wireEnd);
        }
        return switch (type) {
            case ARP, REVERSE_ARP -> Decoded.ARP;
            case MPLS, MPLS_MULTICAST -> layers.mpls.decode(at, end, wireEnd);
            case PPPOE_SESSION -> layers.ppp.pppoe(at, end, wireEnd);
            case PPPOE_DISCOVERY -> Decoded.LINK_CONTROL;
            case PPP -> layers.ppp.decode(at, end, wireEnd);
            case TRANSPARENT_BRIDGING -> frame(at, end, wireEnd);
            case BACKBONE_BRIDGE -> backboneBridge(at, end, wireEnd);
            // forwarding tag of two bytes, then the inner frame
            case FABRIC_PATH -> frame(Math.min(at + 2, end), end, wireEnd);
            case MACSEC -> Decoded.ENCRYPTED;
            default -> Decoded.NOT_IP;
        };
    }

    /** IEEE 802.1ah: the service instance, then the customer's frame. */
    private Decoded backboneBridge(int at, int end, int wireEnd) {
        if (end - at < 4) {
            return Cursor.missing(end, wireEnd, Decoded.VLAN_TAG_SHORT);
        }
        if (!cursor.segment.addPath(Encapsulation.BACKBONE_BRIDGE.step(cursor.u32(at) & 0xFFFFFF))) {
            return Decoded.TOO_DEEP;
        }
        return frame(at + 4, end, wireEnd);
    }

    /** IEEE 802.2 logical link control, with SNAP (RFC 1042). */
    Decoded llc(int at, int end, int wireEnd) {
        if (!cursor.enter()) {
            return Decoded.TOO_DEEP;
        }
        if (end - at < 3) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int accessPoints = cursor.u16(at);
        int control = cursor.u8(at + 2);
        if (accessPoints == 0x0606 && control == 3) {
            return layers.ipv4.decode(at + 3, end, wireEnd);
        }
        if (accessPoints == 0x4242) {
            return Decoded.LINK_CONTROL;
        }
        if (accessPoints != 0xAAAA || control != 3) {
            return Decoded.NOT_IP;
        }
        if (end - at < 8) {
            return Cursor.missing(end, wireEnd, Decoded.LINK_HEADER_SHORT);
        }
        int organisation = cursor.u32(at + 2) & 0xFFFFFF;
        int type = cursor.u16(at + 6);
        return switch (organisation) {
            case 0x000000, 0x0000F8 -> type > LAST_LENGTH ? payload(type, at + 8, end, wireEnd) : Decoded.NOT_IP;
            // bridged Ethernet (RFC 2684 section 5.2), with and without frame check sequence
            case 0x0080C2 -> type == 1 || type == 7 ? frame(Math.min(at + 10, end), end, wireEnd) : Decoded.NOT_IP;
            default -> Decoded.NOT_IP;
        };
    }
}
