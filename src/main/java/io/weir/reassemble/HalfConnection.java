package io.weir.reassemble;

/**
 * One direction of a connection: what its sender sent. Read-only for the library's user, on the assembler's thread, and
 * valid until {@link Stream#complete} returns.
 */
public final class HalfConnection {
    /** Where the first byte of this direction is known from. */
    static final int STARTED = 0x01;

    static final int SYN_SEEN = 0x02;
    static final int MIDSTREAM = 0x04;
    /** The end was delivered. */
    static final int CLOSED = 0x08;
    /** All of this sender's checksums so far were wrong. */
    static final int CHECKSUMS_WRONG = 0x10;

    static final int TIMESTAMPS = 0x20;
    static final int SIGNED = 0x40;
    static final int SCALED = 0x80;
    /** It has sent an acknowledgement; {@link #acknowledgement} is the newest. */
    static final int ACKNOWLEDGES = 0x100;
    /** Its newest window announcement closes the other side's window. */
    static final int ZERO_WINDOW = 0x200;
    /** {@link Oddities#hint} is the number of an empty segment: the sender's next byte, most likely. */
    static final int HINT = 0x400;
    /** The FIN was delivered and takes a sequence number. */
    static final int FIN_DELIVERED = 0x800;

    static final int TIMESTAMP_SEEN = 0x1000;
    /** Data was delivered or a gap was told. */
    static final int TOLD = 0x2000;
    /** Data without ACK flag is among what waits for a start. */
    static final int UNFLAGGED = 0x4000;
    /** The checksum of a segment was right, so it seems to finish its own; some hosts do so for empty ones only. */
    static final int CHECKSUM_RIGHT = 0x8000;
    /** The checksum of a segment with payload was right. */
    static final int DATA_CHECKSUM_RIGHT = 0x10000;
    /** The bits from here on are the {@link Gate}'s. */
    static final int SEGMENT_SIZE_SHIFT = 17;

    final Connection connection;
    int state;

    /** Sequence number of offset 0. */
    int base;

    /** Offset of the next byte to deliver. */
    long next;

    /** Highest offset behind anything that the sender was seen to send, its FIN included. */
    long sentTo;

    /** Offset up to which the other side acknowledged. */
    long acked;

    /** Offset up to which the other side's window allows to send. */
    long windowEdge;

    /** The newest acknowledgement number that this sender sent. */
    int acknowledgement;

    byte windowScale;
    /** Segments in a row that lay beyond the window. */
    byte beyondWindow;

    /** Of the newest segment; -1 before the first. */
    short hopLimit;

    int newestTimestamp;
    long lastSeenNs;
    long historyAt;
    Waiting waiting;

    /** Null until there are some. */
    private Oddities oddities;

    /** The lower 32 bits of {@link #packets()}; the rest is in {@link Oddities#packetRounds}. */
    int packets;

    HalfConnection(Connection connection) {
        this.connection = connection;
    }

    void reset() {
        state = 0;
        base = 0;
        next = 0;
        sentTo = 0;
        acked = -1;
        windowEdge = -1;
        acknowledgement = 0;
        windowScale = 0;
        beyondWindow = 0;
        hopLimit = -1;
        newestTimestamp = 0;
        lastSeenNs = 0;
        historyAt = History.NONE;
        packets = 0;
        if (oddities != null) {
            oddities.reset();
        }
    }

    boolean is(int bit) {
        return (state & bit) != 0;
    }

    void set(int bit) {
        state |= bit;
    }

    void clear(int bit) {
        state &= ~bit;
    }

    HalfConnection peer() {
        return connection.peer(this);
    }

    /** The offset that a sequence number of this sender means. */
    long offset(int sequence) {
        return Sequence.offset(base, next, sequence);
    }

    /** The sequence number that the sender's next byte should have. */
    int expectedSequence() {
        return Sequence.add(base, is(FIN_DELIVERED) ? next + 1 : next);
    }

    boolean hasRuns() {
        return waiting != null && waiting.root != PageCache.NIL;
    }

    boolean hasHeld() {
        return waiting != null && waiting.held != PageCache.NIL;
    }

    boolean hasKept() {
        return waiting != null && waiting.kept != PageCache.NIL;
    }

    /** Made if there are none yet. */
    Oddities oddities() {
        if (oddities == null) {
            oddities = new Oddities(this);
        }
        return oddities;
    }

    boolean isTimed() {
        return oddities != null && oddities.queue != null;
    }

    boolean isIn(TimeQueue queue) {
        return oddities != null && oddities.queue == queue;
    }

    void leaveQueue() {
        if (oddities != null) {
            TimeQueue.leave(oddities);
        }
    }

    /** Where its newest FIN lies, or where the one lay that ended it; -1 for none. */
    long finOffset() {
        if (is(FIN_DELIVERED)) {
            return next;
        }
        return oddities == null ? -1 : oddities.finOffset;
    }

    /** Offset that the other side acknowledged beyond what the sender was seen to send; -1 for none. */
    long ackedAhead() {
        return oddities == null ? -1 : oddities.ackedAhead;
    }

    void ackedAhead(long offset) {
        if (offset >= 0) {
            oddities().ackedAhead = offset;
        } else if (oddities != null) {
            oddities.ackedAhead = -1;
        }
    }

    /** When its receiver was last taken to be no longer captured; -1 for never. */
    long believedNs() {
        return oddities == null ? -1 : oddities.believedNs;
    }

    void noFin() {
        if (oddities != null) {
            oddities.finOffset = -1;
        }
    }

    void countPacket() {
        if (++packets == 0) {
            oddities().packetRounds++;
        }
    }

    /** Whether any segment of this sender was seen. */
    boolean heard() {
        return packets != 0 || packets() > 0;
    }

    void outOfOrder() {
        oddities().outOfOrderPackets++;
    }

    void gap(long bytes) {
        oddities().gapBytes += bytes;
    }

    void overlap(long bytes) {
        if (bytes != 0) {
            oddities().overlapBytes += bytes;
        }
    }

    void conflict(long bytes) {
        if (bytes != 0) {
            oddities().conflictBytes += bytes;
        }
    }

    void refuse(long bytes) {
        if (bytes != 0) {
            oddities().refusedBytes += bytes;
        }
    }

    /** Payload bytes delivered. */
    public long bytes() {
        return next - gapBytes();
    }

    /** Bytes told as gaps; {@code bytes() + gapBytes()} is the offset of the next byte. */
    public long gapBytes() {
        return oddities == null ? 0 : oddities.gapBytes;
    }

    /** Bytes that came again with the same value, or whose first copy was not compared: forgotten, or too far to look for. */
    public long duplicateBytes() {
        return overlapBytes() - conflictBytes();
    }

    /** Segments of this sender, refused ones included. */
    public long packets() {
        return (oddities == null ? 0 : oddities.packetRounds << 32) + Integer.toUnsignedLong(packets);
    }

    /** Segments that had to wait for a hole before them. */
    public long outOfOrderPackets() {
        return oddities == null ? 0 : oddities.outOfOrderPackets;
    }

    /** Bytes that came again, with whatever value. */
    public long overlapBytes() {
        return oddities == null ? 0 : oddities.overlapBytes;
    }

    /** Bytes that came again with another value. */
    public long conflictBytes() {
        return oddities == null ? 0 : oddities.conflictBytes;
    }

    /** Bytes of segments that were refused, or whose bytes never became part of the stream. */
    public long refusedBytes() {
        return oddities == null ? 0 : oddities.refusedBytes;
    }

    /** Bytes that wait above a hole now; those that are held back until their receiver answers are not among them. */
    public long waitingBytes() {
        return waiting == null ? 0 : waiting.bytes;
    }

    /** Offset up to which the other side has acknowledged, or -1 while unknown. */
    public long ackedTo() {
        return acked;
    }

    /** Offset of the next byte to deliver. */
    public long nextOffset() {
        return next;
    }

    /** Capture time of its newest segment; 0 if none was seen. */
    public long lastSeenNs() {
        return lastSeenNs;
    }

    /** One line for a person who debugs. */
    @Override
    public String toString() {
        return "next " + next + ", acked " + acked + ", fin " + finOffset() + ", waiting " + waitingBytes()
                + (is(CLOSED) ? ", closed" : is(STARTED) ? "" : ", not started");
    }
}
