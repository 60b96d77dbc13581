package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;

/**
 * Both directions of one TCP connection. Read-only for the library's user, on the assembler's thread, from
 * {@link StreamFactory#open} until {@link Stream#complete} returns; the object is then reused for another connection.
 */
public final class Connection extends Timed {
    /** The lower endpoint's direction and the higher one's, in the order of {@link FlowHash#sourceIsHigher}. */
    final HalfConnection low = new HalfConnection(this);

    final HalfConnection high = new HalfConnection(this);

    // the whole identity; the hash only finds the bucket
    long hash;
    private long lowHigh;
    private long lowLow;
    private long highHigh;
    private long highLow;
    private int ports;
    private int domain;
    private boolean ipv6;
    /** Of the packets from the side that sent the first one; null if there is none. */
    private long[] path;
    /** Of the packets from the other side, where a tunnel gives them another identifier; null if it is the same. */
    private long[] returnPath;

    private boolean firstIsHigh;
    /** The hash with the path mixed in. */
    long pathHash;

    Stream stream;
    boolean opened;
    boolean lowIsClient;
    Roles roles;
    private int interfaceIndex;
    private long openedNs;

    /** The ending, once there is one; the connection is then a tombstone or kept on the stream's wish. */
    Ending ending;

    boolean halfOpen;
    final TcpStateMachine machine = new TcpStateMachine();

    /** A reset that is obeyed if the connection stays silent. */
    boolean resetSuspected;

    /** Other initial sequence numbers that a SYN brought, with who sent it; null until there is one. */
    SynCandidates candidates;

    Connection() {}

    void reset(Segment segment) {
        boolean swap = FlowHash.sourceIsHigher(segment);
        hash = segment.hash();
        ipv6 = segment.ipv6();
        domain = segment.domain();
        lowHigh = swap ? segment.destinationHigh() : segment.sourceHigh();
        lowLow = swap ? segment.destinationLow() : segment.sourceLow();
        highHigh = swap ? segment.sourceHigh() : segment.destinationHigh();
        highLow = swap ? segment.sourceLow() : segment.destinationLow();
        ports = swap
                ? segment.destinationPort() << 16 | segment.sourcePort()
                : segment.sourcePort() << 16 | segment.destinationPort();
        path = pathOf(segment);
        returnPath = null;
        firstIsHigh = swap;
        low.reset();
        high.reset();
        stream = null;
        opened = false;
        lowIsClient = !swap;
        roles = Roles.FIRST;
        interfaceIndex = segment.interfaceIndex();
        openedNs = segment.timeNs();
        ending = null;
        halfOpen = false;
        machine.reset();
        resetSuspected = false;
        candidates = null;
    }

    private static long[] pathOf(Segment segment) {
        if (segment.pathLength() == 0) {
            return null;
        }
        long[] path = new long[segment.pathLength()];
        for (int index = 0; index < path.length; index++) {
            path[index] = segment.path(index);
        }
        return path;
    }

    /** Whether the segment belongs to this connection; every part of the identity is compared. */
    boolean is(Segment segment, boolean swap) {
        return hasEnds(segment, swap) && along(path, segment);
    }

    /** Whether the segment comes from the other side along a path of its own that is known already. */
    boolean isReturn(Segment segment, boolean swap) {
        return returnPath != null && swap != firstIsHigh && hasEnds(segment, swap) && along(returnPath, segment);
    }

    /**
     * Takes the segment for the first one of the other side, if everything but the tunnels' identifiers fits: the kinds
     * of the path, and above all its acknowledgement, which must name the very next byte of what was seen.
     */
    boolean pairs(Segment segment, boolean swap) {
        HalfConnection known = firstIsHigh ? high : low;
        boolean silent = swap != firstIsHigh && known.peer().packets == 0 && returnPath == null;
        if (!silent
                || !segment.has(Segment.ACK)
                || !known.is(HalfConnection.STARTED)
                || segment.acknowledgement() != Sequence.add(known.base, known.sentTo)
                || !hasEnds(segment, swap)
                || !sameKinds(segment)) {
            return false;
        }
        returnPath = pathOf(segment);
        return true;
    }

    private boolean sameKinds(Segment segment) {
        boolean same = path != null && path.length == segment.pathLength();
        for (int index = 0; same && index < path.length; index++) {
            same = path[index] >>> 32 == segment.path(index) >>> 32;
        }
        return same;
    }

    private static boolean along(long[] path, Segment segment) {
        if ((path == null ? 0 : path.length) != segment.pathLength()) {
            return false;
        }
        for (int index = 0; index < segment.pathLength(); index++) {
            if (path[index] != segment.path(index)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasEnds(Segment segment, boolean swap) {
        if (ports
                        != (swap
                                ? segment.destinationPort() << 16 | segment.sourcePort()
                                : segment.sourcePort() << 16 | segment.destinationPort())
                || lowLow != (swap ? segment.destinationLow() : segment.sourceLow())
                || highLow != (swap ? segment.sourceLow() : segment.destinationLow())
                || ipv6 != segment.ipv6()
                || domain != segment.domain()) {
            return false;
        }
        return !ipv6
                || lowHigh == (swap ? segment.destinationHigh() : segment.sourceHigh())
                        && highHigh == (swap ? segment.sourceHigh() : segment.destinationHigh());
    }

    HalfConnection peer(HalfConnection half) {
        return half == low ? high : low;
    }

    FlowDirection direction(HalfConnection half) {
        return half == low == lowIsClient ? FlowDirection.CLIENT_TO_SERVER : FlowDirection.SERVER_TO_CLIENT;
    }

    void client(HalfConnection half, Roles how) {
        lowIsClient = half == low;
        roles = how;
    }

    int port(HalfConnection half) {
        return half == low ? ports >>> 16 : ports & 0xFFFF;
    }

    long lastSeenNs() {
        return Math.max(low.lastSeenNs, high.lastSeenNs);
    }

    public boolean ipv6() {
        return ipv6;
    }

    /** Address words as in {@link Segment}; text by {@link io.weir.decode.Addresses}. */
    public long clientHigh() {
        return lowIsClient ? lowHigh : highHigh;
    }

    public long clientLow() {
        return lowIsClient ? lowLow : highLow;
    }

    public int clientPort() {
        return lowIsClient ? ports >>> 16 : ports & 0xFFFF;
    }

    public long serverHigh() {
        return lowIsClient ? highHigh : lowHigh;
    }

    public long serverLow() {
        return lowIsClient ? highLow : lowLow;
    }

    public int serverPort() {
        return lowIsClient ? ports & 0xFFFF : ports >>> 16;
    }

    public int domain() {
        return domain;
    }

    /** Interface of the first packet. */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    public int pathLength() {
        return path == null ? 0 : path.length;
    }

    /** Step of the encapsulation path; text by {@link io.weir.decode.Encapsulation#text}. */
    public long path(int index) {
        return path[index];
    }

    public Roles roles() {
        return roles;
    }

    /** Neither side's SYN was seen. */
    public boolean midstream() {
        return !low.is(HalfConnection.SYN_SEEN) && !high.is(HalfConnection.SYN_SEEN);
    }

    /** Capture time of the first packet, nanoseconds since 1970. */
    public long openedNs() {
        return openedNs;
    }

    public HalfConnection half(FlowDirection direction) {
        return direction == FlowDirection.CLIENT_TO_SERVER == lowIsClient ? low : high;
    }

    @Override
    public String toString() {
        return "client: " + half(FlowDirection.CLIENT_TO_SERVER) + "; server: " + half(FlowDirection.SERVER_TO_CLIENT);
    }
}
