package io.weir.decode;

import java.security.SecureRandom;

/**
 * Keyed hash of a flow that ignores the direction: both sides of a conversation have the same value, and who does not know
 * the key cannot make flows collide.
 *
 * <p>Each half of the value is a multilinear function of the flow's 32-bit words with 64-bit coefficients, of which the
 * upper 32 bits count. Such functions are strongly universal (Lemire and Kaser, Strongly universal string hashing is fast,
 * The Computer Journal 57, 2014): whatever two flows somebody picks, under a random key their halves are equal with a
 * probability of 2<sup>-32</sup>. The probe is passive, so nobody can learn the key from its answers, which is what a
 * stronger and three times slower function would be for.
 *
 * <p>The hash finds a lane or a bucket; it never stands for the flow itself. Immutable; any thread.
 */
public final class FlowHash {
    private static final int IPV4_WORDS = 4;
    private static final int MAX_WORDS = 10;
    private static final long UPPER = 0xFFFFFFFF00000000L;
    private static final long LOWER = 0xFFFFFFFFL;

    /** One coefficient for each word of a flow, and a constant term before them; for the upper and the lower half. */
    private final long[] upper = new long[1 + MAX_WORDS];

    private final long[] lower = new long[1 + MAX_WORDS];

    // those that an IPv4 flow needs, once more, because a field costs less than an element
    private final long upper0;
    private final long upper1;
    private final long upper2;
    private final long upper3;
    private final long upper4;
    private final long lower0;
    private final long lower1;
    private final long lower2;
    private final long lower3;
    private final long lower4;
    private final long key0;
    private final long key1;

    /** The same two numbers give the same hashes always. */
    public FlowHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
        for (int word = 0; word <= MAX_WORDS; word++) {
            upper[word] = coefficient(2 * word);
            lower[word] = coefficient(2 * word + 1);
        }
        upper0 = upper[0];
        upper1 = upper[1];
        upper2 = upper[2];
        upper3 = upper[3];
        upper4 = upper[IPV4_WORDS];
        lower0 = lower[0];
        lower1 = lower[1];
        lower2 = lower[2];
        lower3 = lower[3];
        lower4 = lower[IPV4_WORDS];
    }

    /** With a random key, as each start of the probe wants it. */
    public static FlowHash random() {
        SecureRandom random = new SecureRandom();
        return new FlowHash(random.nextLong(), random.nextLong());
    }

    private long coefficient(int index) {
        return spread(spread(key0 + index * 0x9E3779B97F4A7C15L) ^ key1);
    }

    /** A bijection that lets each bit change half of the others. */
    private static long spread(long word) {
        word = (word ^ word >>> 32) * 0x9FB21C651E98DF25L;
        word = (word ^ word >>> 29) * 0xD6E8FEB86659FD93L;
        return word ^ word >>> 32;
    }

    /**
     * Hash over family, addresses, ports and domain. Never 0. The encapsulation path is left out, because a tunnel may
     * give the two directions different identifiers, and both must find the same lane.
     */
    public long of(Segment segment) {
        if (segment.ipv6()) {
            return ofIpv6(segment, kind(segment.domain()) | 1);
        }
        long source = segment.sourceLow() << 16 | segment.sourcePort();
        long destination = segment.destinationLow() << 16 | segment.destinationPort();
        long low = Math.min(source, destination);
        long high = Math.max(source, destination);
        return ofIpv4((low >>> 16) << 32 | high >>> 16, (int) (low << 16 | high & 0xFFFF), segment.domain());
    }

    /**
     * The same of IPv4 ends that are in order already.
     *
     * @param addresses the lower endpoint's in the upper half
     * @param ports the lower endpoint's in the upper half
     */
    public long ofIpv4(long addresses, int ports, int domain) {
        long kind = kind(domain);
        long both = ports & LOWER;
        long low = addresses >>> 32;
        long high = addresses & LOWER;
        return join(
                upper0 + upper1 * kind + upper2 * both + upper3 * low + upper4 * high,
                lower0 + lower1 * kind + lower2 * both + lower3 * low + lower4 * high);
    }

    private static long kind(int domain) {
        return (long) domain << 1 & LOWER;
    }

    private long ofIpv6(Segment segment, long kind) {
        boolean swap = sourceIsHigher(segment);
        long ports = swap
                ? (long) segment.destinationPort() << 16 | segment.sourcePort()
                : (long) segment.sourcePort() << 16 | segment.destinationPort();
        long low = sum(upper, kind, ports);
        long other = sum(lower, kind, ports);
        for (int word = 0; word < 4; word++) {
            boolean source = swap == word > 1;
            boolean first = (word & 1) == 0;
            long address = source
                    ? first ? segment.sourceHigh() : segment.sourceLow()
                    : first ? segment.destinationHigh() : segment.destinationLow();
            int at = 3 + 2 * word;
            low += upper[at] * (address >>> 32) + upper[at + 1] * (address & LOWER);
            other += lower[at] * (address >>> 32) + lower[at + 1] * (address & LOWER);
        }
        return join(low, other);
    }

    private static long sum(long[] coefficients, long kind, long ports) {
        return coefficients[0] + coefficients[1] * kind + coefficients[2] * ports;
    }

    /** The upper halves of both sums; the lower one mixed, so that flows in a row lie in buckets anywhere. */
    private static long join(long upper, long lower) {
        int mixed = (int) (lower >>> 32);
        mixed = (mixed ^ mixed >>> 16) * 0x9E3779B1;
        mixed ^= mixed >>> 15;
        long hash = upper & UPPER | mixed & LOWER;
        return hash == 0 ? 1 : hash;
    }

    /** The hash with the encapsulation path mixed in, under the same key; the hash itself if there is no path. */
    public long withPath(long hash, Segment segment) {
        for (int index = 0; index < segment.pathLength(); index++) {
            hash ^= segment.path(index) + key0;
            hash = (hash ^ hash >>> 32) * 0x9FB21C651E98DF25L;
            hash = (Long.rotateLeft(hash, 27) ^ key1) * 0xD6E8FEB86659FD93L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** Whether the source endpoint (address, then port) orders above the destination endpoint. */
    public static boolean sourceIsHigher(Segment segment) {
        if (!segment.ipv6()) {
            return (segment.sourceLow() << 16 | segment.sourcePort())
                    > (segment.destinationLow() << 16 | segment.destinationPort());
        }
        int order = Long.compareUnsigned(segment.sourceHigh(), segment.destinationHigh());
        if (order == 0) {
            order = Long.compareUnsigned(segment.sourceLow(), segment.destinationLow());
        }
        return order > 0 || order == 0 && segment.sourcePort() > segment.destinationPort();
    }
}
