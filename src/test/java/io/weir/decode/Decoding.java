package io.weir.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Decodes one packet from memory that ends where the packet ends, so that no byte behind it can be read. */
final class Decoding {
    private static final int OFFSET = 5;

    final Segment segment = new Segment();
    final PacketDecoder decoder = new PacketDecoder(true);
    Decoded outcome;

    static Decoding of(int linkType, PacketBuilder packet) {
        return of(linkType, packet.bytes());
    }

    static Decoding of(int linkType, byte[] bytes) {
        return of(linkType, bytes, bytes.length, bytes.length, -1, false);
    }

    static Decoding of(int linkType, byte[] bytes, int capturedLength, int wireLength, int vlanTag, boolean offloaded) {
        Decoding decoding = new Decoding();
        ByteBuffer memory = ByteBuffer.allocateDirect(OFFSET + capturedLength);
        memory.put(OFFSET, bytes, 0, capturedLength);
        decoding.outcome = decoding.decoder.decode(
                memory, OFFSET, capturedLength, wireLength, linkType, vlanTag, offloaded, decoding.segment);
        decoding.segment.verify();
        return decoding;
    }

    static Decoding ethernet(PacketBuilder packet) {
        return of(LinkLayer.ETHERNET, packet.ethernet());
    }

    String payload() {
        byte[] bytes = new byte[segment.payloadLength()];
        segment.memory().get(segment.payloadOffset(), bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    String path() {
        StringBuilder path = new StringBuilder();
        for (int step = 0; step < segment.pathLength(); step++) {
            path.append(step == 0 ? "" : " ").append(Encapsulation.text(segment.path(step)));
        }
        return path.toString();
    }

    String ends() {
        return Addresses.text(segment.ipv6(), segment.sourceHigh(), segment.sourceLow()) + " " + segment.sourcePort()
                + " > "
                + Addresses.text(segment.ipv6(), segment.destinationHigh(), segment.destinationLow()) + " "
                + segment.destinationPort();
    }
}
