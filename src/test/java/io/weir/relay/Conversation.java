package io.weir.relay;

import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Makes the segments of one TCP connection, in order unless told otherwise, one millisecond apart. */
final class Conversation {
    static final FlowHash HASH = new FlowHash(1, 2);
    static final long START_NS = 1_700_000_000_000_000_000L;

    private static final ByteBuffer PAYLOAD = ByteBuffer.allocate(100);
    private static final int CLIENT_START = 1_000;
    private static final int SERVER_START = 0xFFFFFF00;

    private final Consumer<Segment> wire;
    private final int clientPort;
    private final Segment segment = new Segment();
    private long nowNs = START_NS;
    private int clientNext = CLIENT_START;
    private int serverNext = SERVER_START;

    Conversation(int clientPort, Consumer<Segment> wire) {
        this.clientPort = clientPort;
        this.wire = wire;
    }

    Conversation at(long timeNs) {
        nowNs = timeNs;
        return this;
    }

    Conversation handshake() {
        client(Segment.SYN, clientNext, 0, "");
        clientNext++;
        server(Segment.SYN | Segment.ACK, serverNext, clientNext, "");
        serverNext++;
        client(Segment.ACK, clientNext, serverNext, "");
        return this;
    }

    Conversation syn() {
        client(Segment.SYN, clientNext, 0, "");
        return this;
    }

    Conversation fromClient(String text) {
        client(Segment.ACK | Segment.PSH, clientNext, serverNext, text);
        clientNext += text.length();
        return this;
    }

    Conversation fromServer(String text) {
        server(Segment.ACK | Segment.PSH, serverNext, clientNext, text);
        serverNext += text.length();
        return this;
    }

    /** A hundred bytes more, after a segment of the client; nothing is made, and nothing sent. */
    Segment nextFromClient() {
        segment.origin(nowNs, 3, 0, 54 + PAYLOAD.capacity())
                .numbers(clientNext, serverNext, Segment.ACK, 65_535, 0)
                .payload(PAYLOAD, 0, PAYLOAD.capacity(), PAYLOAD.capacity());
        nowNs += 1_000;
        clientNext += PAYLOAD.capacity();
        return segment;
    }

    /** These bytes of the client were sent but not captured. */
    Conversation lostFromClient(int bytes) {
        clientNext += bytes;
        return this;
    }

    Conversation serverAcknowledges() {
        server(Segment.ACK, serverNext, clientNext, "");
        return this;
    }

    Conversation fins() {
        client(Segment.FIN | Segment.ACK, clientNext, serverNext, "");
        clientNext++;
        server(Segment.FIN | Segment.ACK, serverNext, clientNext, "");
        serverNext++;
        client(Segment.ACK, clientNext, serverNext, "");
        return this;
    }

    /** A SYN inside the open connection: odd, and ignored. */
    Conversation strangeSyn() {
        client(Segment.SYN, clientNext + 5_000, 0, "");
        return this;
    }

    private void client(int flags, int sequence, int acknowledgement, String text) {
        send(0x0A000001, clientPort, 0x0A000002, 80, flags, sequence, acknowledgement, text);
    }

    private void server(int flags, int sequence, int acknowledgement, String text) {
        send(0x0A000002, 80, 0x0A000001, clientPort, flags, sequence, acknowledgement, text);
    }

    private void send(
            int source,
            int sourcePort,
            int destination,
            int destinationPort,
            int flags,
            int sequence,
            int acknowledgement,
            String text) {
        byte[] payload = text.getBytes(StandardCharsets.ISO_8859_1);
        segment.origin(nowNs, 3, 0, 54 + payload.length)
                .addresses(false, 0, source, 0, destination)
                .ports(sourcePort, destinationPort)
                .hopLimit(64)
                .numbers(sequence, acknowledgement, flags, 65_535, 0)
                .noOptions()
                .checksum(Checksum.RIGHT)
                .noPath()
                .payload(ByteBuffer.wrap(payload), 0, payload.length, payload.length);
        segment.hash(HASH.of(segment));
        nowNs += 1_000_000;
        wire.accept(segment);
    }
}
