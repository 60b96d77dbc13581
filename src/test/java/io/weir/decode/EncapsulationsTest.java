package io.weir.decode;

import static io.weir.decode.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to wrap a TCP segment: it is found, whole, with the right path, and no cut of the packet confuses the decoder. */
class EncapsulationsTest {
    /** What is wrapped, and the path that must come out. */
    record Wrapped(String name, int linkType, PacketBuilder packet, String path, boolean ipv6) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static PacketBuilder ip() {
        return tcp("hello").ipv4();
    }

    private static PacketBuilder ip6() {
        return tcp("hello").ipv6();
    }

    static List<Wrapped> encapsulations() {
        List<Wrapped> all = new ArrayList<>();
        links(all);
        tags(all);
        tunnels(all);
        udpTunnels(all);
        return all;
    }

    private static void links(List<Wrapped> all) {
        all.add(new Wrapped("Ethernet", 1, ip().ethernet(), "", false));
        all.add(new Wrapped("Ethernet, IPv6", 1, ip6().ethernet(), "", true));
        all.add(new Wrapped("Ethernet with padding", 1, ip().ethernet().then(0, 0, 0, 0, 0, 0), "", false));
        all.add(new Wrapped("raw IP", 101, ip(), "", false));
        all.add(new Wrapped("raw IP, IPv6", 101, ip6(), "", true));
        all.add(new Wrapped("raw IP as 12", 12, ip(), "", false));
        all.add(new Wrapped("raw IP as 14", 14, ip6(), "", true));
        all.add(new Wrapped("IPv4", 228, ip(), "", false));
        all.add(new Wrapped("IPv6", 229, ip6(), "", true));
        all.add(new Wrapped("BSD null, little-endian", 0, ip().header("02000000"), "", false));
        all.add(new Wrapped("BSD null, big-endian", 0, ip6().header("0000001e"), "", true));
        all.add(new Wrapped("BSD loop", 108, ip6().header("00000018"), "", true));
        all.add(new Wrapped("cooked", 113, ip().header("0000 0001 0006 0200000000010000 0800"), "", false));
        all.add(new Wrapped(
                "cooked, VLAN", 113, ip().vlan(7).header("0000 0001 0006 0200000000010000 8100"), "vlan:7", false));
        all.add(new Wrapped("cooked 2", 276, ip6().header("86dd 0000 00000003 0001 00 06 0200000000010000"), "", true));
        all.add(new Wrapped("PPP", 9, ip().ppp(), "", false));
        all.add(new Wrapped("PPP, compressed fields", 9, ip6().header("57"), "", true));
        all.add(new Wrapped("PPP in HDLC", 50, ip().ppp(), "", false));
        all.add(new Wrapped("Cisco HDLC as PPP", 9, ip().header("0f000800"), "", false));
        all.add(new Wrapped("Cisco HDLC", 104, ip6().header("8f0086dd"), "", true));
        all.add(new Wrapped("PPPoE link", 51, ip().pppoe(9), "pppoe:9", false));
        all.add(new Wrapped("PPP with direction", 204, ip().ppp().header("00"), "", false));
        all.add(new Wrapped("FDDI", 10, ip().header("50 020000000001 020000000002 aaaa03 000000 0800"), "", false));
        all.add(new Wrapped("ARCNET", 7, ip().header("01 02 d4 00 0001"), "", false));
        all.add(new Wrapped("ARCNET of Linux", 129, ip().header("01 02 0000 d4 00 0001"), "", false));
        all.add(new Wrapped(
                "ARCNET, exception packet", 129, ip().header("01 02 0000 d4 ff ffffff 00 0001"), "", false));
        all.add(new Wrapped("ARCNET, RFC 1051", 7, ip().header("01 02 f0"), "", false));
        all.add(new Wrapped("netfilter log", 239, nflog(ip(), true), "", false));
        all.add(new Wrapped("netfilter log, big-endian", 239, nflog(ip6(), false), "", true));
        all.add(new Wrapped("MPLS link", 219, ip().header("00010140"), "", false));
        all.add(new Wrapped("Broadcom tag", 281, broadcomTag(), "", false));
        all.add(new Wrapped("Broadcom tag before", 282, ip().ethernet().header("01020304"), "", false));
        all.add(new Wrapped("mPacket", 274, ip().ethernet().header("55555555555555d5"), "", false));
        all.add(new Wrapped("ENC", 109, ip().header("02000000 00000001 00000000"), "", false));
        all.add(new Wrapped("802.11", 105, wifi(ip().header("aaaa03 000000 0800"), "08 01"), "", false));
        all.add(new Wrapped(
                "802.11 with radiotap",
                127,
                wifi(ip6().header("aaaa03 000000 86dd"), "08 02").header("0000080000000000"),
                "",
                true));
    }

    private static PacketBuilder nflog(PacketBuilder packet, boolean little) {
        int length = packet.bytes().length + 4;
        String family = packet.etherType() == 0x0800 ? "02" : "0a";
        return little
                ? packet.header(String.format("%02x%02x 0900", length & 0xFF, length >> 8))
                        .header(family + "00 0007 0800 0100 08000001 0500 0a00 41000000")
                : packet.header(String.format("%04x 0009", length))
                        .header(family + "00 0007 0008 0001 08000001 0005 000a 41000000");
    }

    private static PacketBuilder broadcomTag() {
        byte[] plain = ip().ethernet().bytes();
        return PacketBuilder.raw(0, Arrays.copyOfRange(plain, 12, plain.length))
                .header("01020304")
                .header("020000000001 020000000002");
    }

    private static PacketBuilder wifi(PacketBuilder packet, String control) {
        return packet.header(control + " 0000 020000000001 020000000002 020000000003 1000");
    }

    private static void tags(List<Wrapped> all) {
        all.add(new Wrapped("VLAN", 1, ip().vlan(5).ethernet(), "vlan:5", false));
        all.add(new Wrapped("VLAN with priority", 1, ip().vlan(0xE005).ethernet(), "vlan:5", false));
        all.add(new Wrapped("priority tag", 1, ip().vlan(0xE000).ethernet(), "", false));
        all.add(new Wrapped("QinQ", 1, ip().vlan(5).tag(0x88A8, "00068100").ethernet(), "vlan:6 vlan:5", false));
        all.add(new Wrapped("old QinQ", 1, ip6().vlan(5).tag(0x9100, "00068100").ethernet(), "vlan:6 vlan:5", true));
        all.add(new Wrapped("three tags", 1, ip().vlan(1).vlan(2).vlan(3).ethernet(), "vlan:3 vlan:2 vlan:1", false));
        all.add(new Wrapped("PPPoE", 1, ip6().pppoe(9).vlan(3).ethernet(), "vlan:3 pppoe:9", true));
        all.add(new Wrapped("MPLS", 1, ip().tag(0x8847, "00010040 00020140").ethernet(), "", false));
        all.add(new Wrapped("MPLS, IPv6", 1, ip6().tag(0x8847, "00020140").ethernet(), "", true));
        all.add(new Wrapped(
                "Ethernet over MPLS", 1, ip().ethernet().tag(0x8847, "00020140").ethernet(), "", false));
        all.add(new Wrapped(
                "Ethernet over MPLS with control word",
                1,
                ip().vlan(4)
                        .ethernet()
                        .header("00000000")
                        .tag(0x8847, "00020140")
                        .ethernet(),
                "vlan:4",
                false));
        all.add(new Wrapped(
                "provider backbone bridge",
                1,
                ip().vlan(4).ethernet().tag(0x88E7, "00000102").vlan(9).ethernet(),
                "vlan:9 pbb:258 vlan:4",
                false));
        all.add(new Wrapped(
                "Cisco metadata", 1, ip().tag(0x8909, "0101 0001 0007 0800").ethernet(), "", false));
        all.add(new Wrapped(
                "Cisco FabricPath", 1, ip6().ethernet().tag(0x8903, "0c20").ethernet(), "", true));
        all.add(new Wrapped("VN-Tag", 1, ip().tag(0x8926, "00000000 0800").ethernet(), "", false));
        all.add(new Wrapped("SNAP", 1, ip().tag(0x0036, "aaaa03 000000 0800").ethernet(), "", false));
        all.add(new Wrapped("LLC", 1, ip().tag(0x0031, "060603").ethernet(), "", false));
        all.add(new Wrapped(
                "bridged Ethernet in SNAP",
                1,
                ip().ethernet().tag(0x004A, "aaaa03 0080c2 0007 0000").ethernet(),
                "",
                false));
    }

    private static void tunnels(List<Wrapped> all) {
        all.add(new Wrapped("IP in IP", 1, ip().ipv4().ethernet(), "ipip", false));
        all.add(new Wrapped("6in4", 1, ip6().ipv4().ethernet(), "6in4", true));
        all.add(new Wrapped("4in6", 1, ip().ipv6().ethernet(), "4in6", false));
        all.add(new Wrapped("6in6", 1, ip6().ipv6().ethernet(), "6in6", true));
        all.add(new Wrapped(
                "IPv4 options", 1, tcp("hello").ipv4("01010101 07040000", 0).ethernet(), "", false));
        all.add(new Wrapped("don't fragment", 1, tcp("hello").ipv4("", 0x4000).ethernet(), "", false));
        all.add(new Wrapped(
                "IPv6 extension headers",
                1,
                tcp("hello")
                        .extension(60, "0000010400000000")
                        .extension(43, "0000000000000000")
                        .extension(0, "0000050200000100")
                        .ipv6()
                        .ethernet(),
                "",
                true));
        all.add(new Wrapped(
                "atomic fragment",
                1,
                tcp("hello").extension(44, "0000000000000001").ipv6().ethernet(),
                "",
                true));
        all.add(new Wrapped(
                "AH",
                1,
                tcp("hello")
                        .extension(51, "0004000000000001 00000001 112233445566778899aabbcc")
                        .ipv4()
                        .ethernet(),
                "",
                false));
        all.add(new Wrapped("GRE", 1, ip().protocol(47, "00000800").ipv4().ethernet(), "gre:0", false));
        all.add(new Wrapped(
                "GRE with checksum, key and sequence",
                1,
                ip6().protocol(47, "b00086dd 00000000 00000007 00000001").ipv4().ethernet(),
                "gre:7",
                true));
        all.add(new Wrapped(
                "GRE with source routes",
                1,
                ip().protocol(47, "40000800 00000000 08000004 0a000001 00000000")
                        .ipv4()
                        .ethernet(),
                "gre:0",
                false));
        all.add(new Wrapped(
                "NVGRE",
                1,
                ip().ethernet().protocol(47, "20006558 00001000").ipv4().ethernet(),
                "gre:4096",
                false));
        all.add(new Wrapped(
                "PPTP",
                1,
                ip().ppp().protocol(47, "3001880b 00200005 00000001").ipv4().ethernet(),
                "gre:0",
                false));
        all.add(new Wrapped("WCCP", 1, ip().protocol(47, "0000883e").ipv4().ethernet(), "gre:0", false));
        all.add(new Wrapped(
                "WCCP 2", 1, ip().protocol(47, "0000883e 80000000").ipv4().ethernet(), "gre:0", false));
        all.add(new Wrapped(
                "ERSPAN I", 1, ip().ethernet().protocol(47, "000088be").ipv4().ethernet(), "erspan", false));
        all.add(new Wrapped(
                "ERSPAN II",
                1,
                ip().ethernet()
                        .protocol(47, "100088be 00000001 10010005 00000000")
                        .ipv4()
                        .ethernet(),
                "erspan",
                false));
        all.add(new Wrapped(
                "ERSPAN III",
                1,
                ip().ethernet()
                        .protocol(47, "100022eb 00000001 20010005 00000000 00000001 0000000000000000")
                        .ipv4()
                        .ethernet(),
                "erspan",
                false));
        all.add(new Wrapped(
                "MPLS in IP", 1, ip().protocol(137, "00020140").ipv4().ethernet(), "", false));
    }

    private static void udpTunnels(List<Wrapped> all) {
        all.add(new Wrapped(
                "VXLAN",
                1,
                ip().ethernet().header("08000000 00002a00").udp(4789).ipv4().ethernet(),
                "vxlan:42",
                false));
        all.add(new Wrapped(
                "VXLAN on Linux's port, over IPv6",
                1,
                ip6().vlan(3)
                        .ethernet()
                        .header("08000000 00002a00")
                        .udp(8472)
                        .ipv6()
                        .ethernet(),
                "vxlan:42 vlan:3",
                true));
        all.add(new Wrapped(
                "VXLAN-GPE",
                1,
                ip().header("0c000001 00002a00").udp(4790).ipv4().ethernet(),
                "vxlan:42",
                false));
        all.add(new Wrapped(
                "Geneve",
                1,
                ip().ethernet()
                        .header("02006558 00002b00 0102030405060708")
                        .udp(6081)
                        .ipv4()
                        .ethernet(),
                "geneve:43",
                false));
        all.add(new Wrapped(
                "Geneve with IP",
                1,
                ip6().header("000086dd 00002b00").udp(6081).ipv4().ethernet(),
                "geneve:43",
                true));
        all.add(new Wrapped("GTP", 1, gtp(ip(), "30ff", ""), "gtp", false));
        all.add(new Wrapped("GTP with sequence number", 1, gtp(ip6(), "32ff", "00010000"), "gtp", true));
        all.add(new Wrapped(
                "GTP with extension headers", 1, gtp(ip(), "34ff", "00000085 01001085 01001000"), "gtp", false));
        all.add(new Wrapped(
                "L2TP", 1, ip().ppp().header("0002 0001 0002").udp(1701).ipv4().ethernet(), "l2tp", false));
        all.add(new Wrapped(
                "L2TP with length, numbers and offset",
                1,
                ip6().ppp()
                        .header("4a02 0040 0001 0002 00000000 0002 ffff")
                        .udp(1701, 5000)
                        .ipv4()
                        .ethernet(),
                "l2tp",
                true));
        all.add(new Wrapped("Teredo", 1, ip6().udp(3544, 5000).ipv4().ethernet(), "teredo", true));
        all.add(new Wrapped(
                "Teredo with authentication and origin",
                1,
                ip6().header("0001 00 00 0000000000000000 00  0000 0000 00000000")
                        .udp(3544)
                        .ipv4()
                        .ethernet(),
                "teredo",
                true));
        all.add(new Wrapped(
                "MPLS in UDP", 1, ip().header("00020140").udp(6635).ipv4().ethernet(), "", false));
    }

    private static PacketBuilder gtp(PacketBuilder inner, String start, String options) {
        int length = inner.bytes().length + PacketBuilder.hex(options).length;
        return inner.header(start + String.format("%04x", length) + "00000001" + options)
                .udp(2152)
                .ipv4()
                .ethernet();
    }

    @ParameterizedTest
    @MethodSource("encapsulations")
    void theSegmentInsideIsFound(Wrapped wrapped) {
        Decoding decoding = Decoding.of(wrapped.linkType(), wrapped.packet());

        assertThat(decoding.outcome).isEqualTo(Decoded.SEGMENT);
        assertThat(decoding.path()).isEqualTo(wrapped.path());
        assertThat(decoding.payload()).isEqualTo("hello");
        assertThat(decoding.segment.payloadWireLength()).isEqualTo(5);
        assertThat(decoding.segment.sequence()).isEqualTo(PacketBuilder.SEQUENCE);
        assertThat(decoding.ends())
                .isEqualTo(wrapped.ipv6() ? "2001:db8::1 40000 > 2001:db8::22 80" : "10.0.0.1 40000 > 10.0.0.2 80");
        assertThat(decoding.segment.hopLimit()).isEqualTo(64);
    }

    @ParameterizedTest
    @MethodSource("encapsulations")
    void theChecksumInsideIsVerified(Wrapped wrapped) {
        assertThat(Decoding.of(wrapped.linkType(), wrapped.packet()).segment.checksum())
                .isEqualTo(Checksum.RIGHT);
    }

    @ParameterizedTest
    @MethodSource("encapsulations")
    void aCutPacketIsNamedOrCutInItsPayload(Wrapped wrapped) {
        byte[] whole = wrapped.packet().bytes();
        for (int length = 0; length < whole.length; length++) {
            Decoding cut = Decoding.of(wrapped.linkType(), whole, length, whole.length, -1, false);
            assertThat(cut.outcome).isNotNull().isNotEqualTo(Decoded.FRAGMENT);
            if (cut.outcome == Decoded.SEGMENT) {
                assertThat(cut.segment.payloadWireLength())
                        .as("cut at %d", length)
                        .isEqualTo(5);
                assertThat(cut.payload()).isEqualTo("hello".substring(0, cut.segment.payloadLength()));
            } else {
                assertThat(cut.outcome.kind()).isNotEqualTo(Decoded.Kind.SEGMENT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("encapsulations")
    void aPacketThatIsShortOnTheWireIsNamed(Wrapped wrapped) {
        byte[] whole = wrapped.packet().bytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(Decoding.of(wrapped.linkType(), Arrays.copyOf(whole, length)).outcome)
                    .isNotNull();
        }
    }

    @Test
    void aTagThatTheKernelTookOutIsTheOutermostStep() {
        byte[] bytes = ip().vlan(5).ethernet().bytes();
        Decoding decoding = Decoding.of(1, bytes, bytes.length, bytes.length, 0x8100_6007, false);
        assertThat(decoding.path()).isEqualTo("vlan:7 vlan:5");
    }

    @Test
    void eightStepsAreFollowedAndTheNinthIsRefused() {
        PacketBuilder packet = ip();
        for (int step = 0; step < Segment.MAX_PATH; step++) {
            packet.vlan(step + 1);
        }
        byte[] bytes = packet.ethernet().bytes();
        assertThat(Decoding.of(1, bytes).segment.pathLength()).isEqualTo(Segment.MAX_PATH);
        assertThat(Decoding.of(1, bytes, bytes.length, bytes.length, 0x8100_0007, false).outcome)
                .isEqualTo(Decoded.TOO_DEEP);
    }

    @Test
    void tunnelsInTunnelsWithoutEndAreRefused() {
        PacketBuilder packet = ip();
        for (int step = 0; step < 200; step++) {
            packet.ethernet().tag(0x8903, "0000");
        }
        assertThat(Decoding.ethernet(packet).outcome).isEqualTo(Decoded.TOO_DEEP);
    }
}
