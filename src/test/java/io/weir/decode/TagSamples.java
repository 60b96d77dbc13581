package io.weir.decode;

import static io.weir.decode.Sample.ip;
import static io.weir.decode.Sample.ip6;
import static io.weir.decode.Sample.sample;

import java.util.List;

/** A TCP segment behind each tag and shim of Ethernet. */
final class TagSamples {
    private TagSamples() {}

    static List<Sample> list() {
        return List.of(
                sample("VLAN", 1, "vlan:5", ip().vlan(5).ethernet()),
                sample("VLAN with priority", 1, "vlan:5", ip().vlan(0xE005).ethernet()),
                sample("priority tag", 1, ip().vlan(0xE000).ethernet()),
                sample(
                        "QinQ",
                        1,
                        "vlan:6 vlan:5",
                        ip().vlan(5).tag(0x88A8, "00068100").ethernet()),
                sample(
                        "old QinQ",
                        1,
                        "vlan:6 vlan:5",
                        ip6().vlan(5).tag(0x9100, "00068100").ethernet()),
                sample(
                        "three tags",
                        1,
                        "vlan:3 vlan:2 vlan:1",
                        ip().vlan(1).vlan(2).vlan(3).ethernet()),
                sample("PPPoE", 1, "vlan:3 pppoe:9", ip6().pppoe(9).vlan(3).ethernet()),
                sample("MPLS", 1, ip().tag(0x8847, "00010040 00020140").ethernet()),
                sample("MPLS, IPv6", 1, ip6().tag(0x8847, "00020140").ethernet()),
                sample(
                        "Ethernet over MPLS",
                        1,
                        ip().ethernet().tag(0x8847, "00020140").ethernet()),
                sample(
                        "Ethernet over MPLS with control word",
                        1,
                        "vlan:4",
                        ip().vlan(4)
                                .ethernet()
                                .header("00000000")
                                .tag(0x8847, "00020140")
                                .ethernet()),
                sample(
                        "provider backbone bridge",
                        1,
                        "vlan:9 pbb:258 vlan:4",
                        ip().vlan(4).ethernet().tag(0x88E7, "00000102").vlan(9).ethernet()),
                sample(
                        "Cisco metadata",
                        1,
                        ip().tag(0x8909, "0101 0001 0007 0800").ethernet()),
                sample(
                        "Cisco FabricPath",
                        1,
                        ip6().ethernet().tag(0x8903, "0c20").ethernet()),
                sample("VN-Tag", 1, ip().tag(0x8926, "00000000 0800").ethernet()),
                sample("SNAP", 1, ip().tag(0x0036, "aaaa03 000000 0800").ethernet()),
                sample("LLC", 1, ip().tag(0x0031, "060603").ethernet()),
                sample(
                        "bridged Ethernet in SNAP",
                        1,
                        ip().ethernet().tag(0x004A, "aaaa03 0080c2 0007 0000").ethernet()));
    }
}
