package io.weir.reassemble;

/**
 * Arithmetic of TCP sequence numbers, the only place where they wrap (RFC 9293 section 3.4). Past it every number is a
 * 64-bit offset from the first byte of its direction.
 */
public final class Sequence {
    /** Stands for an unknown sequence number where a {@code long} carries one. */
    public static final long INVALID = -1;

    private Sequence() {}

    /** How far {@code to} lies after {@code from}: negative if before. Exact for distances below 2^31. */
    public static int difference(int from, int to) {
        return to - from;
    }

    /** The sequence number {@code count} after {@code sequence}. */
    public static int add(int sequence, long count) {
        return sequence + (int) count;
    }

    /**
     * The 64-bit offset that a sequence number means: of all offsets that it could be, the nearest to {@code near}.
     *
     * @param base sequence number of offset 0
     * @param near an offset known to be within 2^31 of the right one, such as that of the next expected byte
     */
    public static long offset(int base, long near, int sequence) {
        return near + (sequence - (base + (int) near));
    }
}
