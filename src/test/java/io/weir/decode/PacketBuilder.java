package io.weir.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A packet built from the inside out: starts with TCP, and each call wraps one more header around what is there.
 *
 * <pre>{@code
 * PacketBuilder.tcp("hello").ipv4().vlan(7).ethernet().bytes()
 * }</pre>
 */
final class PacketBuilder {
    static final int SOURCE_PORT = 40_000;
    static final int DESTINATION_PORT = 80;
    static final int SEQUENCE = 0x01020304;
    static final int SOURCE = 0x0A000001;
    static final int DESTINATION = 0x0A000002;
    static final long SOURCE_HIGH = 0x20010DB800000000L;
    static final long DESTINATION_LOW = 0x0000000000000022L;

    private static final int TCP_HEADER_BYTES = 20;

    private byte[] bytes = new byte[0];
    /** Bytes of a TCP segment whose checksum is still to be computed. */
    private int tcpLength;

    private boolean innermostIpv6;

    private int ipProtocol;
    private int etherType;
    private int pppProtocol;

    private PacketBuilder() {}

    static PacketBuilder tcp(String payload) {
        return tcp(payload, "");
    }

    /** @param options in hexadecimal, a multiple of 4 bytes */
    static PacketBuilder tcp(String payload, String options) {
        PacketBuilder packet = new PacketBuilder();
        byte[] optionBytes = hex(options);
        ByteBuffer header = ByteBuffer.allocate(TCP_HEADER_BYTES + optionBytes.length);
        header.putShort((short) SOURCE_PORT)
                .putShort((short) DESTINATION_PORT)
                .putInt(SEQUENCE)
                .putInt(0x0A0B0C0D);
        header.put((byte) (header.capacity() / 4 << 4))
                .put((byte) (Segment.ACK | Segment.PSH))
                .putShort((short) 1000);
        header.putShort((short) 0).putShort((short) 0).put(optionBytes);
        packet.bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
        packet.ipProtocol = 6;
        packet.wrap(header.array());
        packet.tcpLength = packet.bytes.length;
        return packet;
    }

    static PacketBuilder raw(int ipProtocol, byte... bytes) {
        PacketBuilder packet = new PacketBuilder();
        packet.bytes = bytes;
        packet.ipProtocol = ipProtocol;
        return packet;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Puts bytes behind, such as padding. */
    PacketBuilder then(int... values) {
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + values.length);
        for (int index = 0; index < values.length; index++) {
            longer[bytes.length + index] = (byte) values[index];
        }
        bytes = longer;
        return this;
    }

    PacketBuilder patch(int at, int... values) {
        for (int index = 0; index < values.length; index++) {
            bytes[at + index] = (byte) values[index];
        }
        return this;
    }

    PacketBuilder ipv4() {
        return ipv4("", 0);
    }

    /**
     * @param options in hexadecimal, a multiple of 4 bytes
     * @param fragmentation the 16 bits of flags and offset
     */
    PacketBuilder ipv4(String options, int fragmentation) {
        byte[] optionBytes = hex(options);
        ByteBuffer header = ByteBuffer.allocate(20 + optionBytes.length);
        header.put((byte) (0x40 | header.capacity() / 4)).put((byte) 0);
        header.putShort((short) (header.capacity() + bytes.length)).putShort((short) 0x1234);
        header.putShort((short) fragmentation)
                .put((byte) 64)
                .put((byte) ipProtocol)
                .putShort((short) 0);
        header.putInt(SOURCE).putInt(DESTINATION).put(optionBytes);
        tcpChecksum((SOURCE >>> 16) + (SOURCE & 0xFFFF) + (DESTINATION >>> 16) + (DESTINATION & 0xFFFF));
        return wrap(header.array()).carries(4, 0x0800, 0x0021);
    }

    PacketBuilder ipv6() {
        return ipv6(bytes.length);
    }

    PacketBuilder ipv6(int payloadLength) {
        ByteBuffer header = ByteBuffer.allocate(40);
        header.putInt(0x60000000)
                .putShort((short) payloadLength)
                .put((byte) ipProtocol)
                .put((byte) 64);
        header.putLong(SOURCE_HIGH).putLong(1).putLong(SOURCE_HIGH).putLong(DESTINATION_LOW);
        innermostIpv6 |= tcpLength > 0;
        tcpChecksum(2 * (0x2001 + 0x0DB8) + 1 + 0x22);
        return wrap(header.array()).carries(41, 0x86DD, 0x0057);
    }

    /** An IPv6 extension header; its first byte becomes the protocol of what is there. */
    PacketBuilder extension(int number, String content) {
        byte[] header = hex(content);
        header[0] = (byte) ipProtocol;
        wrap(header).ipProtocol = number;
        return this;
    }

    PacketBuilder udp(int destinationPort) {
        return udp(50_000, destinationPort);
    }

    PacketBuilder udp(int sourcePort, int destinationPort) {
        ByteBuffer header = ByteBuffer.allocate(8);
        header.putShort((short) sourcePort).putShort((short) destinationPort).putShort((short) (8 + bytes.length));
        wrap(header.array()).ipProtocol = 17;
        return this;
    }

    /** A header of an IP protocol. */
    PacketBuilder protocol(int number, String header) {
        wrap(hex(header)).ipProtocol = number;
        return this;
    }

    PacketBuilder ethernet() {
        ByteBuffer header = ByteBuffer.allocate(14);
        header.putShort((short) 0x0200)
                .putInt(1)
                .putShort((short) 0x0200)
                .putInt(2)
                .putShort((short) etherType);
        return wrap(header.array()).carries(-1, 0x6558, 0x0031);
    }

    PacketBuilder vlan(int id) {
        return tag(0x8100, String.format("%04x%04x", id, etherType));
    }

    /** A header that ends in the EtherType of what is there, or in nothing, and has an EtherType of its own. */
    PacketBuilder tag(int ownType, String header) {
        wrap(hex(header)).etherType = ownType;
        return this;
    }

    PacketBuilder ppp() {
        return wrap(hex(String.format("ff03%04x", pppProtocol)));
    }

    PacketBuilder pppoe(int session) {
        wrap(hex(String.format("1100%04x%04x%04x", session, bytes.length + 2, pppProtocol)));
        etherType = 0x8864;
        return this;
    }

    PacketBuilder header(String hexadecimal) {
        return wrap(hex(hexadecimal));
    }

    /** Whether the IP header next to TCP is IPv6's. */
    boolean innermostIpv6() {
        return innermostIpv6;
    }

    int etherType() {
        return etherType;
    }

    static byte[] hex(String text) {
        String digits = text.replace(" ", "");
        byte[] bytes = new byte[digits.length() / 2];
        for (int index = 0; index < bytes.length; index++) {
            bytes[index] = (byte) Integer.parseInt(digits.substring(2 * index, 2 * index + 2), 16);
        }
        return bytes;
    }

    private PacketBuilder carries(int ipProtocol, int etherType, int pppProtocol) {
        this.ipProtocol = ipProtocol;
        this.etherType = etherType;
        this.pppProtocol = pppProtocol;
        return this;
    }

    private PacketBuilder wrap(byte[] header) {
        byte[] longer = new byte[header.length + bytes.length];
        System.arraycopy(header, 0, longer, 0, header.length);
        System.arraycopy(bytes, 0, longer, header.length, bytes.length);
        bytes = longer;
        return this;
    }

    /** One word after the other, as RFC 1071 says it; for the innermost IP header only. */
    private void tcpChecksum(int addresses) {
        if (tcpLength == 0) {
            return;
        }
        int from = bytes.length - tcpLength;
        long sum = addresses + 6 + tcpLength;
        for (int index = 0; index < tcpLength; index++) {
            sum += (bytes[from + index] & 0xFF) << (index % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        bytes[from + 16] = (byte) (~sum >>> 8);
        bytes[from + 17] = (byte) ~sum;
        tcpLength = 0;
    }
}
