package io.weir.decode;

/** What is known of a segment's TCP checksum (RFC 9293 section 3.1). */
public enum Checksum {
    /** Nobody looked: verification is off. */
    UNVERIFIED,
    /** Verified over all bytes. */
    RIGHT,
    /** Verified over all bytes, and it does not match. */
    WRONG,
    /** The field holds the pseudo-header's sum only: the sending host left the rest to its network card. */
    PARTIAL,
    /** Verified over all bytes, and by chance the pseudo-header's sum as well: does not tell whether the sender finishes its own. */
    RIGHT_OR_PARTIAL,
    /** The kernel says that the checksum is not computed yet, or that it was verified already. */
    OFFLOADED,
    /** Cannot be verified: the capture cut the segment. */
    CUT;

    private static final Checksum[] VALUES = values();

    static Checksum of(int ordinal) {
        return VALUES[ordinal];
    }
}
