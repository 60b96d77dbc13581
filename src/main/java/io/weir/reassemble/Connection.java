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

    private static final Roles[] ROLES = Roles.values();
    private static final Ending[] ENDINGS = Ending.values();
    private static final byte OPEN = -1;

    // the whole identity; the hash, with the path mixed in, only finds the bucket
    int pathHash;
    /** The IPv4 addresses, the lower endpoint's in the upper half. */
    private long ends;

    private int ports;
    private int domain;
    /** Null for most. */
    private Uncommon uncommon;

    Stream stream;
    boolean opened;
    boolean lowIsClient;
    private byte roles;
    private int interfaceIndex;
    private long openedNs;

    /** The ending's ordinal, once there is one; the connection is then kept on the stream's wish. */
    private byte ending;

    boolean halfOpen;
    /** What {@link TcpStateMachine#remembered} says. */
    byte machine;

    /** A reset that is obeyed if the connection stays silent. */
    boolean resetSuspected;

    Connection() {}

    void reset(Segment segment) {
        boolean swap = FlowHash.sourceIsHigher(segment);
        uncommon = Uncommon.of(segment, swap);
        domain = segment.domain();
        ends = segment.ipv6() ? 0 : ends(segment, swap);
        ports = ports(segment, swap);
        low.reset();
        high.reset();
        stream = null;
        opened = false;
        lowIsClient = !swap;
        roles = (byte) Roles.FIRST.ordinal();
        interfaceIndex = segment.interfaceIndex();
        openedNs = segment.timeNs();
        ending = OPEN;
        halfOpen = false;
        machine = 0;
        resetSuspected = false;
    }

    static long ends(Segment segment, boolean swap) {
        return swap
                ? segment.destinationLow() << 32 | segment.sourceLow()
                : segment.sourceLow() << 32 | segment.destinationLow();
    }

    static int ports(Segment segment, boolean swap) {
        return swap
                ? segment.destinationPort() << 16 | segment.sourcePort()
                : segment.sourcePort() << 16 | segment.destinationPort();
    }

    /** Whether the segment belongs to this connection; every part of the identity is compared. */
    boolean is(Segment segment, boolean swap) {
        return hasEnds(segment, swap) && Uncommon.along(uncommon == null ? null : uncommon.path, segment);
    }

    /** Whether the segment comes from the other side along a path of its own that is known already. */
    boolean isReturn(Segment segment, boolean swap) {
        return uncommon.returnPath != null
                && swap != uncommon.firstIsHigh
                && hasEnds(segment, swap)
                && Uncommon.along(uncommon.returnPath, segment);
    }

    /**
     * Takes the segment for the first one of the other side, if everything but the path fits, and above all its
     * acknowledgement, which must name the very next byte of what was seen.
     *
     * @param hash of the segment's whole identity
     */
    boolean pairs(Segment segment, boolean swap, long hash) {
        HalfConnection known = uncommon.firstIsHigh ? high : low;
        boolean silent = swap != uncommon.firstIsHigh && !known.peer().heard() && uncommon.returnPath == null;
        if (!silent
                || !segment.has(Segment.ACK)
                || !known.is(HalfConnection.STARTED)
                || segment.acknowledgement() != Sequence.add(known.base, known.sentTo)
                || !hasEnds(segment, swap)) {
            return false;
        }
        uncommon.returnPath = segment.pathLength() == 0 ? Uncommon.NO_PATH : Uncommon.pathOf(segment);
        uncommon.returnHash = (int) hash;
        return true;
    }

    private boolean hasEnds(Segment segment, boolean swap) {
        if (ports != ports(segment, swap) || domain != segment.domain()) {
            return false;
        }
        return segment.ipv6()
                ? uncommon != null && uncommon.hasIpv6Ends(segment, swap)
                : !ipv6() && ends == ends(segment, swap);
    }

    /** Hash without the path, of a connection that has one. */
    int endsHash() {
        return uncommon.hash;
    }

    boolean ended() {
        return ending != OPEN;
    }

    /** Null while there is none. */
    Ending ending() {
        return ending == OPEN ? null : ENDINGS[ending];
    }

    void end(Ending how) {
        ending = (byte) how.ordinal();
    }

    /** Other initial sequence numbers that a SYN brought; null if there are none. */
    SynCandidates candidates() {
        return uncommon == null ? null : uncommon.candidates;
    }

    void candidates(SynCandidates candidates) {
        if (uncommon == null && candidates != null) {
            uncommon = new Uncommon();
        }
        if (uncommon != null) {
            uncommon.candidates = candidates;
        }
    }

    /** Null for most. */
    Uncommon uncommon() {
        return uncommon;
    }

    /** The IPv4 addresses, the lower endpoint's in the upper half. */
    long ends() {
        return ends;
    }

    /** The lower endpoint's in the upper half. */
    int ports() {
        return ports;
    }

    HalfConnection peer(HalfConnection half) {
        return half == low ? high : low;
    }

    FlowDirection direction(HalfConnection half) {
        return half == low == lowIsClient ? FlowDirection.CLIENT_TO_SERVER : FlowDirection.SERVER_TO_CLIENT;
    }

    void client(HalfConnection half, Roles how) {
        lowIsClient = half == low;
        roles = (byte) how.ordinal();
    }

    int port(HalfConnection half) {
        return half == low ? ports >>> 16 : ports & 0xFFFF;
    }

    long lastSeenNs() {
        return Math.max(low.lastSeenNs, high.lastSeenNs);
    }

    public boolean ipv6() {
        return uncommon != null && uncommon.ipv6;
    }

    private long lowHigh() {
        return ipv6() ? uncommon.lowHigh : 0;
    }

    private long lowLow() {
        return ipv6() ? uncommon.lowLow : ends >>> 32;
    }

    private long highHigh() {
        return ipv6() ? uncommon.highHigh : 0;
    }

    private long highLow() {
        return ipv6() ? uncommon.highLow : ends & 0xFFFFFFFFL;
    }

    /** Address words as in {@link Segment}; text by {@link io.weir.decode.Addresses}. */
    public long clientHigh() {
        return lowIsClient ? lowHigh() : highHigh();
    }

    public long clientLow() {
        return lowIsClient ? lowLow() : highLow();
    }

    public int clientPort() {
        return lowIsClient ? ports >>> 16 : ports & 0xFFFF;
    }

    public long serverHigh() {
        return lowIsClient ? highHigh() : lowHigh();
    }

    public long serverLow() {
        return lowIsClient ? highLow() : lowLow();
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
        return uncommon == null || uncommon.path == null ? 0 : uncommon.path.length;
    }

    /** Step of the encapsulation path; text by {@link io.weir.decode.Encapsulation#text}. */
    public long path(int index) {
        return uncommon.path[index];
    }

    public Roles roles() {
        return ROLES[roles];
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
