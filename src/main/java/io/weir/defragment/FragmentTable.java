package io.weir.defragment;

import io.weir.decode.Fragment;
import io.weir.decode.Segment;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Which datagrams wait, by key and by age. The key is domain, encapsulation path, family, addresses, identification and, for
 * IPv4, the protocol (RFC 791); IPv6 takes the protocol of the first fragment (RFC 8200 section 4.5).
 *
 * <p>Slots are numbered from 0; a random multiplier keeps strangers from aiming at one bucket.
 */
final class FragmentTable {
    static final int NONE = -1;

    private static final int FIXED_WORDS = 6;
    private static final int KEY_WORDS = FIXED_WORDS + Segment.MAX_PATH;

    private final long multiplier = new SecureRandom().nextLong() | 1;
    private final long[] keys;
    private final long[] probe = new long[KEY_WORDS];
    private int probeLength;
    private final int[] buckets;
    private final int[] nextInBucket;
    private final int[] older;
    private final int[] newer;
    private final long[] createdNs;
    private int oldest = NONE;
    private int newest = NONE;
    private int free;
    private int count;

    FragmentTable(int maxDatagrams) {
        keys = new long[maxDatagrams * KEY_WORDS];
        buckets = new int[Integer.highestOneBit(maxDatagrams) << 1];
        Arrays.fill(buckets, NONE);
        nextInBucket = new int[maxDatagrams];
        Arrays.setAll(nextInBucket, slot -> slot + 1 < maxDatagrams ? slot + 1 : NONE);
        older = new int[maxDatagrams];
        newer = new int[maxDatagrams];
        createdNs = new long[maxDatagrams];
    }

    /** The slot of the datagram that a fragment belongs to, or {@link #NONE}. */
    int find(Fragment fragment, Segment segment) {
        int protocol = fragment.ipv6() ? 0 : fragment.protocol();
        int steps = segment.pathLength();
        probe[0] = (long) segment.domain() << 32 | fragment.identification() & 0xFFFFFFFFL;
        probe[1] = (fragment.ipv6() ? 1 : 0) | protocol << 1 | steps << 16;
        probe[2] = segment.sourceHigh();
        probe[3] = segment.sourceLow();
        probe[4] = segment.destinationHigh();
        probe[5] = segment.destinationLow();
        for (int step = 0; step < steps; step++) {
            probe[FIXED_WORDS + step] = segment.path(step);
        }
        probeLength = FIXED_WORDS + steps;
        for (int slot = buckets[bucket(probe, 0, probeLength)]; slot != NONE; slot = nextInBucket[slot]) {
            int at = slot * KEY_WORDS;
            if (Arrays.equals(probe, 0, probeLength, keys, at, at + probeLength)) {
                return slot;
            }
        }
        return NONE;
    }

    boolean full() {
        return free == NONE;
    }

    /** Takes a slot for the key that was looked for last; {@link #full} must not be. */
    int add(long nowNs) {
        int slot = free;
        free = nextInBucket[slot];
        System.arraycopy(probe, 0, keys, slot * KEY_WORDS, probeLength);
        int bucket = bucket(probe, 0, probeLength);
        nextInBucket[slot] = buckets[bucket];
        buckets[bucket] = slot;
        createdNs[slot] = nowNs;
        older[slot] = newest;
        newer[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            newer[newest] = slot;
        }
        newest = slot;
        count++;
        return slot;
    }

    void remove(int slot) {
        int at = slot * KEY_WORDS;
        int length = FIXED_WORDS + (int) (keys[at + 1] >>> 16);
        int bucket = bucket(keys, at, length);
        if (buckets[bucket] == slot) {
            buckets[bucket] = nextInBucket[slot];
        } else {
            int before = buckets[bucket];
            while (nextInBucket[before] != slot) {
                before = nextInBucket[before];
            }
            nextInBucket[before] = nextInBucket[slot];
        }
        if (older[slot] == NONE) {
            oldest = newer[slot];
        } else {
            newer[older[slot]] = newer[slot];
        }
        if (newer[slot] == NONE) {
            newest = older[slot];
        } else {
            older[newer[slot]] = older[slot];
        }
        nextInBucket[slot] = free;
        free = slot;
        count--;
    }

    int oldest() {
        return oldest;
    }

    /** The datagram that came next after {@code slot}, or {@link #NONE}. */
    int newerThan(int slot) {
        return newer[slot];
    }

    long createdNs(int slot) {
        return createdNs[slot];
    }

    int count() {
        return count;
    }

    private int bucket(long[] words, int from, int length) {
        long hash = 0;
        for (int index = 0; index < length; index++) {
            hash = (hash ^ words[from + index]) * multiplier;
            hash ^= hash >>> 32;
        }
        return (int) hash & buckets.length - 1;
    }
}
