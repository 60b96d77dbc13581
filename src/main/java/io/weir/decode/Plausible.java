package io.weir.decode;

import java.nio.ByteBuffer;

/** Whether bytes look like the header that a tunnel would carry, where nothing but a port number or a nibble says so. */
final class Plausible {
    private Plausible() {}

    /** An IPv4 or IPv6 header whose lengths fit into what is there on the wire. */
    static boolean ip(ByteBuffer memory, int at, int end, int wireEnd) {
        if (end - at < Ipv4Layer.HEADER_BYTES) {
            return false;
        }
        int first = memory.getInt(at);
        if (first >>> 28 == 4) {
            int headerBytes = (first >>> 24 & 0xF) << 2;
            int total = first & 0xFFFF;
            return headerBytes >= Ipv4Layer.HEADER_BYTES
                    && (total == 0 || total >= headerBytes && total <= wireEnd - at);
        }
        return first >>> 28 == 6 && (memory.getShort(at + 4) & 0xFFFF) + Ipv6Layer.HEADER_BYTES <= wireEnd - at;
    }

    /** An Ethernet frame with an EtherType that is known, and the IP version that it promises. */
    static boolean ethernet(ByteBuffer memory, int at, int end) {
        if (end - at <= EthernetLayer.HEADER_BYTES) {
            return false;
        }
        int type = memory.getShort(at + 12) & 0xFFFF;
        int version = (memory.get(at + EthernetLayer.HEADER_BYTES) & 0xFF) >>> 4;
        return switch (type) {
            case EthernetLayer.IPV4 -> version == 4;
            case EthernetLayer.IPV6 -> version == 6;
            default -> etherType(type) || type >= 3 && type <= end - at - EthernetLayer.HEADER_BYTES;
        };
    }

    /** A stack of at most four MPLS labels with an IP packet behind it. */
    static boolean labelled(ByteBuffer memory, int from, int end, int wireEnd) {
        int at = from;
        for (int count = 0; count < 4 && end - at >= 4; count++, at += 4) {
            if ((memory.getInt(at) & 0x100) != 0) {
                return ip(memory, at + 4, end, wireEnd);
            }
        }
        return false;
    }

    /** A protocol type that a tunnel's header may name. */
    static boolean etherType(int type) {
        return switch (type) {
            case EthernetLayer.IPV4,
                    EthernetLayer.IPV6,
                    EthernetLayer.ARP,
                    EthernetLayer.REVERSE_ARP,
                    EthernetLayer.TRANSPARENT_BRIDGING,
                    EthernetLayer.MPLS,
                    EthernetLayer.MPLS_MULTICAST,
                    EthernetLayer.PPPOE_SESSION,
                    EthernetLayer.PPPOE_DISCOVERY -> true;
            default -> EthernetLayer.isVlan(type);
        };
    }
}
