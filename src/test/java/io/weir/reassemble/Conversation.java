package io.weir.reassemble;

import io.weir.decode.Segment;

/** Two endpoints. What they send reaches the probe at once, in the order of the calls. */
final class Conversation {
    final Probe probe;
    private final Endpoint client;
    private final Endpoint server;
    private Recording current;

    Conversation(Probe probe, int clientPort) {
        this(probe, clientPort, 8080);
    }

    Conversation(Probe probe, int clientPort, int serverPort) {
        this.probe = probe;
        client = new Endpoint(this, 0x0A000001L, clientPort, 1_000);
        server = new Endpoint(this, 0x0A000002L, serverPort, 5_000_000);
        client.peer(server);
        server.peer(client);
    }

    /** With default options and its own probe. */
    static Conversation begin() {
        return new Probe().conversation();
    }

    /** As {@link #begin()}, with the handshake done. */
    static Conversation open() {
        return begin().handshake();
    }

    static Conversation open(AssemblerOptions options) {
        return new Probe(options).conversation().handshake();
    }

    Conversation numbers(long clientSequence, long serverSequence) {
        client.startAt(clientSequence);
        server.startAt(serverSequence);
        return this;
    }

    /** SYN, SYN-ACK, ACK. */
    Conversation handshake() {
        client.syn();
        server.synAck();
        client.ack(1);
        return this;
    }

    /** Both sides' FIN, in order, and the last ACK. */
    Conversation goodbye() {
        client.acking(server.next()).fin();
        server.acking(client.next()).fin();
        client.ack(server.next());
        return this;
    }

    Endpoint client() {
        return client;
    }

    Endpoint server() {
        return server;
    }

    /** Of several streams between these ends, the one that was made last. */
    Recording newest() {
        return probe.streams.get(probe.streams.size() - 1);
    }

    Recording stream() {
        return probe.stream();
    }

    Conversation after(long durationNs) {
        probe.after(durationNs);
        return this;
    }

    long count(Anomaly anomaly) {
        return probe.count(anomaly);
    }

    /** Notes the bytes with the stream that they meet, and with the one that they make. */
    void send(Segment segment) {
        probe.step();
        int before = probe.streams.size();
        if (current != null && current.ending == null) {
            current.captured(segment);
        }
        try {
            probe.assemble(segment);
        } finally {
            if (probe.streams.size() > before) {
                current = newest();
                current.captured(segment);
            }
        }
    }
}
