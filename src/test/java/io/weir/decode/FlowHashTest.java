package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
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
    void anIpv6FlowHasTheSameHashInBothDirections() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 10_000; round++) {
            long[] words = {random.nextInt(2), random.nextLong(), random.nextInt(2), random.nextLong()};
            int port = random.nextInt(3);
            int otherPort = random.nextInt(3);
            Segment there = new Segment()
                    .addresses(true, words[0], words[1], words[2], words[3])
                    .ports(port, otherPort);
            Segment back = new Segment()
                    .addresses(true, words[2], words[3], words[0], words[1])
                    .ports(otherPort, port);
            assertThat(hash.of(there)).isEqualTo(hash.of(back));
        }
    }

    @Test
    void flowsInARowSpreadOverBucketsAsRandomNumbersWould() {
        for (int key = 0; key < 50; key++) {
            FlowHash keyed = new FlowHash(spread(key), spread(-key));
            for (int shift = 0; shift < 64; shift += 32) {
                int[] buckets = new int[1024];
                for (int port = 0; port < 16_384; port++) {
                    long value = keyed.of(ipv4(0x0A000001, 0x0A000002, 20_000 + port, 80)) >>> shift;
                    buckets[(int) (shift == 0 ? value & 1023 : value >>> 22)]++;
                }
                // 16 are expected in each; more than 60 in one, by chance, less than once in 10^12
                assertThat(Arrays.stream(buckets).max().orElseThrow())
                        .as("key %d, half %d", key, shift)
                        .isLessThan(60);
            }
        }
    }

    private static long spread(long word) {
        return (word + 1) * 0x9E3779B97F4A7C15L;
    }

    @Test
    @DisplayName("two flows collide in either half once in 2^32 keys: never among a million")
    void twoFlowsHardlyEverCollide() {
        SplittableRandom random = new SplittableRandom(5);
        int same = 0;
        for (int round = 0; round < 1_000_000; round++) {
            FlowHash keyed = new FlowHash(random.nextLong(), random.nextLong());
            // alike in all but one bit of a port
            long one = keyed.of(ipv4(0x0A000001, 0x0A000002, 40_000, 80));
            long other = keyed.of(ipv4(0x0A000001, 0x0A000002, 40_000, 81));
            if ((int) one == (int) other || one >>> 32 == other >>> 32) {
                same++;
            }
        }
        assertThat(same).isLessThan(2);
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
