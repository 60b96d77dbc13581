package io.weir.relay;

/**
 * Memory for the payload of events: many events share an array, which costs less than an array for each. One thread.
 *
 * <p>Nothing is given to two events that somebody may look at. An array lives as long as one of its events does; as payload is
 * copied only for events that somebody wants, who holds events one after the other holds hardly more than their payload, see
 * {@link #heldBytes}.
 */
final class PayloadMemory {
    /** With its header 256 KiB: stays in a core's second-level cache while it is filled; no large object to any collector. */
    static final int ARRAY_BYTES = (256 << 10) - 16;

    /** Longer payload has an array of its own, so that no more than this stays unused at an array's end. */
    static final int LONGEST_SHARING_BYTES = ARRAY_BYTES / 16;

    private byte[] shared = new byte[0];
    private byte[] last = shared;
    private int used;

    /** What arrays take at most because of events that follow one another and have so many bytes of payload. */
    static long heldBytes(long payloadBytes) {
        return payloadBytes + payloadBytes / 15 + 2 * ARRAY_BYTES;
    }

    /**
     * Copies {@code length} bytes into {@link #array}.
     *
     * @return where they are
     */
    int copy(PayloadSource source, int from, int length) {
        if (length > LONGEST_SHARING_BYTES) {
            last = new byte[length];
            source.copy(from, last, 0, length);
            return 0;
        }
        if (length > shared.length - used) {
            shared = new byte[ARRAY_BYTES];
            used = 0;
        }
        last = shared;
        int at = used;
        source.copy(from, shared, at, length);
        used += length;
        return at;
    }

    /** What {@link #copy} copied into. */
    byte[] array() {
        return last;
    }

    /** Takes back what was copied last; nobody may look at it any more. */
    void giveBack(int length) {
        if (last == shared) {
            used -= length;
        }
    }
}
