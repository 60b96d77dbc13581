package io.weir.reassemble;

import io.weir.decode.Segment;

/**
 * What plain IPv4 connections do not have: IPv6 addresses, an encapsulation path, several SYNs to choose from. Made where a
 * connection has one of them, so that the others stay small.
 */
final class Uncommon {
    /** A {@link #returnPath} that is known to be bare. */
    static final long[] NO_PATH = {};

    boolean ipv6;
    long lowHigh;
    long lowLow;
    long highHigh;
    long highLow;

    /** Without the path. */
    int hash;
    /** Of the packets from the side that sent the first one; null if there is none. */
    long[] path;
    /** Of the packets from the other side, where it is another one; null if it is the same. */
    long[] returnPath;
    /** The lower half of the hash along that path. */
    int returnHash;

    boolean firstIsHigh;

    /** Other initial sequence numbers that a SYN brought, with who sent it; null until there is one. */
    SynCandidates candidates;

    /** Null if the connection of this first segment has nothing uncommon. */
    static Uncommon of(Segment segment, boolean swap) {
        if (!segment.ipv6() && segment.pathLength() == 0) {
            return null;
        }
        Uncommon uncommon = new Uncommon();
        uncommon.ipv6 = segment.ipv6();
        uncommon.lowHigh = swap ? segment.destinationHigh() : segment.sourceHigh();
        uncommon.lowLow = swap ? segment.destinationLow() : segment.sourceLow();
        uncommon.highHigh = swap ? segment.sourceHigh() : segment.destinationHigh();
        uncommon.highLow = swap ? segment.sourceLow() : segment.destinationLow();
        uncommon.hash = (int) segment.hash();
        uncommon.path = pathOf(segment);
        uncommon.firstIsHigh = swap;
        return uncommon;
    }

    static long[] pathOf(Segment segment) {
        if (segment.pathLength() == 0) {
            return null;
        }
        long[] path = new long[segment.pathLength()];
        for (int index = 0; index < path.length; index++) {
            path[index] = segment.path(index);
        }
        return path;
    }

    /** Whether the segment came along this path; null and an empty one stand for none. */
    static boolean along(long[] path, Segment segment) {
        if ((path == null ? 0 : path.length) != segment.pathLength()) {
            return false;
        }
        for (int index = 0; index < segment.pathLength(); index++) {
            if (path[index] != segment.path(index)) {
                return false;
            }
        }
        return true;
    }

    boolean hasIpv6Ends(Segment segment, boolean swap) {
        return ipv6
                && lowLow == (swap ? segment.destinationLow() : segment.sourceLow())
                && highLow == (swap ? segment.sourceLow() : segment.destinationLow())
                && lowHigh == (swap ? segment.destinationHigh() : segment.sourceHigh())
                && highHigh == (swap ? segment.sourceHigh() : segment.destinationHigh());
    }
}
