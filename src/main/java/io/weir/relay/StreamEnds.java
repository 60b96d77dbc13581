package io.weir.relay;

import io.weir.decode.Addresses;
import io.weir.decode.Encapsulation;
import io.weir.reassemble.Connection;
import io.weir.reassemble.Roles;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Open;
import java.util.ArrayList;
import java.util.List;

/** Who speaks with whom in one stream, by which path: copied when it opens, turned into text only where wanted. */
final class StreamEnds {
    private static final long[] NO_PATH = {};

    private final boolean ipv6;
    private final long clientHigh;
    private final long clientLow;
    private final int clientPort;
    private final long serverHigh;
    private final long serverLow;
    private final int serverPort;
    private final String interfaceName;
    private final boolean midstream;
    private final Roles roles;
    private final long[] path;

    /** @param interfaceName as it is now: later another interface may have the same index */
    StreamEnds(Connection connection, String interfaceName) {
        this.interfaceName = interfaceName;
        ipv6 = connection.ipv6();
        clientHigh = connection.clientHigh();
        clientLow = connection.clientLow();
        clientPort = connection.clientPort();
        serverHigh = connection.serverHigh();
        serverLow = connection.serverLow();
        serverPort = connection.serverPort();
        midstream = connection.midstream();
        roles = connection.roles();
        path = connection.pathLength() == 0 ? NO_PATH : new long[connection.pathLength()];
        for (int step = 0; step < path.length; step++) {
            path[step] = connection.path(step);
        }
    }

    /** An opening event whose community id is left out, for filters. */
    Open draft(String stream, long openedNs) {
        return open(stream, openedNs, "");
    }

    Open open(StreamRelay relay, String stream, long openedNs) {
        String communityId =
                relay.communityId().of(ipv6, clientHigh, clientLow, clientPort, serverHigh, serverLow, serverPort);
        return open(stream, openedNs, communityId);
    }

    private Open open(String stream, long openedNs, String communityId) {
        return new Open(
                stream,
                openedNs,
                new Endpoint(Addresses.text(ipv6, clientHigh, clientLow), clientPort),
                new Endpoint(Addresses.text(ipv6, serverHigh, serverLow), serverPort),
                communityId,
                pathText(),
                interfaceName,
                midstream,
                roles);
    }

    private List<String> pathText() {
        if (path.length == 0) {
            return List.of();
        }
        List<String> steps = new ArrayList<>(path.length);
        for (long step : path) {
            steps.add(Encapsulation.text(step));
        }
        return List.copyOf(steps);
    }
}
