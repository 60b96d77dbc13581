package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FlowHashTest {
    private final FlowHash hash = new FlowHash(0x0706050403020100L, 0x0F0E0D0C0B0A0908L);

    private static Segment ipv4(int source, int destination, int sourcePort, int destinationPort) {
        return new Segment()
                .addresses(false, 0, source & 0xFFFF_FFFFL, 0, destination & 0xFFFF_FFFFL)
                .ports(sourcePort, destinationPort);
    }

    @Test
    void bothDirectionsHaveTheSameHash() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 10_000; round++) {
            int one = random.nextInt(4);
            int other = random.nextInt(4);
            int port = random.nextInt(3);
            int otherPort = random.nextInt(3);
            assertThat(hash.of(ipv4(one, other, port, otherPort)))
                    .isEqualTo(hash.of(ipv4(other, one, otherPort, port)));
        }
    }

    @Test
    @DisplayName("it is SipHash-1-3 over the words of the flow")
    void itIsSipHash13OverTheWordsOfTheFlow() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 1_000; round++) {
            long[] key = {random.nextLong(), random.nextLong()};
            FlowHash keyed = new FlowHash(key[0], key[1]);
            long[] words = new long[5];
            for (int index = 1; index < 5; index++) {
                words[index] = random.nextLong() >>> 1;
            }
            words[1] = Math.min(words[1], words[3]);
            int port = random.nextInt(65_536);
            int otherPort = random.nextInt(65_536);
            int domain = random.nextInt(1_000);
            words[0] = (long) port << 48 | (long) otherPort << 32 | (long) domain << 1 | 1;
            Segment segment = new Segment()
                    .addresses(true, words[1], words[2], words[3], words[4])
                    .ports(port, otherPort)
                    .origin(0, 0, domain, 0);
            if (!FlowHash.sourceIsHigher(segment)) {
                assertThat(keyed.of(segment)).isEqualTo(reference(key, words));
            }
        }
    }

    /** The algorithm as its authors describe it, over bytes. */
    private static long reference(long[] key, long[] words) {
        ByteBuffer message = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            message.putLong(word);
        }
        long[] v = {
            key[0] ^ 0x736f6d6570736575L,
            key[1] ^ 0x646f72616e646f6dL,
            key[0] ^ 0x6c7967656e657261L,
            key[1] ^ 0x7465646279746573L
        };
        for (int at = 0; at < message.capacity(); at += 8) {
            block(v, message.getLong(at));
        }
        block(v, (long) message.capacity() << 56);
        v[2] ^= 0xFF;
        for (int round = 0; round < 3; round++) {
            sipRound(v);
        }
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void block(long[] v, long word) {
        v[3] ^= word;
        sipRound(v);
        v[0] ^= word;
    }

    private static void sipRound(long[] v) {
        v[0] += v[1];
        v[1] = Long.rotateLeft(v[1], 13);
        v[1] ^= v[0];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[3];
        v[3] = Long.rotateLeft(v[3], 16);
        v[3] ^= v[2];
        v[0] += v[3];
        v[3] = Long.rotateLeft(v[3], 21);
        v[3] ^= v[0];
        v[2] += v[1];
        v[1] = Long.rotateLeft(v[1], 17);
        v[1] ^= v[2];
        v[2] = Long.rotateLeft(v[2], 32);
    }

    @Test
    void everyPartOfTheFlowCounts() {
        Set<Long> hashes = new HashSet<>();
        hashes.add(hash.of(ipv4(1, 2, 3, 4)));
        hashes.add(hash.of(ipv4(1, 2, 3, 5)));
        hashes.add(hash.of(ipv4(1, 2, 4, 3)));
        hashes.add(hash.of(ipv4(1, 3, 3, 4)));
        hashes.add(hash.of(ipv4(1, 2, 3, 4).origin(0, 0, 9, 0)));
        hashes.add(hash.of(new Segment().addresses(true, 0, 1, 0, 2).ports(3, 4)));
        hashes.add(hash.of(new Segment().addresses(true, 1, 0, 0, 2).ports(3, 4)));
        assertThat(hashes).hasSize(7);
    }

    @Test
    @DisplayName("CVE-2024-47187: flows that collide under one key do not under another")
    void flowsThatCollideUnderOneKeyDoNotUnderAnother() {
        FlowHash other = FlowHash.random();
        Set<Long> buckets = new HashSet<>();
        int found = 0;
        for (int address = 0; found < 64; address++) {
            Segment segment = ipv4(address, 0x0A000001, 40_000, 80);
            if ((hash.of(segment) & 0xFFF) == 0) {
                found++;
                buckets.add(other.of(segment) & 0xFFF);
            }
        }
        assertThat(buckets).hasSizeGreaterThan(50);
    }

    @Test
    void twoStartsHaveTwoKeys() {
        Segment segment = ipv4(1, 2, 3, 4);
        assertThat(FlowHash.random().of(segment)).isNotEqualTo(FlowHash.random().of(segment));
    }
}
