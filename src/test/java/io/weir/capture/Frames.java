package io.weir.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Builds frames for tests. Checksums are 0: nobody here looks at them. */
public final class Frames {
    private Frames() {}

    /** Ethernet, IPv4, TCP. */
    public static byte[] tcp(String source, int sourcePort, String destination, int destinationPort, String payload) {
        byte[] data = payload.getBytes(StandardCharsets.US_ASCII);
        return ethernet(0x0800, ipv4(6, source, destination, tcpHeader(sourcePort, destinationPort, data)));
    }

    public static byte[] udp(String source, int sourcePort, String destination, int destinationPort, String payload) {
        byte[] data = payload.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer udp = ByteBuffer.allocate(8 + data.length);
        udp.putShort((short) sourcePort).putShort((short) destinationPort);
        udp.putShort((short) udp.capacity()).putShort((short) 0).put(data);
        return ethernet(0x0800, ipv4(17, source, destination, udp.array()));
    }

    /** Ethernet, IPv6, TCP; addresses are fd00::source and fd00::destination. */
    public static byte[] tcp6(int source, int sourcePort, int destination, int destinationPort, String payload) {
        byte[] tcp = tcpHeader(sourcePort, destinationPort, payload.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer ip = ByteBuffer.allocate(40 + tcp.length);
        ip.putInt(0x60000000).putShort((short) tcp.length).put((byte) 6).put((byte) 64);
        ip.putLong(0xfd00L << 48).putLong(source).putLong(0xfd00L << 48).putLong(destination);
        return ethernet(0x86DD, ip.put(tcp).array());
    }

    /** The same frame with one more tag, in the bytes. */
    public static byte[] tagged(byte[] frame, int tpid, int tci) {
        ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4);
        tagged.put(frame, 0, 12).putShort((short) tpid).putShort((short) tci).put(frame, 12, frame.length - 12);
        return tagged.array();
    }

    public static byte[] ethernet(int type, byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(14 + content.length);
        frame.put(new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}).putShort((short) type);
        return frame.put(content).array();
    }

    public static byte[] ipv4(int protocol, String source, String destination, byte[] content) {
        ByteBuffer ip = ByteBuffer.allocate(20 + content.length);
        ip.putShort((short) 0x4500).putShort((short) ip.capacity()).putInt(0).put((byte) 64);
        ip.put((byte) protocol).putShort((short) 0);
        for (String address : new String[] {source, destination}) {
            for (String part : address.split("\\.")) {
                ip.put((byte) Integer.parseInt(part));
            }
        }
        return ip.put(content).array();
    }

    private static byte[] tcpHeader(int sourcePort, int destinationPort, byte[] data) {
        ByteBuffer tcp = ByteBuffer.allocate(20 + data.length);
        tcp.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(1)
                .putInt(2);
        tcp.putShort((short) 0x5018).putShort((short) 1000).putInt(0);
        return tcp.put(data).array();
    }
}
