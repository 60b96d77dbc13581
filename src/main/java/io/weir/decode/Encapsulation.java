package io.weir.decode;

/**
 * Kinds of encapsulation between the link layer and the innermost IP header. Each step of a flow's path is one
 * {@code long}: the kind and its identifier (VLAN id, VNI, key).
 *
 * <p>Both directions of a flow have the same path. So what each direction chooses for itself is left out of it: MPLS labels
 * altogether, and the identifiers of GTP and L2TP tunnels. An ERSPAN session names the mirror, not the network.
 */
public enum Encapsulation {
    VLAN("vlan", true),
    BACKBONE_BRIDGE("pbb", true),
    PPPOE("pppoe", true),
    GRE("gre", true),
    ERSPAN("erspan", false),
    VXLAN("vxlan", true),
    GENEVE("geneve", true),
    GTP("gtp", false),
    L2TP("l2tp", false),
    TEREDO("teredo", false),
    IP_IN_IP("ipip", false),
    IPV6_IN_IPV4("6in4", false),
    IPV4_IN_IPV6("4in6", false),
    IPV6_IN_IPV6("6in6", false);

    private static final Encapsulation[] VALUES = values();

    private final String label;
    private final boolean identified;

    Encapsulation(String label, boolean identified) {
        this.label = label;
        this.identified = identified;
    }

    /** One step of a path. The identifier has at most 32 bits. */
    public long step(int identifier) {
        return (long) ordinal() << 32 | identifier & 0xFFFFFFFFL;
    }

    /** Text of a step, such as {@code vlan:12}; allocates, not for the packet path. */
    public static String text(long step) {
        Encapsulation kind = VALUES[(int) (step >>> 32)];
        return kind.identified ? kind.label + ':' + (step & 0xFFFFFFFFL) : kind.label;
    }
}
