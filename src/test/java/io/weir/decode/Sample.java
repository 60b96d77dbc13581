package io.weir.decode;

import java.util.List;
import java.util.stream.Stream;

/**
 * A TCP segment with the payload {@code hello}, wrapped in some way.
 *
 * @param path the encapsulation path that must come out
 */
record Sample(String name, int linkType, String path, PacketBuilder packet) {
    /** All of them. */
    static List<Sample> all() {
        return Stream.of(LinkSamples.list(), TagSamples.list(), TunnelSamples.list(), UdpTunnelSamples.list())
                .flatMap(List::stream)
                .toList();
    }

    static Sample sample(String name, int linkType, PacketBuilder packet) {
        return new Sample(name, linkType, "", packet);
    }

    static Sample sample(String name, int linkType, String path, PacketBuilder packet) {
        return new Sample(name, linkType, path, packet);
    }

    static PacketBuilder ip() {
        return PacketBuilder.tcp("hello").ipv4();
    }

    static PacketBuilder ip6() {
        return PacketBuilder.tcp("hello").ipv6();
    }

    @Override
    public String toString() {
        return name;
    }
}
