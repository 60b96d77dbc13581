package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;

/** What tells a connection from every other: both ends, the capture domain, the encapsulation path. A hash only finds it. */
abstract class Identity extends Timed {
    /** The lower half of the hash, path mixed in. */
    int pathHash;

    /** The IPv4 addresses, the lower endpoint's in the upper half; 0 for IPv6. */
    private long ends;
    /** The lower endpoint's in the upper half. */
    private int ports;

    private int domain;
    /** Null for most. */
    Uncommon uncommon;

    /** Becomes that of a segment's connection; the hash is for the caller to set. */
    final void identify(Segment segment, boolean swap) {
        uncommon = Uncommon.of(segment, swap);
        domain = segment.domain();
        ends = segment.ipv6() ? 0 : ends(segment, swap);
        ports = ports(segment, swap);
    }

    /** @param swap what {@link FlowHash#sourceIsHigher} says of the segment */
    static long ends(Segment segment, boolean swap) {
        return swap
                ? segment.destinationLow() << 32 | segment.sourceLow()
                : segment.sourceLow() << 32 | segment.destinationLow();
    }

    static int ports(Segment segment, boolean swap) {
        return swap
                ? segment.destinationPort() << 16 | segment.sourcePort()
                : segment.sourcePort() << 16 | segment.destinationPort();
    }

    /** Whether that is all there is to it, as with IPv4 and no encapsulation. */
    final boolean isPlain(long ends, int ports, int domain) {
        return this.ends == ends
                && this.ports == ports
                && this.domain == domain
                && (uncommon == null || uncommon.path == null && !uncommon.ipv6);
    }

    /** Whether the segment belongs to this connection; every part of the identity is compared. */
    final boolean is(Segment segment, boolean swap) {
        return hasEnds(segment, swap) && Uncommon.along(uncommon == null ? null : uncommon.path, segment);
    }

    /** Whether the segment comes from the other side along a path of its own that is known already. */
    final boolean isReturn(Segment segment, boolean swap) {
        return uncommon.returnPath != null
                && swap != uncommon.firstIsHigh
                && hasEnds(segment, swap)
                && Uncommon.along(uncommon.returnPath, segment);
    }

    final boolean hasEnds(Segment segment, boolean swap) {
        if (ports != ports(segment, swap) || domain != segment.domain()) {
            return false;
        }
        return segment.ipv6()
                ? uncommon != null && uncommon.hasIpv6Ends(segment, swap)
                : !ipv6() && ends == ends(segment, swap);
    }

    /** Hash without the path, of a connection that has one. */
    final int endsHash() {
        return uncommon.hash;
    }

    final long ends() {
        return ends;
    }

    final int ports() {
        return ports;
    }

    final int lowPort() {
        return ports >>> 16;
    }

    final int highPort() {
        return ports & 0xFFFF;
    }

    final long lowHigh() {
        return ipv6() ? uncommon.lowHigh : 0;
    }

    final long lowLow() {
        return ipv6() ? uncommon.lowLow : ends >>> 32;
    }

    final long highHigh() {
        return ipv6() ? uncommon.highHigh : 0;
    }

    final long highLow() {
        return ipv6() ? uncommon.highLow : ends & 0xFFFFFFFFL;
    }

    /** Made if there is none yet. */
    final Uncommon uncommonToo() {
        if (uncommon == null) {
            uncommon = new Uncommon();
        }
        return uncommon;
    }

    public final boolean ipv6() {
        return uncommon != null && uncommon.ipv6;
    }

    public final int domain() {
        return domain;
    }

    public final int pathLength() {
        return uncommon == null || uncommon.path == null ? 0 : uncommon.path.length;
    }

    /** Step of the encapsulation path; text by {@link io.weir.decode.Encapsulation#text}. */
    public final long path(int index) {
        return uncommon.path[index];
    }
}
