package io.weir.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The Internet checksum (RFC 1071) of a TCP segment with its pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
final class TcpChecksum {
    private static final int FIELD_OFFSET = 16;
    private static final long LOW_HALF = 0xFFFFFFFFL;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final VarHandle NATIVE =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private TcpChecksum() {}

    /**
     * @param at the TCP header
     * @param length bytes from the TCP header to the end of the payload, all captured
     * @param segment has the addresses
     */
    static Checksum verify(ByteBuffer memory, int at, int length, Segment segment) {
        long addresses = TcpLayer.PROTOCOL;
        if (segment.ipv6()) {
            addresses += halves(segment.sourceHigh()) + halves(segment.destinationHigh());
        }
        addresses += halves(segment.sourceLow()) + halves(segment.destinationLow());
        // a jumbogram's or super-segment's length has more than 16 bits
        long pseudo = addresses + (length & 0xFFFF) + (length >>> 16);
        if (fold(pseudo + sum(memory, at, length)) == 0xFFFF) {
            return Checksum.RIGHT;
        }
        int field = memory.getShort(at + FIELD_OFFSET) & 0xFFFF;
        // a host that lets the card cut a large segment leaves the length out, or puts it in
        if (field == fold(pseudo) || field == fold(addresses)) {
            return Checksum.PARTIAL;
        }
        return Checksum.WRONG;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_HALF);
    }

    /**
     * Sum of the 16-bit words, as a number of up to 64 bits that is to be folded.
     *
     * <p>The bulk is read in the machine's own byte order and its folded sum swapped, which comes to the same (RFC 1071
     * section 2 B). The upper halves are summed apart; what is left of the sum of whole words, carries lost, is then the exact
     * sum of the lower halves.
     */
    private static long sum(ByteBuffer memory, int from, int length) {
        long words = 0;
        long upper = 0;
        int at = from;
        int end = from + length;
        for (; at <= end - 32; at += 32) {
            long a = (long) NATIVE.get(memory, at);
            long b = (long) NATIVE.get(memory, at + 8);
            long c = (long) NATIVE.get(memory, at + 16);
            long d = (long) NATIVE.get(memory, at + 24);
            words += a + b + (c + d);
            upper += (a >>> 32) + (b >>> 32) + ((c >>> 32) + (d >>> 32));
        }
        int bulk = fold(halves(upper) + halves(words - (upper << 32)));
        long sum = LITTLE_ENDIAN ? Short.reverseBytes((short) bulk) & 0xFFFF : bulk;
        for (; at <= end - 4; at += 4) {
            sum += memory.getInt(at) & LOW_HALF;
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
