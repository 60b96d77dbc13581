package io.weir.serve;

import io.weir.reassemble.Ending;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.Roles;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import io.weir.relay.StreamSummary;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events and summaries of streams for tests. */
final class Streams {
    /** 2026-11-22T00:00:00Z */
    static final long START_NS = 1_795_305_600_000_000_000L;

    static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0, 0, -1);

    private Streams() {}

    static Open open(String stream) {
        return open(stream, "10.0.0.1", 40_000, "10.0.0.2", 80);
    }

    static Open open(String stream, String clientIp, int clientPort, String serverIp, int serverPort) {
        return new Open(
                stream,
                START_NS,
                new Endpoint(clientIp, clientPort),
                new Endpoint(serverIp, serverPort),
                "1:abc=",
                List.of(),
                "eth0",
                false,
                Roles.HANDSHAKE);
    }

    static Open openAt(String stream, long timeNs) {
        Open open = open(stream);
        return new Open(
                stream,
                timeNs,
                open.client(),
                open.server(),
                open.communityId(),
                open.path(),
                open.interfaceName(),
                false,
                Roles.HANDSHAKE);
    }

    static Data data(String stream, long offset, String payload) {
        return data(stream, offset, payload.getBytes(StandardCharsets.UTF_8));
    }

    static Data data(String stream, long offset, byte[] payload) {
        return new Data(stream, START_NS + 1_000, FlowDirection.CLIENT_TO_SERVER, offset, payload.length, payload, -1);
    }

    static Close close(String stream) {
        return new Close(stream, START_NS + 5_000, Ending.FIN, totals(3), totals(0));
    }

    static Totals totals(long bytes) {
        return new Totals(bytes, 0, 0, 4, 0, 0, 0, bytes);
    }

    static StreamSummary summary(Open open) {
        return new StreamSummary(open, open.timeNs() + 2_000, null, totals(3), totals(0), List.of(), false);
    }

    static StreamSummary closed(Open open) {
        return new StreamSummary(
                open, open.timeNs() + 5_000, close(open.stream()), totals(3), totals(0), List.of(), false);
    }
}
