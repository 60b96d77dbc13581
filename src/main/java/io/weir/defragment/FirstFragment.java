package io.weir.defragment;

import io.weir.decode.Fragment;
import java.nio.ByteBuffer;

/** Whether a first fragment holds the datagram's headers. Over IPv6 all of them must be in it (RFC 7112, RFC 8200 section 4.5). */
final class FirstFragment {
    static final int TCP = 6;

    private static final int TCP_HEADER_BYTES = 20;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int UDP_OR_ICMP_HEADER_BYTES = 8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;

    /** Where a fragment header's offset and flags end. */
    private static final int FRAGMENTATION_BYTES = 4;

    private FirstFragment() {}

    /**
     * Whether Linux (5.11 and later) refuses a first IPv6 fragment for what is not in it: behind the extension headers the
     * whole upper header, as far as it is known. Like Linux it takes a fragment that ends where another extension header was
     * to begin.
     *
     * @param length bytes of the fragment on the wire
     */
    static boolean lacksHeaders(Fragment fragment, int length) {
        ByteBuffer memory = fragment.memory();
        int next = fragment.protocol();
        int headersEnd = 0;
        while (isExtension(next)) {
            int at = fragment.payloadOffset() + headersEnd;
            if (headersEnd + (next == FRAGMENT ? FRAGMENTATION_BYTES : 2) > fragment.payloadLength()) {
                return false;
            }
            if (next == FRAGMENT && (memory.getShort(at + 2) & 0xFFF8) != 0) {
                return false;
            }
            int eighths = memory.get(at + 1) & 0xFF;
            headersEnd += switch (next) {
                case FRAGMENT -> 8;
                case AUTHENTICATION -> eighths + 2 << 2;
                default -> eighths + 1 << 3;
            };
            next = memory.get(at) & 0xFF;
        }
        return length < headersEnd + upperHeaderBytes(next);
    }

    /** Whether a first IPv4 fragment lacks a part of the TCP header. */
    static boolean lacksTcpHeader(Fragment fragment, int length) {
        return !fragment.ipv6()
                && fragment.protocol() == TCP
                && (length < TCP_HEADER_BYTES
                        || length < (fragment.memory().get(fragment.payloadOffset() + 12) & 0xF0) >>> 2);
    }

    private static boolean isExtension(int next) {
        return switch (next) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private static int upperHeaderBytes(int protocol) {
        return switch (protocol) {
            case TCP -> TCP_HEADER_BYTES;
            case UDP, ICMPV6 -> UDP_OR_ICMP_HEADER_BYTES;
            default -> 1;
        };
    }
}
