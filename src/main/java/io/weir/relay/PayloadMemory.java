package io.weir.relay;

/**
 * Memory for the payload of events: many events share an array, which costs less than an array for each. One thread.
 *
 * <p>Nothing is given to two events that somebody may look at. An array lives as long as one of its events does; as payload is
 * copied only for events that somebody wants, who holds events one after the other holds hardly more than their payload.
 */
final class PayloadMemory {
    /** With its header 256 KiB: stays in a core's second-level cache while it is filled; no large object to any collector. */
    static final int ARRAY_BYTES = (256 << 10) - 16;

    private byte[] array = new byte[0];
    private int used;

    /**
     * Copies {@code length} bytes, at most {@value #ARRAY_BYTES}, into {@link #array}.
     *
     * @return where they are
     */
    int copy(PayloadSource source, int from, int length) {
        if (length > array.length - used) {
            array = new byte[ARRAY_BYTES];
            used = 0;
        }
        int at = used;
        source.copy(from, array, at, length);
        used += length;
        return at;
    }

    /** What {@link #copy} copied into. */
    byte[] array() {
        return array;
    }

    /** Takes back what was copied last; nobody may look at it any more. */
    void giveBack(int length) {
        used -= length;
    }
}
