package io.weir.capture;

/**
 * How long to leave a packet ring alone once it is empty. While blocks fill faster than time closes them, being woken for each
 * one costs as much as a hundred frames in it; then it pays to sleep until there are several. One thread.
 */
final class RingNap {
    /** The kernel needs what is left of the ring if the rate multiplies meanwhile. */
    private static final int SHARE_OF_RING = 8;

    private final long longestNs;
    private final int blocks;
    private int filled;
    private long bytes;
    private long sinceNs;

    /**
     * @param latencyMs no frame is to wait longer than this
     * @param blocks of the ring
     */
    RingNap(int latencyMs, int blocks) {
        // one and a half naps, see below, stay within the latency
        longestNs = latencyMs * 1_000_000L * 2 / 3;
        this.blocks = blocks;
    }

    /** A block was read; {@code full} if it was its frames that closed it. */
    void read(boolean full) {
        if (full) {
            filled++;
        }
    }

    /** So many bytes were read, where blocks cannot be told apart. */
    void read(long moreBytes) {
        bytes += moreBytes;
        filled += (int) (bytes / RingSocket.DEFAULT_BLOCK_BYTES);
        bytes %= RingSocket.DEFAULT_BLOCK_BYTES;
    }

    /** For how long, 0 if not at all: to be asked each time when the ring is empty. */
    int nextMs(long nowNs) {
        long passedNs = nowNs - sinceNs;
        int filledThen = filled;
        sinceNs = nowNs;
        filled = 0;
        if (filledThen == 0) {
            return 0;
        }
        long blockNs = passedNs / filledThen;
        // for fewer than two blocks a nap would only add to the wake-ups
        return 2 * blockNs > longestNs ? 0 : (int) (Math.min(longestNs, blockNs * blocks / SHARE_OF_RING) / 1_000_000);
    }
}
