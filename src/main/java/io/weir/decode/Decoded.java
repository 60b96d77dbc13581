package io.weir.decode;

import java.util.Locale;

/**
 * What {@link PacketDecoder} made of a packet. Every packet ends in exactly one of these, and each has a counter.
 *
 * <p>The list is part of the interface: names are never reused or removed.
 */
public enum Decoded {
    SEGMENT(Kind.SEGMENT, "a TCP segment"),
    FRAGMENT(Kind.FRAGMENT, "a fragment of an IP datagram"),

    // packets that are no TCP, or that nobody can look into
    UDP(Kind.OTHER, "UDP that is no known tunnel"),
    ICMP(Kind.OTHER, "ICMP; the packet that an error quotes is no packet"),
    ARP(Kind.OTHER, "address resolution"),
    ENCRYPTED(Kind.OTHER, "encrypted: IPsec ESP, MACsec, protected Wi-Fi, encrypted PPP"),
    COMPRESSED(Kind.OTHER, "compressed by IPComp or PPP"),
    OTHER_IP_PROTOCOL(Kind.OTHER, "an IP protocol that is neither TCP, UDP, ICMP nor a known tunnel"),
    NO_NEXT_HEADER(Kind.OTHER, "an IPv6 packet without payload (RFC 8200 section 4.7)"),
    NOT_IP(Kind.OTHER, "a network protocol other than IP"),
    LINK_CONTROL(
            Kind.OTHER, "control traffic of the link: PPP negotiation, spanning tree, keep-alives, Wi-Fi management"),
    UNSUPPORTED_LINK_TYPE(Kind.OTHER, "a link type that this program does not read"),

    // packets whose headers cannot be believed
    HEADER_CUT(Kind.MALFORMED, "the capture's snap length cut the packet inside its headers"),
    TOO_DEEP(Kind.MALFORMED, "more encapsulation steps than are followed"),
    LINK_HEADER_SHORT(Kind.MALFORMED, "too short for its link header"),
    VLAN_TAG_SHORT(Kind.MALFORMED, "ends inside a VLAN tag"),
    MPLS_LABEL_SHORT(Kind.MALFORMED, "ends inside a stack of MPLS labels"),
    PPP_HEADER_SHORT(Kind.MALFORMED, "ends inside a PPP or PPPoE header"),
    PPPOE_VERSION(Kind.MALFORMED, "a PPPoE header of another version than 1"),
    IPV4_HEADER_SHORT(Kind.MALFORMED, "ends inside the IPv4 header"),
    IPV4_VERSION(Kind.MALFORMED, "an IPv4 header whose version is not 4"),
    IPV4_HEADER_LENGTH(
            Kind.MALFORMED, "an IPv4 header that says it is shorter than 20 bytes or longer than the packet"),
    IPV4_TOTAL_LENGTH(Kind.MALFORMED, "an IPv4 total length shorter than the header or beyond the packet's end"),
    IPV6_HEADER_SHORT(Kind.MALFORMED, "ends inside the IPv6 header"),
    IPV6_VERSION(Kind.MALFORMED, "an IPv6 header whose version is not 6"),
    IPV6_PAYLOAD_LENGTH(
            Kind.MALFORMED, "an IPv6 payload length beyond the packet's end, or a jumbo payload option that cannot be"),
    IPV6_EXTENSION_SHORT(Kind.MALFORMED, "ends inside an IPv6 extension header"),
    IPV6_EXTENSION_COUNT(Kind.MALFORMED, "more IPv6 extension headers than are followed"),
    AUTHENTICATION_HEADER(Kind.MALFORMED, "an IPsec authentication header that is cut or shorter than 12 bytes"),
    GRE_HEADER(Kind.MALFORMED, "a GRE header that is cut or of an unknown version"),
    TUNNEL_HEADER(Kind.MALFORMED, "ends inside a tunnel's header"),
    TCP_HEADER_SHORT(Kind.MALFORMED, "ends inside the TCP header"),
    TCP_DATA_OFFSET(Kind.MALFORMED, "a TCP data offset of less than 20 bytes or beyond the packet");

    /** What a packet is good for. */
    public enum Kind {
        /** Goes to a lane. */
        SEGMENT,
        /** Goes to the defragmenter. */
        FRAGMENT,
        /** Counted by name, no more to do. */
        OTHER,
        /** Refused by name. */
        MALFORMED
    }

    private final Kind kind;
    private final String sentence;
    private final String label;

    Decoded(Kind kind, String sentence) {
        this.kind = kind;
        this.sentence = sentence;
        label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Kind kind() {
        return kind;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** As metrics spell it, such as {@code tcp-header-short}. */
    public String label() {
        return label;
    }
}
