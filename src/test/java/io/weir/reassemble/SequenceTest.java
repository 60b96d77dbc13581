package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** 32-bit numbers that wrap, and 64-bit offsets that do not. */
class SequenceTest {
    @Test
    @DisplayName("R1, 3.1: the difference wraps by 2^32, not by one less")
    void theDifferenceWrapsByAllNumbers() {
        assertThat(Sequence.difference(-10, 10)).isEqualTo(20);
        assertThat(Sequence.difference(10, -10)).isEqualTo(-20);
        assertThat(Sequence.difference(4, 8)).isEqualTo(4);
        assertThat(Sequence.difference(0x7FFF_FFFF, 0x8000_0001)).isEqualTo(2);
    }

    @Test
    @DisplayName("CVE-2003-0209: an offset survives the way through its 32-bit number, anywhere")
    void anOffsetSurvivesTheWayThroughItsNumber() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000_000; round++) {
            int base = random.nextInt();
            long next = random.nextLong(1L << 40);
            long distance = random.nextLong(-(1L << 31) + 1, 1L << 31);
            int number = Sequence.add(base, next + distance);
            if (Sequence.offset(base, next, number) != next + distance) {
                throw new AssertionError(
                        "seed " + seed + ": base " + base + ", next " + next + ", distance " + distance);
            }
        }
    }
}
