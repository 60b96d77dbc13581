package io.weir.decode;

import static io.weir.decode.Sample.ip;
import static io.weir.decode.Sample.ip6;
import static io.weir.decode.Sample.sample;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A TCP segment in each link type. */
final class LinkSamples {
    private LinkSamples() {}

    static List<Sample> list() {
        return Stream.of(common(), others()).flatMap(List::stream).toList();
    }

    private static List<Sample> common() {
        return List.of(
                sample("Ethernet", 1, ip().ethernet()),
                sample("Ethernet, IPv6", 1, ip6().ethernet()),
                sample("Ethernet with padding", 1, ip().ethernet().then(0, 0, 0, 0, 0, 0)),
                sample("raw IP", 101, ip()),
                sample("raw IP, IPv6", 101, ip6()),
                sample("raw IP as 12", 12, ip()),
                sample("raw IP as 14", 14, ip6()),
                sample("IPv4", 228, ip()),
                sample("IPv6", 229, ip6()),
                sample("BSD null, little-endian", 0, ip().header("02000000")),
                sample("BSD null, big-endian", 0, ip6().header("0000001e")),
                sample("BSD loop", 108, ip6().header("00000018")),
                sample("cooked", 113, ip().header("0000 0001 0006 0200000000010000 0800")),
                sample("cooked, VLAN", 113, "vlan:7", ip().vlan(7).header("0000 0001 0006 0200000000010000 8100")),
                sample("cooked 2", 276, ip6().header("86dd 0000 00000003 0001 00 06 0200000000010000")),
                sample("PPP", 9, ip().ppp()),
                sample("PPP, compressed fields", 9, ip6().header("57")),
                sample("PPP in HDLC", 50, ip().ppp()));
    }

    private static List<Sample> others() {
        return List.of(
                sample("Cisco HDLC as PPP", 9, ip().header("0f000800")),
                sample("Cisco HDLC", 104, ip6().header("8f0086dd")),
                sample("PPPoE link", 51, "pppoe:9", ip().pppoe(9)),
                sample("PPP with direction", 204, ip().ppp().header("00")),
                sample("FDDI", 10, ip().header("50 020000000001 020000000002 aaaa03 000000 0800")),
                sample("ARCNET", 7, ip().header("01 02 d4 00 0001")),
                sample("ARCNET of Linux", 129, ip().header("01 02 0000 d4 00 0001")),
                sample("ARCNET, exception packet", 129, ip().header("01 02 0000 d4 ff ffffff 00 0001")),
                sample("ARCNET, RFC 1051", 7, ip().header("01 02 f0")),
                sample("netfilter log", 239, nflog(ip(), true)),
                sample("netfilter log, big-endian", 239, nflog(ip6(), false)),
                sample("MPLS link", 219, ip().header("00010140")),
                sample("Broadcom tag", 281, broadcomTag()),
                sample("Broadcom tag before", 282, ip().ethernet().header("01020304")),
                sample("mPacket", 274, ip().ethernet().header("55555555555555d5")),
                sample("ENC", 109, ip().header("02000000 00000001 00000000")),
                sample("802.11", 105, wifi(ip().header("aaaa03 000000 0800"), "08 01")),
                sample(
                        "802.11 with radiotap",
                        127,
                        wifi(ip6().header("aaaa03 000000 86dd"), "08 02").header("0000080000000000")));
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
}
