package io.weir.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Names streams: about 20 letters and digits, safe in URLs, and sorted as text they are sorted by opening time.
 *
 * <p>An id is, in base 32: the opening time in microseconds (11 digits), the origin (6), and the stream's number. The
 * origin is a hash of what tells this start of the probe from every other one; the number is unique in it.
 *
 * <p>One for each partition, single thread; {@link #partition} may be called by any.
 */
public final class StreamIds {
    private static final byte[] DIGITS = "0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII);
    private static final int TIME_DIGITS = 11;
    private static final int ORIGIN_DIGITS = 6;
    private static final int PREFIX_DIGITS = TIME_DIGITS + ORIGIN_DIGITS;
    private static final String FILE_ORIGIN = "file";

    private final byte[] origin = new byte[ORIGIN_DIGITS];
    private final int partition;
    private final int partitions;
    private long taken;

    /**
     * @param origin unique over nodes and starts, such as the node's name with the time of the start
     * @param partition whose streams get these ids
     * @param partitions how many partitions share the origin
     */
    public StreamIds(String origin, int partition, int partitions) {
        this.partition = partition;
        this.partitions = partitions;
        long hash = hash(origin);
        for (int digit = 0; digit < ORIGIN_DIGITS; digit++) {
            this.origin[digit] = DIGITS[(int) (hash >>> 5 * digit) & 31];
        }
    }

    /** Ids for a replayed file: the same file gives the same ids each time. */
    public static StreamIds ofFile() {
        return new StreamIds(FILE_ORIGIN, 0, 1);
    }

    /** The number of the next stream. */
    public long take() {
        return taken++ * partitions + partition;
    }

    /** The id of the stream that {@link #take} numbered. */
    public String text(long openedNs, long number) {
        int digits = Math.max(1, (64 - Long.numberOfLeadingZeros(number) + 4) / 5);
        byte[] text = new byte[PREFIX_DIGITS + digits];
        digits(Math.max(0, openedNs) / 1_000, text, 0, TIME_DIGITS);
        System.arraycopy(origin, 0, text, TIME_DIGITS, ORIGIN_DIGITS);
        digits(number, text, PREFIX_DIGITS, digits);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** The number in an id of this partition, or -1 if it is not one. */
    public long number(String id) {
        long number = numberIn(id);
        if (number < 0 || number % partitions != partition || number / partitions >= taken) {
            return -1;
        }
        for (int digit = 0; digit < ORIGIN_DIGITS; digit++) {
            if (id.charAt(TIME_DIGITS + digit) != origin[digit]) {
                return -1;
            }
        }
        return number;
    }

    /** Which of {@code partitions} partitions made the id, or -1 if it is not an id. */
    public static int partition(String id, int partitions) {
        long number = numberIn(id);
        return number < 0 ? -1 : (int) (number % partitions);
    }

    private static long numberIn(String id) {
        if (id.length() <= PREFIX_DIGITS || id.length() > PREFIX_DIGITS + 12) {
            return -1;
        }
        long number = 0;
        for (int index = 0; index < id.length(); index++) {
            int digit = id.charAt(index) < 128 ? Arrays.binarySearch(DIGITS, (byte) id.charAt(index)) : -1;
            if (digit < 0) {
                return -1;
            }
            number = index < PREFIX_DIGITS ? 0 : number << 5 | digit;
        }
        return number;
    }

    private static void digits(long value, byte[] target, int at, int count) {
        for (int index = at + count - 1; index >= at; index--, value >>>= 5) {
            target[index] = DIGITS[(int) value & 31];
        }
    }

    private static long hash(String origin) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(origin.getBytes(StandardCharsets.UTF_8));
            long hash = 0;
            for (int index = 0; index < 8; index++) {
                hash = hash << 8 | digest[index] & 0xFF;
            }
            return hash;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
