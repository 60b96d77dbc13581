package io.weir.reassemble;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The next bytes of one direction. Reused after {@link Stream#reassembled} returns, and so is the memory behind it:
 * copy what you keep, or say {@link #keepFrom}. A segment that arrived in order is handed on where it lies.
 */
public final class ScatterGather {
    private static final int NOTHING_KEPT = Integer.MAX_VALUE;

    private final AssemblyStats stats = new AssemblyStats();
    private final Chunk first = new Chunk();
    private Chunk[] pieces = {first};
    private int chunks;
    private int length;

    private int saved;
    private long offset;
    // not the constant: to write a reference may cost a fence
    private boolean fromClient;
    private boolean start;
    private boolean end;
    private long skip;
    private GapCause skipCause;
    private long timeNs;
    private long ackedTo;
    private int keepFrom;

    /** Bytes of one packet. */
    private static final class Chunk {
        ByteBuffer memory;
        int position;
        int length;
        long timeNs;
        int interfaceIndex;

        void set(ByteBuffer memory, int position, int length, long timeNs, int interfaceIndex) {
            // as a rule the same as before, and to write a reference may cost a fence
            if (this.memory != memory) {
                this.memory = memory;
            }
            this.position = position;
            this.length = length;
            this.timeNs = timeNs;
            this.interfaceIndex = interfaceIndex;
        }
    }

    ScatterGather() {}

    /** A segment's payload and nothing else: {@link #begin}, {@link #add} and {@link #place} in one. */
    void only(Segment segment, FlowDirection direction, long offset, long skip, long ackedTo) {
        long segmentTimeNs = segment.timeNs();
        int payload = segment.payloadLength();
        first.set(segment.memory(), segment.payloadOffset(), payload, segmentTimeNs, segment.interfaceIndex());
        fromClient = direction == FlowDirection.CLIENT_TO_SERVER;
        timeNs = segmentTimeNs;
        this.ackedTo = ackedTo;
        chunks = 1;
        length = payload;
        saved = 0;
        this.offset = offset;
        start = false;
        end = false;
        this.skip = skip;
        skipCause = null;
        keepFrom = NOTHING_KEPT;
    }

    void begin(FlowDirection direction, long timeNs, long ackedTo) {
        fromClient = direction == FlowDirection.CLIENT_TO_SERVER;
        this.timeNs = timeNs;
        this.ackedTo = ackedTo;
        chunks = 0;
        length = 0;
        saved = 0;
        offset = 0;
        start = false;
        end = false;
        skip = 0;
        keepFrom = NOTHING_KEPT;
    }

    void add(ByteBuffer memory, int at, int count, long packetTimeNs, int interfaceIndex) {
        if (chunks == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * chunks);
            Arrays.setAll(pieces, index -> index < chunks ? pieces[index] : new Chunk());
        }
        pieces[chunks++].set(memory, at, count, packetTimeNs, interfaceIndex);
        length += count;
    }

    void savedSoFar() {
        saved = length;
    }

    void place(long offset, boolean start, long skip, GapCause cause) {
        this.offset = offset;
        this.start = start;
        this.skip = skip;
        skipCause = cause;
    }

    void markEnd() {
        end = true;
    }

    /** Position from which on the stream wants to keep, or the length if nothing. */
    int keptFrom() {
        return Math.min(keepFrom, length);
    }

    /** Forgets the memory of the last call. */
    void release() {
        for (int chunk = 0; chunk < chunks; chunk++) {
            pieces[chunk].memory = null;
        }
        chunks = 0;
    }

    /** Bytes available, kept ones included. */
    public int length() {
        return length;
    }

    /** How many of them were kept from the call before; they come first. */
    public int saved() {
        return saved;
    }

    /** Stream offset of the first available byte. */
    public long offset() {
        return offset;
    }

    public FlowDirection direction() {
        return fromClient ? FlowDirection.CLIENT_TO_SERVER : FlowDirection.SERVER_TO_CLIENT;
    }

    /** The sender's SYN is right before these bytes; told once for a direction. */
    public boolean start() {
        return start;
    }

    /** This direction has ended; nothing more will come of it. */
    public boolean end() {
        return end;
    }

    /**
     * Bytes missing right before the first new byte, which is at position {@link #saved}: 0 none, -1 unknown because
     * the direction was picked up midstream. With a skip, the first new byte's offset is {@code offset() + saved() +
     * skip()}, or {@code offset()} if nothing was kept.
     */
    public long skip() {
        return skip;
    }

    /** Why, if {@link #skip} is above 0, else null. */
    public GapCause skipCause() {
        return skipCause;
    }

    /** Capture time of the packet, or the assembler's time, that caused this call. */
    public long timeNs() {
        return timeNs;
    }

    /** Offset up to which the receiver has acknowledged, or -1 while unknown. */
    public long ackedTo() {
        return ackedTo;
    }

    /**
     * The first {@code count} available bytes: a view if they lie in one piece, else a copy. Valid during the call;
     * allocates.
     *
     * @throws IndexOutOfBoundsException if {@code count} is more than {@link #length}
     */
    public ByteBuffer fetch(int count) {
        java.util.Objects.checkFromToIndex(0, count, length);
        if (count == 0) {
            return ByteBuffer.allocate(0);
        }
        if (count <= pieces[0].length) {
            return pieces[0].memory.slice(pieces[0].position, count).asReadOnlyBuffer();
        }
        byte[] copy = new byte[count];
        copy(0, copy, 0, count);
        return ByteBuffer.wrap(copy).asReadOnlyBuffer();
    }

    /**
     * Copies {@code count} bytes from position {@code from} of the available ones.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public void copy(int from, byte[] target, int at, int count) {
        java.util.Objects.checkFromIndexSize(from, count, length);
        for (int chunk = 0; count > 0; chunk++) {
            if (from >= pieces[chunk].length) {
                from -= pieces[chunk].length;
                continue;
            }
            int piece = Math.min(count, pieces[chunk].length - from);
            pieces[chunk].memory.get(pieces[chunk].position + from, target, at, piece);
            at += piece;
            count -= piece;
            from = 0;
        }
    }

    /** Pieces that the available bytes lie in, each of one packet. */
    public int chunks() {
        return chunks;
    }

    public ByteBuffer chunkMemory(int chunk) {
        return pieces[chunk].memory;
    }

    /** Where the piece lies in its {@link #chunkMemory}. */
    public int chunkOffset(int chunk) {
        return pieces[chunk].position;
    }

    public int chunkLength(int chunk) {
        return pieces[chunk].length;
    }

    /**
     * Keeps the available bytes from this position on: they come first in the next call of this direction, or in its
     * last one. 0 keeps all, the length or more keeps nothing; the last call counts. Kept bytes are copied, and count
     * against the direction's bound; what exceeds it is not kept, and counted as {@link Anomaly#WAIT_LIMIT}.
     */
    public void keepFrom(int position) {
        keepFrom = Math.max(0, position);
    }

    /** Where the byte at this position came from; {@link CaptureInfo#NONE} outside the data. Allocates. */
    public CaptureInfo captureInfo(int position) {
        if (position < 0 || position >= length) {
            return CaptureInfo.NONE;
        }
        int chunk = 0;
        while (position >= pieces[chunk].length) {
            position -= pieces[chunk++].length;
        }
        return new CaptureInfo(pieces[chunk].timeNs, pieces[chunk].interfaceIndex, pieces[chunk].length);
    }

    /** Figures of this call; reused like the rest. */
    public AssemblyStats stats() {
        return stats;
    }

    long chunkTimeNs(int chunk) {
        return pieces[chunk].timeNs;
    }

    int chunkInterface(int chunk) {
        return pieces[chunk].interfaceIndex;
    }
}
