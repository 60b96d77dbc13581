package io.weir.decode;

import java.nio.ByteBuffer;

/** The Internet checksum (RFC 1071) of a TCP segment with its pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
final class TcpChecksum {
    /** Nothing is left to be computed. */
    static final int DONE = 0;

    private static final int FIELD_OFFSET = 16;
    /** Above the 16 bits of a sum: if it is not right, then because the host left it to the card. */
    private static final int ELSE_PARTIAL = 1 << 16;

    private static final long LOW_HALF = 0xFFFFFFFFL;

    private TcpChecksum() {}

    /**
     * The part that headers have in it; {@link #of} adds the payload, which costs most and may be done by another thread.
     *
     * @param at the TCP header
     * @param headerBytes of it, a multiple of 4
     * @param length bytes from the TCP header to the end of the payload, all captured
     * @param segment has the addresses
     * @return never {@link #DONE}
     */
    static int begin(ByteBuffer memory, int at, int headerBytes, int length, Segment segment) {
        long addresses = TcpLayer.PROTOCOL;
        if (segment.ipv6()) {
            addresses += halves(segment.sourceHigh()) + halves(segment.destinationHigh());
        }
        addresses += halves(segment.sourceLow()) + halves(segment.destinationLow());
        // a jumbogram's or super-segment's length has more than 16 bits
        long pseudo = addresses + (length & 0xFFFF) + (length >>> 16);
        int field = memory.getShort(at + FIELD_OFFSET) & 0xFFFF;
        // a host that lets the card cut a large segment leaves the length out, or puts it in
        boolean partial = field == fold(pseudo) || field == fold(addresses);
        return fold(pseudo + sum(memory, at, headerBytes)) | (partial ? ELSE_PARTIAL : 0);
    }

    /** @param begun what {@link #begin} returned */
    static Checksum of(int begun, ByteBuffer memory, int payloadAt, int payloadLength) {
        if (fold((begun & 0xFFFF) + sum(memory, payloadAt, payloadLength)) == 0xFFFF) {
            return (begun & ELSE_PARTIAL) != 0 ? Checksum.RIGHT_OR_PARTIAL : Checksum.RIGHT;
        }
        return (begun & ELSE_PARTIAL) != 0 ? Checksum.PARTIAL : Checksum.WRONG;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_HALF);
    }

    /**
     * Sum of the 16-bit words, as a number of up to 64 bits that is to be folded.
     *
     * <p>Eight bytes at a time; the upper halves are summed apart, and what is left of the sum of whole words, carries lost, is
     * then the exact sum of the lower halves. As plain a loop as this one newer compilers turn into vector instructions.
     */
    private static long sum(ByteBuffer memory, int from, int length) {
        long words = 0;
        long upper = 0;
        int at = from;
        int end = from + length;
        for (; at <= end - 8; at += 8) {
            long word = memory.getLong(at);
            words += word;
            upper += word >>> 32;
        }
        long sum = halves(upper) + halves(words - (upper << 32));
        if (at <= end - 4) {
            sum += memory.getInt(at) & LOW_HALF;
            at += 4;
        }
        if (at <= end - 2) {
            sum += memory.getShort(at) & 0xFFFF;
            at += 2;
        }
        if (at < end) {
            sum += (memory.get(at) & 0xFF) << 8;
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & LOW_HALF);
        folded = (folded >>> 32) + (folded & LOW_HALF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (int) ((folded >>> 16) + (folded & 0xFFFF));
    }
}
