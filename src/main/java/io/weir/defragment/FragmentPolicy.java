package io.weir.defragment;

/**
 * What becomes of bytes that two fragments of a datagram both claim.
 *
 * <p>{@link #LINUX} is what Linux does since 4.19 (IPv6: 4.20), as RFC 5722 demands for IPv6: the datagram is dropped. The others
 * are for captures of hosts of their time (Novak, "Target-based fragmentation reassembly", 2005).
 */
public enum FragmentPolicy {
    /** An exact copy or a part of what is there is ignored; any other overlap drops the datagram. */
    LINUX,
    /** The fragment that came first. */
    FIRST,
    /** The fragment that came last. */
    LAST,
    /** The fragment that starts further left; of two that start together, the first. */
    BSD,
    /** The fragment that ends further right; of two that end together, the one that is not inside the other. */
    BSD_RIGHT,
    /** As {@link #BSD}, but of two that start together the last. */
    LINUX_2005,
    /** The first, unless the new one covers it on both sides. */
    WINDOWS,
    /** The first, unless the new one starts further left and reaches at least as far. */
    SOLARIS;

    /**
     * Whether the new fragment {@code newFrom} to {@code newTo} gets the bytes that it shares with an old one. Not for
     * {@link #LINUX}, which knows no winner.
     */
    boolean newWins(int newFrom, int newTo, int oldFrom, int oldTo) {
        return switch (this) {
            case LINUX, FIRST -> false;
            case LAST -> true;
            case BSD -> newFrom < oldFrom;
            case BSD_RIGHT -> newTo > oldTo || newTo == oldTo && newFrom <= oldFrom;
            case LINUX_2005 -> newFrom <= oldFrom;
            case WINDOWS -> newFrom < oldFrom && newTo > oldTo;
            case SOLARIS -> newFrom < oldFrom && newTo >= oldTo;
        };
    }
}
