package io.weir.decode;

import static io.weir.decode.PacketBuilder.tcp;
import static io.weir.decode.Sample.ip;
import static io.weir.decode.Sample.ip6;
import static io.weir.decode.Sample.sample;

import java.util.List;
import java.util.stream.Stream;

/** A TCP segment in each tunnel over IP, and behind each IP header that is not the plain one. */
final class TunnelSamples {
    private TunnelSamples() {}

    static List<Sample> list() {
        return Stream.of(common(), others()).flatMap(List::stream).toList();
    }

    private static List<Sample> common() {
        return List.of(
                sample("IP in IP", 1, "ipip", ip().ipv4().ethernet()),
                sample("6in4", 1, "6in4", ip6().ipv4().ethernet()),
                sample("4in6", 1, "4in6", ip().ipv6().ethernet()),
                sample("6in6", 1, "6in6", ip6().ipv6().ethernet()),
                sample(
                        "IPv4 options",
                        1,
                        tcp("hello").ipv4("01010101 07040000", 0).ethernet()),
                sample("don't fragment", 1, tcp("hello").ipv4("", 0x4000).ethernet()),
                sample(
                        "IPv6 extension headers",
                        1,
                        tcp("hello")
                                .extension(60, "0000010400000000")
                                .extension(43, "0000000000000000")
                                .extension(0, "0000050200000100")
                                .ipv6()
                                .ethernet()),
                sample(
                        "atomic fragment",
                        1,
                        tcp("hello").extension(44, "0000000000000001").ipv6().ethernet()),
                sample(
                        "AH",
                        1,
                        tcp("hello")
                                .extension(51, "0004000000000001 00000001 112233445566778899aabbcc")
                                .ipv4()
                                .ethernet()),
                sample("GRE", 1, "gre:0", ip().protocol(47, "00000800").ipv4().ethernet()));
    }

    private static List<Sample> others() {
        return List.of(
                sample(
                        "GRE with checksum, key and sequence",
                        1,
                        "gre:7",
                        ip6().protocol(47, "b00086dd 00000000 00000007 00000001")
                                .ipv4()
                                .ethernet()),
                sample(
                        "GRE with source routes",
                        1,
                        "gre:0",
                        ip().protocol(47, "40000800 00000000 08000004 0a000001 00000000")
                                .ipv4()
                                .ethernet()),
                sample(
                        "NVGRE",
                        1,
                        "gre:4096",
                        ip().ethernet().protocol(47, "20006558 00001000").ipv4().ethernet()),
                sample(
                        "PPTP",
                        1,
                        "gre:0",
                        ip().ppp()
                                .protocol(47, "3001880b 00200005 00000001")
                                .ipv4()
                                .ethernet()),
                sample("WCCP", 1, "gre:0", ip().protocol(47, "0000883e").ipv4().ethernet()),
                sample(
                        "WCCP 2",
                        1,
                        "gre:0",
                        ip().protocol(47, "0000883e 80000000").ipv4().ethernet()),
                sample(
                        "ERSPAN I",
                        1,
                        "erspan",
                        ip().ethernet().protocol(47, "000088be").ipv4().ethernet()),
                sample(
                        "ERSPAN II",
                        1,
                        "erspan",
                        ip().ethernet()
                                .protocol(47, "100088be 00000001 10010005 00000000")
                                .ipv4()
                                .ethernet()),
                sample(
                        "ERSPAN III",
                        1,
                        "erspan",
                        ip().ethernet()
                                .protocol(47, "100022eb 00000001 20010005 00000000 00000001 0000000000000000")
                                .ipv4()
                                .ethernet()),
                sample("MPLS in IP", 1, ip().protocol(137, "00020140").ipv4().ethernet()));
    }
}
