package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;

/**
 * Both directions of one TCP connection. Read-only for the library's user, on the assembler's thread, from
 * {@link StreamFactory#open} until {@link Stream#complete} returns; the object is then reused for another connection.
 */
public final class Connection extends Identity {
    /** The lower endpoint's direction and the higher one's, in the order of {@link FlowHash#sourceIsHigher}. */
    final HalfConnection low = new HalfConnection(this);

    final HalfConnection high = new HalfConnection(this);

    private static final Roles[] ROLES = Roles.values();
    private static final Ending[] ENDINGS = Ending.values();

    // bits of the status, above what TcpStateMachine.remembered says
    private static final int RESET_SUSPECTED = 0x100;
    private static final int HALF_OPEN = 0x200;
    private static final int AMBIGUOUS = 0x400;
    /** The ending's ordinal plus one, once there is one; the connection is then kept on the stream's wish. */
    private static final int ENDING_SHIFT = 16;

    Stream stream;
    boolean opened;
    boolean lowIsClient;
    private byte roles;
    private int interfaceIndex;
    private long openedNs;

    /** All that makes a connection anything but an established one, so that one question tells. */
    private int status;

    Connection() {}

    void reset(Segment segment) {
        boolean swap = FlowHash.sourceIsHigher(segment);
        identify(segment, swap);
        low.reset();
        high.reset();
        stream = null;
        opened = false;
        lowIsClient = !swap;
        roles = (byte) Roles.FIRST.ordinal();
        interfaceIndex = segment.interfaceIndex();
        openedNs = segment.timeNs();
        status = 0;
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

    /** Established, open, with nothing in doubt. */
    boolean ordinary() {
        return TcpStateMachine.established(status);
    }

    /** What {@link TcpStateMachine#remembered} says. */
    byte machine() {
        return (byte) status;
    }

    void machine(byte remembered) {
        status = status & ~0xFF | remembered;
    }

    boolean ended() {
        return status >>> ENDING_SHIFT != 0;
    }

    /** Null while there is none. */
    Ending ending() {
        return ended() ? ENDINGS[(status >>> ENDING_SHIFT) - 1] : null;
    }

    void end(Ending how) {
        status |= how.ordinal() + 1 << ENDING_SHIFT;
    }

    /** Without an answer so far. */
    boolean halfOpen() {
        return has(HALF_OPEN);
    }

    void halfOpen(boolean halfOpen) {
        set(HALF_OPEN, halfOpen);
    }

    /** There was a reset that is obeyed if the connection stays silent. */
    boolean resetSuspected() {
        return has(RESET_SUSPECTED);
    }

    void resetSuspected(boolean suspected) {
        set(RESET_SUSPECTED, suspected);
    }

    private boolean has(int bit) {
        return (status & bit) != 0;
    }

    private void set(int bit, boolean on) {
        status = on ? status | bit : status & ~bit;
    }

    /** Other initial sequence numbers that a SYN brought; null if there are none. */
    SynCandidates candidates() {
        return uncommon == null ? null : uncommon.candidates;
    }

    void candidates(SynCandidates candidates) {
        set(AMBIGUOUS, candidates != null);
        if (candidates != null) {
            uncommonToo().candidates = candidates;
        } else if (uncommon != null) {
            uncommon.candidates = null;
        }
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
        return half == low ? lowPort() : highPort();
    }

    long lastSeenNs() {
        return Math.max(low.lastSeenNs, high.lastSeenNs);
    }

    /** Address words as in {@link Segment}; text by {@link io.weir.decode.Addresses}. */
    public long clientHigh() {
        return lowIsClient ? lowHigh() : highHigh();
    }

    public long clientLow() {
        return lowIsClient ? lowLow() : highLow();
    }

    public int clientPort() {
        return lowIsClient ? lowPort() : highPort();
    }

    public long serverHigh() {
        return lowIsClient ? highHigh() : lowHigh();
    }

    public long serverLow() {
        return lowIsClient ? highLow() : lowLow();
    }

    public int serverPort() {
        return lowIsClient ? highPort() : lowPort();
    }

    /** Interface of the first packet. */
    public int interfaceIndex() {
        return interfaceIndex;
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
