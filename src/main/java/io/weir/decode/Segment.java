package io.weir.decode;

import java.nio.ByteBuffer;

/**
 * One TCP segment: ends, path, header fields, and where its payload lies. A reusable view: {@link PacketDecoder} fills the
 * same object for each packet, and whoever wants to keep something copies it. The payload stays in {@link #memory()}, owned by
 * the packet's source and valid only during the call that handed the segment on. {@link #writeTo} and {@link #readFrom} carry a
 * segment from the capture worker to its partition.
 */
public final class Segment extends CapturedPacket implements TcpHeader {
    /** At most this many encapsulation steps; a packet with more is refused by the decoder. */
    public static final int MAX_PATH = 8;

    /** Bytes that {@link #writeTo} needs besides path and payload, at most. */
    public static final int FIXED_WIRE_BYTES = SegmentForm.FIXED_BYTES;

    ByteBuffer memory;
    int payloadOffset;
    int payloadLength;
    int payloadWireLength;
    boolean ipv6;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    final long[] path = new long[MAX_PATH];
    int pathLength;
    int hopLimit;

    int sequence;
    int acknowledgement;
    int flags;
    int window;
    int urgentPointer;
    int options;
    int maximumSegmentSize;
    int windowScale;
    int timestampValue;
    int timestampEcho;
    Checksum checksum = Checksum.UNVERIFIED;
    int checksumBegun = TcpChecksum.DONE;
    long hash;

    /** Capture time, interface and capture domain; once for each packet, before or after decoding. */
    public Segment origin(long timeNs, int interfaceIndex, int domain, int wireLength) {
        this.timeNs = timeNs;
        this.interfaceIndex = interfaceIndex;
        this.domain = domain;
        this.wireLength = wireLength;
        return this;
    }

    /** An IPv4 address lies in the low 32 bits of {@code low}; {@code high} is then 0. */
    public Segment addresses(boolean ipv6, long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        this.ipv6 = ipv6;
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        return this;
    }

    public Segment ports(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        hash = 0;
        return this;
    }

    public Segment hopLimit(int hopLimit) {
        this.hopLimit = hopLimit;
        return this;
    }

    public Segment numbers(int sequence, int acknowledgement, int flags, int window, int urgentPointer) {
        this.sequence = sequence;
        this.acknowledgement = acknowledgement;
        this.flags = flags;
        this.window = window;
        this.urgentPointer = urgentPointer;
        return this;
    }

    /** Forgets the options of the packet before. */
    public Segment noOptions() {
        options = 0;
        maximumSegmentSize = 0;
        windowScale = 0;
        timestampValue = 0;
        timestampEcho = 0;
        return this;
    }

    public Segment addOption(int bit) {
        options |= bit;
        return this;
    }

    public Segment maximumSegmentSize(int bytes) {
        maximumSegmentSize = bytes;
        return addOption(OPTION_MSS);
    }

    /** As the option says it; RFC 7323 section 2.3 caps its use at 14. */
    public Segment windowScale(int shift) {
        windowScale = shift;
        return addOption(OPTION_WINDOW_SCALE);
    }

    public Segment timestamps(int value, int echo) {
        timestampValue = value;
        timestampEcho = echo;
        return addOption(OPTION_TIMESTAMPS);
    }

    public Segment checksum(Checksum checksum) {
        checksumBegun = TcpChecksum.DONE;
        // here and below: as a rule the same as before, and to write a reference may cost a fence
        if (this.checksum != checksum) {
            this.checksum = checksum;
        }
        return this;
    }

    /**
     * @param memory holds the payload
     * @param length captured bytes, all readable in {@code memory}
     * @param wireLength bytes that the segment had on the wire; more than {@code length} if the snap length cut it
     */
    public Segment payload(ByteBuffer memory, int offset, int length, int wireLength) {
        if (this.memory != memory) {
            this.memory = memory;
        }
        this.payloadOffset = offset;
        this.payloadLength = length;
        this.payloadWireLength = wireLength;
        return this;
    }

    /** Forgets the encapsulation path of the packet before. */
    public Segment noPath() {
        pathLength = 0;
        return this;
    }

    /** Appends a step, see {@link Encapsulation#step}, to the path, outermost first; false if the path is full. */
    public boolean addPath(long step) {
        if (pathLength == MAX_PATH) {
            return false;
        }
        path[pathLength++] = step;
        return true;
    }

    /** Keyed, direction-free hash of the flow, see {@link FlowHash}; 0 until computed, {@link #ports} forgets it. */
    public Segment hash(long hash) {
        this.hash = hash;
        return this;
    }

    public ByteBuffer memory() {
        return memory;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadLength() {
        return payloadLength;
    }

    public int payloadWireLength() {
        return payloadWireLength;
    }

    public boolean ipv6() {
        return ipv6;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** Steps of the encapsulation path. */
    public int pathLength() {
        return pathLength;
    }

    public long path(int index) {
        return path[index];
    }

    /** IPv4 time to live or IPv6 hop limit. */
    public int hopLimit() {
        return hopLimit;
    }

    public int sequence() {
        return sequence;
    }

    public int acknowledgement() {
        return acknowledgement;
    }

    @Override
    public int flags() {
        return flags;
    }

    /** As in the header, not scaled. */
    public int window() {
        return window;
    }

    /** 0 without the URG flag, where the field means nothing (RFC 9293 section 3.1). */
    public int urgentPointer() {
        return urgentPointer;
    }

    @Override
    public int options() {
        return options;
    }

    public int maximumSegmentSize() {
        return maximumSegmentSize;
    }

    public int windowScale() {
        return windowScale;
    }

    public int timestampValue() {
        return timestampValue;
    }

    public int timestampEcho() {
        return timestampEcho;
    }

    /** Verifies the checksum, by a look at all of the payload, unless that was done or is not wanted. */
    public void verify() {
        if (checksumBegun != TcpChecksum.DONE) {
            checksum(TcpChecksum.of(checksumBegun, memory, payloadOffset, payloadLength));
        }
    }

    /** Only after {@link #verify}. */
    public Checksum checksum() {
        return checksum;
    }

    public long hash() {
        return hash;
    }

    /** Bytes that {@link #writeTo} will write. */
    public int wireForm() {
        return SegmentForm.bytes(this);
    }

    /**
     * Copies the segment with its payload.
     *
     * @param at where in {@code target}; {@link #wireForm()} bytes must be free there
     */
    public void writeTo(ByteBuffer target, int at) {
        SegmentForm.write(this, target, at);
    }

    /** Becomes a view of what {@link #writeTo} wrote; the payload stays in {@code source}. */
    public void readFrom(ByteBuffer source, int at) {
        SegmentForm.read(this, source, at);
    }
}
