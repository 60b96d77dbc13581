package io.weir.serve;

import io.netty.util.NetUtil;
import io.weir.relay.StreamEvent.Endpoint;
import java.nio.ByteBuffer;

/** Builds Ethernet frames of one connection in one direction, with valid checksums. */
final class TcpFrames {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int PUSH = 0x08;
    static final int ACK = 0x10;

    private static final int ETHERNET_BYTES = 14;
    private static final int TCP_BYTES = 20;
    private static final int TCP = 6;
    private static final int WINDOW = 0xFFFF;

    private final byte[] sender;
    private final byte[] receiver;
    private final int senderPort;
    private final int receiverPort;
    private final int senderStation;
    private int identification;

    /** @param senderStation last byte of the sender's made-up MAC address, 1 or 2 */
    TcpFrames(Endpoint sender, Endpoint receiver, int senderStation) {
        this.sender = NetUtil.createByteArrayFromIpAddressString(sender.ip());
        this.receiver = NetUtil.createByteArrayFromIpAddressString(receiver.ip());
        senderPort = sender.port();
        receiverPort = receiver.port();
        this.senderStation = senderStation;
    }

    /** Payload of one frame; what a common Ethernet carries. */
    int maxPayload() {
        return 1500 - (ipv6() ? 40 : 20) - TCP_BYTES;
    }

    byte[] frame(int flags, long sequence, long acknowledged, byte[] bytes, int from, int length) {
        int ipBytes = ipv6() ? 40 : 20;
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET_BYTES + ipBytes + TCP_BYTES + length);
        ethernet(frame);
        if (ipv6()) {
            ipv6(frame, TCP_BYTES + length);
        } else {
            ipv4(frame, 20 + TCP_BYTES + length);
        }
        int tcp = frame.position();
        frame.putShort((short) senderPort).putShort((short) receiverPort);
        frame.putInt((int) sequence).putInt((flags & ACK) != 0 ? (int) acknowledged : 0);
        frame.put((byte) (TCP_BYTES / 4 << 4)).put((byte) flags).putShort((short) WINDOW);
        frame.putInt(0).put(bytes, from, length);
        frame.putShort(tcp + 16, checksum(frame, tcp, TCP_BYTES + length, pseudoHeader(TCP_BYTES + length)));
        return frame.array();
    }

    private boolean ipv6() {
        return sender.length == 16;
    }

    private void ethernet(ByteBuffer frame) {
        frame.putInt(0x02000000).putShort((short) (3 - senderStation)); // locally administered
        frame.putInt(0x02000000).putShort((short) senderStation);
        frame.putShort((short) (ipv6() ? 0x86DD : 0x0800));
    }

    private void ipv4(ByteBuffer frame, int totalBytes) {
        int start = frame.position();
        frame.putShort((short) 0x4500).putShort((short) totalBytes);
        frame.putShort((short) identification++).putShort((short) 0x4000); // not to be fragmented
        frame.put((byte) 64).put((byte) TCP).putShort((short) 0).put(sender).put(receiver);
        frame.putShort(start + 10, checksum(frame, start, 20, 0));
    }

    private void ipv6(ByteBuffer frame, int payloadBytes) {
        frame.putInt(0x60000000).putShort((short) payloadBytes).put((byte) TCP).put((byte) 64);
        frame.put(sender).put(receiver);
    }

    private long pseudoHeader(int tcpBytes) {
        long sum = TCP + tcpBytes;
        for (byte[] address : new byte[][] {sender, receiver}) {
            for (int index = 0; index < address.length; index += 2) {
                sum += (address[index] & 0xFF) << 8 | address[index + 1] & 0xFF;
            }
        }
        return sum;
    }

    /** RFC 1071, over bytes in which the checksum itself is still 0. */
    private static short checksum(ByteBuffer frame, int from, int length, long start) {
        long sum = start;
        for (int index = 0; index + 1 < length; index += 2) {
            sum += frame.getShort(from + index) & 0xFFFF;
        }
        if (length % 2 != 0) {
            sum += (frame.get(from + length - 1) & 0xFF) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
