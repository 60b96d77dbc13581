package io.weir.decode;

import java.security.SecureRandom;

/**
 * Keyed hash of a flow (SipHash-1-3, Aumasson and Bernstein 2012) that ignores the direction: both sides of a
 * conversation have the same value, and who does not know the key cannot make flows collide.
 *
 * <p>The hash finds a lane or a bucket; it never stands for the flow itself. Immutable; any thread.
 */
public final class FlowHash {
    private final long key0;
    private final long key1;

    public FlowHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** With a random key, as each start of the probe wants it. */
    public static FlowHash random() {
        SecureRandom random = new SecureRandom();
        return new FlowHash(random.nextLong(), random.nextLong());
    }

    /**
     * Hash over family, addresses, ports and domain. Never 0. The encapsulation path is left out, because a tunnel may
     * give the two directions different identifiers, and both must find the same lane.
     */
    public long of(Segment segment) {
        long ports;
        long high0 = segment.sourceHigh();
        long low0 = segment.sourceLow();
        long high1 = segment.destinationHigh();
        long low1 = segment.destinationLow();
        boolean swap = sourceIsHigher(segment);
        if (swap) {
            high0 = segment.destinationHigh();
            low0 = segment.destinationLow();
            high1 = segment.sourceHigh();
            low1 = segment.sourceLow();
            ports = (long) segment.destinationPort() << 16 | segment.sourcePort();
        } else {
            ports = (long) segment.sourcePort() << 16 | segment.destinationPort();
        }
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        // words are mixed in one at a time; a private method per round would return four values
        int words = segment.ipv6() ? 5 : 2;
        for (int word = 0; word < words + 4; word++) {
            long m;
            if (word >= words) {
                m = word == words ? (long) words << 59 : 0;
                if (word == words + 1) {
                    v2 ^= 0xFF;
                }
            } else if (word == 0) {
                m = ports << 32 | (long) segment.domain() << 1 & 0xFFFFFFFEL | (segment.ipv6() ? 1 : 0);
            } else if (!segment.ipv6()) {
                m = low0 << 32 | low1 & 0xFFFFFFFFL;
            } else {
                m = word == 1 ? high0 : word == 2 ? low0 : word == 3 ? high1 : low1;
            }
            v3 ^= m;
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= m;
        }
        long hash = v0 ^ v1 ^ v2 ^ v3;
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
        int order = Long.compareUnsigned(segment.sourceHigh(), segment.destinationHigh());
        if (order == 0) {
            order = Long.compareUnsigned(segment.sourceLow(), segment.destinationLow());
        }
        return order > 0 || order == 0 && segment.sourcePort() > segment.destinationPort();
    }
}
