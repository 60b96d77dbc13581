package io.weir.capture;

import java.util.Arrays;

/** The interfaces that a pcapng file describes, numbered through all its sections. */
final class CaptureInterfaces {
    /** A file that describes more is refused: bounds the memory that a hostile file can take. */
    static final int MAX_INTERFACES = 16_384;

    private static final long LATEST_NS = Long.MAX_VALUE / 2;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private int[] linkTypes = new int[8];
    private int[] snapLengths = new int[8];
    private byte[] resolutions = new byte[8];
    private long[] offsetSeconds = new long[8];
    /** Grows by replacement, so that any thread can read names. */
    private volatile String[] names = new String[8];

    private volatile int count;

    int count() {
        return count;
    }

    void add(int linkType, int snapLength, int resolution, long offset, String name) {
        int index = count;
        if (index == linkTypes.length) {
            linkTypes = Arrays.copyOf(linkTypes, 2 * index);
            snapLengths = Arrays.copyOf(snapLengths, 2 * index);
            resolutions = Arrays.copyOf(resolutions, 2 * index);
            offsetSeconds = Arrays.copyOf(offsetSeconds, 2 * index);
            names = Arrays.copyOf(names, 2 * index);
        }
        linkTypes[index] = linkType;
        snapLengths[index] = snapLength;
        resolutions[index] = (byte) resolution;
        offsetSeconds[index] = offset;
        names[index] = name;
        count = index + 1;
    }

    int linkType(int index) {
        return linkTypes[index];
    }

    int snapLength(int index) {
        return snapLengths[index];
    }

    String name(int index) {
        return index >= 0 && index < count ? names[index] : null;
    }

    /**
     * Nanoseconds since 1970 of a time in the interface's own units, between 0 and a date in the year 2116 for any input.
     *
     * @param units unsigned
     */
    long timeNs(int index, long units) {
        int resolution = resolutions[index] & 0xFF;
        long time = (resolution & 0x80) == 0 ? decimal(units, resolution) : binary(units, resolution & 0x7F);
        if (offsetSeconds[index] != 0) {
            long limit = LATEST_NS / NS_PER_SECOND;
            long offset = Math.max(-limit, Math.min(limit, offsetSeconds[index]));
            time = Math.max(0, time + offset * NS_PER_SECOND);
        }
        return Math.min(time, LATEST_NS);
    }

    /** Units of 10 to the power of {@code -digits} seconds. */
    private static long decimal(long units, int digits) {
        long time = units;
        int power = digits;
        for (; power < 9; power++) {
            if (time < 0 || time > LATEST_NS / 10) {
                return LATEST_NS;
            }
            time *= 10;
        }
        for (; power > 9 && time != 0; power--) {
            time = Long.divideUnsigned(time, 10);
        }
        return time < 0 || time > LATEST_NS ? LATEST_NS : time;
    }

    /** Units of 2 to the power of {@code -bits} seconds. */
    private static long binary(long units, int bits) {
        long seconds = bits > 63 ? 0 : units >>> bits;
        long fraction = bits > 63 ? units : units & (1L << bits) - 1;
        int fractionBits = bits;
        if (fractionBits > 34) {
            // nanoseconds need 30 bits; more than 34 would overflow the product below
            int surplus = fractionBits - 34;
            fraction = surplus > 63 ? 0 : fraction >>> surplus;
            fractionBits = 34;
        }
        if (seconds < 0 || seconds > LATEST_NS / NS_PER_SECOND) {
            return LATEST_NS;
        }
        return seconds * NS_PER_SECOND + (fraction * NS_PER_SECOND >>> fractionBits);
    }
}
