package io.weir;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A classic pcap file of Ethernet, IPv4 and TCP between 10.0.0.1 (client) and 10.0.0.2 port 80 (server), checksums right.
 * Each frame comes a millisecond after the one before.
 */
final class PcapBuilder {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;

    private static final int CLIENT = 0x0A000001;
    private static final int SERVER = 0x0A000002;
    private static final int HTTP = 80;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private long timeUs = 1_700_000_000_000_000L;
    private int client = CLIENT;
    private int clientPort = 40_000;
    private int serverPort = HTTP;

    PcapBuilder() {
        ByteBuffer head = ByteBuffer.allocate(24);
        head.putInt(0xA1B2C3D4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(262_144)
                .putInt(1);
        file.writeBytes(head.array());
    }

    /** What follows comes from or goes to this port of the client. */
    PcapBuilder clientPort(int port) {
        clientPort = port;
        return this;
    }

    /** What follows comes from or goes to 10.0.0.{@code host}, and this port of the server. */
    PcapBuilder client(int host, int port, int portOfServer) {
        client = CLIENT & ~0xFF | host;
        clientPort = port;
        serverPort = portOfServer;
        return this;
    }

    PcapBuilder after(long milliseconds) {
        timeUs += milliseconds * 1_000;
        return this;
    }

    /** SYN with sequence number 1000, SYN-ACK with 5000, ACK. */
    PcapBuilder handshake() {
        return client(1000, 0, SYN, "").server(5000, 1001, SYN | ACK, "").client(1001, 5001, ACK, "");
    }

    PcapBuilder client(int sequence, int acknowledgement, int flags, String payload) {
        return frame(client, SERVER, clientPort, serverPort, sequence, acknowledgement, flags, payload);
    }

    PcapBuilder server(int sequence, int acknowledgement, int flags, String payload) {
        return frame(SERVER, client, serverPort, clientPort, sequence, acknowledgement, flags, payload);
    }

    /** A whole conversation: one request, one response, both sides close. */
    PcapBuilder exchange(String request, String response) {
        int afterRequest = 1001 + request.getBytes(StandardCharsets.UTF_8).length;
        int afterResponse = 5001 + response.getBytes(StandardCharsets.UTF_8).length;
        return handshake()
                .client(1001, 5001, ACK, request)
                .server(5001, afterRequest, ACK, response)
                .client(afterRequest, afterResponse, ACK | FIN, "")
                .server(afterResponse, afterRequest + 1, ACK | FIN, "")
                .client(afterRequest + 1, afterResponse + 1, ACK, "");
    }

    /** A frame of this EtherType without content. */
    PcapBuilder other(int etherType) {
        ByteBuffer frame = ByteBuffer.allocate(60);
        frame.putShort(12, (short) etherType);
        return record(frame.array());
    }

    PcapBuilder udp() {
        ByteBuffer frame = ip(CLIENT, SERVER, 17, 8);
        frame.putShort(34, (short) 53).putShort(36, (short) 53).putShort(38, (short) 8);
        return record(frame.array());
    }

    /** The first fragment of a datagram whose rest does not come. */
    PcapBuilder fragment() {
        ByteBuffer frame = ip(CLIENT, SERVER, 6, 32);
        frame.putShort(20, (short) 0x2000).putShort(24, (short) 0);
        frame.putShort(24, checksum(frame, 14, 20, 0));
        return record(frame.array());
    }

    /** A frame whose TCP header claims to be shorter than one can be. */
    PcapBuilder malformed() {
        ByteBuffer frame = ip(CLIENT, SERVER, 6, 20);
        frame.put(46, (byte) 0x10);
        return record(frame.array());
    }

    /** What was added since the last time, for a file that is written piece by piece. */
    byte[] take() {
        byte[] piece = file.toByteArray();
        file.reset();
        return piece;
    }

    byte[] bytes() {
        return file.toByteArray();
    }

    private PcapBuilder frame(
            int from, int to, int fromPort, int toPort, int sequence, int acknowledgement, int flags, String payload) {
        byte[] data = payload.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ip(from, to, 6, 20 + data.length);
        frame.putShort(34, (short) fromPort).putShort(36, (short) toPort);
        frame.putInt(38, sequence).putInt(42, acknowledgement);
        frame.put(46, (byte) 0x50).put(47, (byte) flags).putShort(48, (short) 65_000);
        frame.position(54);
        frame.put(data);
        int pseudoHeader = (from >>> 16) + (from & 0xFFFF) + (to >>> 16) + (to & 0xFFFF) + 6 + 20 + data.length;
        frame.putShort(50, checksum(frame, 34, 20 + data.length, pseudoHeader));
        return record(frame.array());
    }

    private static ByteBuffer ip(int from, int to, int protocol, int length) {
        ByteBuffer frame = ByteBuffer.allocate(34 + length);
        frame.putShort(12, (short) 0x0800).put(14, (byte) 0x45).putShort(16, (short) (20 + length));
        frame.put(22, (byte) 64).put(23, (byte) protocol).putInt(26, from).putInt(30, to);
        return frame.putShort(24, checksum(frame, 14, 20, 0));
    }

    /** RFC 1071. */
    private static short checksum(ByteBuffer bytes, int at, int length, int start) {
        long sum = start;
        for (int index = 0; index < length; index++) {
            int value = bytes.get(at + index) & 0xFF;
            sum += index % 2 == 0 ? value << 8 : value;
        }
        while (sum > 0xFFFF) {
            sum = (sum >>> 16) + (sum & 0xFFFF);
        }
        return (short) ~sum;
    }

    private PcapBuilder record(byte[] frame) {
        ByteBuffer head = ByteBuffer.allocate(16);
        head.putInt((int) (timeUs / 1_000_000)).putInt((int) (timeUs % 1_000_000));
        head.putInt(frame.length).putInt(frame.length);
        file.writeBytes(head.array());
        file.writeBytes(frame);
        timeUs += 1_000;
        return this;
    }
}
