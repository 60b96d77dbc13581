package io.weir.decode;

import static io.weir.decode.Sample.ip;
import static io.weir.decode.Sample.ip6;
import static io.weir.decode.Sample.sample;

import java.util.List;
import java.util.stream.Stream;

/** A TCP segment in each tunnel over UDP. */
final class UdpTunnelSamples {
    private UdpTunnelSamples() {}

    static List<Sample> list() {
        return Stream.of(overlays(), others()).flatMap(List::stream).toList();
    }

    private static List<Sample> overlays() {
        return List.of(
                sample(
                        "VXLAN",
                        1,
                        "vxlan:42",
                        ip().ethernet()
                                .header("08000000 00002a00")
                                .udp(4789)
                                .ipv4()
                                .ethernet()),
                sample(
                        "VXLAN on Linux's port, over IPv6",
                        1,
                        "vxlan:42 vlan:3",
                        ip6().vlan(3)
                                .ethernet()
                                .header("08000000 00002a00")
                                .udp(8472)
                                .ipv6()
                                .ethernet()),
                sample(
                        "VXLAN-GPE",
                        1,
                        "vxlan:42",
                        ip().header("0c000001 00002a00").udp(4790).ipv4().ethernet()),
                sample(
                        "Geneve",
                        1,
                        "geneve:43",
                        ip().ethernet()
                                .header("02006558 00002b00 0102030405060708")
                                .udp(6081)
                                .ipv4()
                                .ethernet()),
                sample(
                        "Geneve with IP",
                        1,
                        "geneve:43",
                        ip6().header("000086dd 00002b00").udp(6081).ipv4().ethernet()));
    }

    private static List<Sample> others() {
        return List.of(
                sample("GTP", 1, "gtp", gtp(ip(), "30ff", "")),
                sample("GTP with sequence number", 1, "gtp", gtp(ip6(), "32ff", "00010000")),
                sample("GTP with extension headers", 1, "gtp", gtp(ip(), "34ff", "00000085 01001085 01001000")),
                sample(
                        "L2TP",
                        1,
                        "l2tp",
                        ip().ppp().header("0002 0001 0002").udp(1701).ipv4().ethernet()),
                sample(
                        "L2TP with length, numbers and offset",
                        1,
                        "l2tp",
                        ip6().ppp()
                                .header("4a02 0040 0001 0002 00000000 0002 ffff")
                                .udp(1701, 5000)
                                .ipv4()
                                .ethernet()),
                sample("Teredo", 1, "teredo", ip6().udp(3544, 5000).ipv4().ethernet()),
                sample(
                        "Teredo with authentication and origin",
                        1,
                        "teredo",
                        ip6().header("0001 02 03 6162 616263 0000000000000000 00 0000 0000 00000000")
                                .udp(3544)
                                .ipv4()
                                .ethernet()),
                sample(
                        "MPLS in UDP",
                        1,
                        ip().header("00020140").udp(6635).ipv4().ethernet()));
    }

    private static PacketBuilder gtp(PacketBuilder inner, String start, String options) {
        int length = inner.bytes().length + PacketBuilder.hex(options).length;
        return inner.header(start + String.format("%04x", length) + "00000001" + options)
                .udp(2152)
                .ipv4()
                .ethernet();
    }
}
