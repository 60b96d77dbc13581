package io.weir.reassemble;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One side of a {@link Conversation}. Sequence numbers count from the side's initial one: 0 is the SYN, 1 the first byte.
 * A call that only describes the next segment ({@code at}, {@code acking}, {@code timestamps}) is followed by one that
 * sends it ({@code data}, {@code fin}, {@code ack}).
 */
final class Endpoint {
    /** What lies around a payload in memory; nobody may look at it. */
    private static final int MARGIN = 13;

    private final Conversation conversation;
    private final long address;
    private final int port;
    private final Segment segment = new Segment();
    private Endpoint peer;
    private long initial;
    private long next;
    private long acknowledged = 1;

    private long at;
    private long acking;
    private int extraFlags;
    private int missingFlags;
    private int window = 65_535;
    private int urgentPointer;
    private int cutBytes;
    private Checksum checksum;

    Endpoint(Conversation conversation, long address, int port, long initial) {
        this.conversation = conversation;
        this.address = address;
        this.port = port;
        this.initial = initial;
        segment.addresses(false, 0, address, 0, 0).origin(0, 3, 0, 0);
        describeNothing();
    }

    void peer(Endpoint other) {
        peer = other;
        segment.addresses(false, 0, address, 0, other.address).ports(port, other.port);
    }

    /** The segment that is sent next, for what this class has no word for (domain, path, family). */
    Segment raw() {
        return segment;
    }

    Endpoint startAt(long initialSequence) {
        initial = initialSequence;
        next = 0;
        return this;
    }

    /** Number after the last byte that was sent. */
    long next() {
        return next;
    }

    /** Number after the last byte that the other side sent. */
    long peerNext() {
        return peer.next;
    }

    /** The segment that {@link #send} would send. */
    String describe(int flags, String payload) {
        return this + ": " + (at == UNSET ? next : at) + "+" + payload.length() + " flags " + (flags | extraFlags)
                + " ack " + (acking == UNSET ? acknowledged : acking) + (cutBytes > 0 ? " cut " + cutBytes : "")
                + (segment.options() != 0 ? " options " + segment.options() : "")
                + (checksum == Checksum.RIGHT ? "" : " " + checksum)
                + (window == 65_535 ? "" : " window " + window);
    }

    @Override
    public String toString() {
        return port + (port < peer.port ? "s" : "c");
    }

    Endpoint at(long number) {
        at = number;
        return this;
    }

    /** Acknowledges this number of the other side; stays in force for later segments. */
    Endpoint acking(long number) {
        acking = number;
        acknowledged = number;
        return this;
    }

    /** Acknowledges this number of the other side in the next segment only. */
    Endpoint ackingOnce(long number) {
        acking = number;
        return this;
    }

    Endpoint with(int flags) {
        extraFlags = flags;
        return this;
    }

    Endpoint without(int flags) {
        missingFlags = flags;
        return this;
    }

    /** As in the header, unscaled; stays in force. */
    Endpoint window(int unscaled) {
        window = unscaled;
        return this;
    }

    Endpoint urgent(int pointer) {
        urgentPointer = pointer;
        return with(Segment.URG);
    }

    Endpoint timestamps(int value, int echo) {
        segment.timestamps(value, echo);
        return this;
    }

    Endpoint option(int bit) {
        segment.addOption(bit);
        return this;
    }

    Endpoint maximumSegmentSize(int bytes) {
        segment.maximumSegmentSize(bytes);
        return this;
    }

    Endpoint windowScale(int shift) {
        segment.windowScale(shift);
        return this;
    }

    Endpoint checksum(Checksum found) {
        checksum = found;
        return this;
    }

    /** The snap length cuts this many bytes off the end of the payload. */
    Endpoint cut(int bytes) {
        cutBytes = bytes;
        return this;
    }

    Endpoint syn(long initialSequence) {
        return startAt(initialSequence).syn();
    }

    Endpoint syn() {
        return at(0).send(Segment.SYN, "");
    }

    Endpoint synAck() {
        return at(0).send(Segment.SYN | Segment.ACK, "");
    }

    Endpoint data(String payload) {
        return send(Segment.PSH | Segment.ACK, payload);
    }

    Endpoint fin() {
        return send(Segment.FIN | Segment.ACK, "");
    }

    /** Without ACK flag, as most resets in an open connection are. */
    Endpoint rst() {
        return send(Segment.RST, "");
    }

    Endpoint ack(long number) {
        return acking(number).send(Segment.ACK, "");
    }

    Endpoint ack() {
        return send(Segment.ACK, "");
    }

    Endpoint send(int plainFlags, String payload) {
        int flags = (plainFlags | extraFlags) & ~missingFlags;
        long start = at == UNSET ? next : at;
        byte[] bytes = payload.getBytes(ISO_8859_1);
        byte[] memory = new byte[bytes.length + 2 * MARGIN];
        Arrays.fill(memory, (byte) '#');
        System.arraycopy(bytes, 0, memory, MARGIN, bytes.length);
        long end = start + bytes.length + ((flags & Segment.SYN) != 0 ? 1 : 0) + ((flags & Segment.FIN) != 0 ? 1 : 0);
        long acknowledgement =
                (flags & Segment.ACK) == 0 ? 0 : peer.initial + (acking == UNSET ? acknowledged : acking);
        segment.numbers((int) (initial + start), (int) acknowledgement, flags, window, urgentPointer);
        segment.checksum(checksum);
        segment.payload(ByteBuffer.wrap(memory), MARGIN, bytes.length - cutBytes, bytes.length);
        next = Math.max(next, end);
        try {
            conversation.send(segment);
        } finally {
            Arrays.fill(memory, (byte) '#');
            describeNothing();
        }
        return this;
    }

    private static final long UNSET = Long.MIN_VALUE;

    private void describeNothing() {
        at = UNSET;
        acking = UNSET;
        extraFlags = 0;
        missingFlags = 0;
        urgentPointer = 0;
        cutBytes = 0;
        checksum = Checksum.RIGHT;
        segment.noOptions();
    }
}
