package io.weir.decode;

import java.nio.ByteBuffer;

/** What follows an IP header: IPv6 extension headers (RFC 8200 section 4), IPsec AH, then a transport protocol or a tunnel. */
final class IpPayload {
    static final int HOP_BY_HOP = 0;

    private static final int ICMP = 1;
    private static final int IPV4 = 4;
    private static final int UDP = 17;
    private static final int IPV6 = 41;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int GRE = 47;
    private static final int ESP = 50;
    private static final int AUTHENTICATION = 51;
    private static final int ICMPV6 = 58;
    private static final int NO_NEXT_HEADER = 59;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int IPCOMP = 108;
    private static final int MOBILITY = 135;
    private static final int MPLS_IN_IP = 137;
    private static final int HOST_IDENTITY = 139;
    private static final int SHIM6 = 140;

    private static final int MAX_EXTENSIONS = 32;

    private static final int ROUTING_SOURCE = 0;
    private static final int ROUTING_MOBILE = 2;
    private static final int ROUTING_SEGMENTS = 4;

    private final Cursor cursor;
    private final TcpLayer tcp;
    private Layers layers;

    IpPayload(Cursor cursor, TcpLayer tcp) {
        this.cursor = cursor;
        this.tcp = tcp;
    }

    void layers(Layers layers) {
        this.layers = layers;
    }

    /**
     * @param protocol IPv4 protocol or IPv6 next header
     * @param ipv6 whether an IPv6 header is before
     */
    Decoded decode(int protocol, int at, int end, int wireEnd, boolean ipv6) {
        if (protocol == TcpLayer.PROTOCOL) {
            return tcp.decode(at, end, wireEnd);
        }
        int next = protocol;
        int start = at;
        for (int count = 0; count < MAX_EXTENSIONS; count++) {
            boolean extension = next == AUTHENTICATION || ipv6 && isExtension(next);
            if (!extension) {
                return transport(next, start, end, wireEnd, ipv6);
            }
            int minimum = next == AUTHENTICATION ? 12 : 8;
            Decoded shortOne = next == AUTHENTICATION ? Decoded.AUTHENTICATION_HEADER : Decoded.IPV6_EXTENSION_SHORT;
            if (end - start < minimum) {
                return Cursor.missing(end, wireEnd, shortOne);
            }
            if (next == FRAGMENT) {
                int fragmentation = cursor.u16(start + 2);
                if ((fragmentation & 0xFFF9) != 0) {
                    return fragment(start, end, wireEnd, fragmentation, start - at);
                }
            }
            int length = length(next, start);
            if (length < minimum) {
                return shortOne;
            }
            if (length > end - start) {
                return Cursor.missing(end, wireEnd, shortOne);
            }
            if (next == ROUTING) {
                finalDestination(start, length);
            }
            next = cursor.u8(start);
            start += length;
        }
        return Decoded.IPV6_EXTENSION_COUNT;
    }

    private static boolean isExtension(int next) {
        return switch (next) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS, MOBILITY, HOST_IDENTITY, SHIM6 -> true;
            default -> false;
        };
    }

    private int length(int header, int at) {
        return switch (header) {
            case AUTHENTICATION -> cursor.u8(at + 1) + 2 << 2;
            case FRAGMENT -> 8;
            default -> cursor.u8(at + 1) + 1 << 3;
        };
    }

    private Decoded fragment(int at, int end, int wireEnd, int fragmentation, int headersBefore) {
        cursor.fragment
                .header(
                        true,
                        cursor.u8(at),
                        cursor.u32(at + 4),
                        fragmentation & 0xFFF8,
                        (fragmentation & 1) != 0,
                        headersBefore)
                .payload(cursor.memory, at + 8, end - at - 8, wireEnd - at - 8)
                .checksumOffloaded(cursor.checksumOffloaded);
        return Decoded.FRAGMENT;
    }

    /** On its way the packet carries the next stop as its destination; the endpoint is the last stop (RFC 8200 section 4.4). */
    private void finalDestination(int at, int length) {
        ByteBuffer memory = cursor.memory;
        int stopsLeft = cursor.u8(at + 3);
        if (stopsLeft == 0 || length < 24) {
            return;
        }
        int stop =
                switch (cursor.u8(at + 2)) {
                    case ROUTING_SOURCE -> at + 8 + ((length - 8) / 16 - 1) * 16;
                    case ROUTING_MOBILE, ROUTING_SEGMENTS -> at + 8;
                    default -> -1;
                };
        if (stop >= 0) {
            Segment segment = cursor.segment;
            segment.addresses(
                    true, segment.sourceHigh(), segment.sourceLow(), memory.getLong(stop), memory.getLong(stop + 8));
        }
    }

    private Decoded transport(int protocol, int at, int end, int wireEnd, boolean ipv6) {
        return switch (protocol) {
            case TcpLayer.PROTOCOL -> tcp.decode(at, end, wireEnd);
            case UDP -> layers.udp.decode(at, end, wireEnd);
            case ICMP, ICMPV6 -> Decoded.ICMP;
            case IPV4 ->
                cursor.segment.addPath((ipv6 ? Encapsulation.IPV4_IN_IPV6 : Encapsulation.IP_IN_IP).step(0))
                        ? layers.ipv4.decode(at, end, wireEnd)
                        : Decoded.TOO_DEEP;
            case IPV6 ->
                cursor.segment.addPath((ipv6 ? Encapsulation.IPV6_IN_IPV6 : Encapsulation.IPV6_IN_IPV4).step(0))
                        ? layers.ipv6.decode(at, end, wireEnd)
                        : Decoded.TOO_DEEP;
            case GRE -> layers.gre.decode(at, end, wireEnd);
            case MPLS_IN_IP -> layers.mpls.decode(at, end, wireEnd);
            case ESP -> Decoded.ENCRYPTED;
            case IPCOMP -> Decoded.COMPRESSED;
            case NO_NEXT_HEADER -> ipv6 ? Decoded.NO_NEXT_HEADER : Decoded.OTHER_IP_PROTOCOL;
            default -> Decoded.OTHER_IP_PROTOCOL;
        };
    }
}
