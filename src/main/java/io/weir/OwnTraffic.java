package io.weir;

import io.weir.decode.Segment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Recognises segments of weir's own service, which would feed themselves. The kernel's filter keeps them away; this is the
 * second line, for those that it cannot see (fragments, tags). Immutable.
 */
final class OwnTraffic {
    static final OwnTraffic NONE = new OwnTraffic(-1, List.of());

    private final int port;
    private final boolean[] ipv6;
    private final long[] high;
    private final long[] low;

    /** @param addresses of the service; empty for every address */
    OwnTraffic(int port, List<InetAddress> addresses) {
        this.port = port;
        ipv6 = new boolean[addresses.size()];
        high = new long[addresses.size()];
        low = new long[addresses.size()];
        for (int index = 0; index < ipv6.length; index++) {
            ByteBuffer bytes = ByteBuffer.wrap(addresses.get(index).getAddress());
            ipv6[index] = bytes.capacity() == 16;
            high[index] = ipv6[index] ? bytes.getLong(0) : 0;
            low[index] = ipv6[index] ? bytes.getLong(8) : bytes.getInt(0) & 0xFFFFFFFFL;
        }
    }

    boolean is(Segment segment) {
        return segment.sourcePort() == port && isAddress(segment, segment.sourceHigh(), segment.sourceLow())
                || segment.destinationPort() == port
                        && isAddress(segment, segment.destinationHigh(), segment.destinationLow());
    }

    private boolean isAddress(Segment segment, long segmentHigh, long segmentLow) {
        for (int index = 0; index < ipv6.length; index++) {
            if (ipv6[index] == segment.ipv6() && high[index] == segmentHigh && low[index] == segmentLow) {
                return true;
            }
        }
        return ipv6.length == 0;
    }
}
