package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RingNapTest {
    private static final long MS = 1_000_000;

    private final RingNap nap = new RingNap(9, 80);

    @Test
    void anIdleRingIsWaitedFor() {
        nap.nextMs(0);

        assertThat(nap.nextMs(5 * MS)).isZero();
    }

    @Test
    void blocksThatTimeClosedAreWaitedFor() {
        nap.nextMs(0);
        read(10, false);

        assertThat(nap.nextMs(5 * MS)).isZero();
    }

    @Test
    void blocksThatFillQuicklyAreSleptThroughWithinTheLatency() {
        nap.nextMs(0);
        read(10, true);

        assertThat(nap.nextMs(10 * MS)).isEqualTo(6);
    }

    @Test
    void aNapIsNotWorthWhileForLessThanTwoBlocks() {
        nap.nextMs(0);
        read(2, true);

        assertThat(nap.nextMs(8 * MS)).isZero();
    }

    @Test
    void noNapFillsMoreThanAnEighthOfTheRing() {
        nap.nextMs(0);
        read(25, true);

        // ten blocks of 0.4 ms
        assertThat(nap.nextMs(10 * MS)).isEqualTo(4);
    }

    @Test
    void whatWasReadBeforeTheLastWaitDoesNotCount() {
        nap.nextMs(0);
        read(10, true);
        nap.nextMs(10 * MS);

        assertThat(nap.nextMs(20 * MS)).isZero();
    }

    @Test
    void bytesMakeBlocksOf256KiB() {
        nap.nextMs(0);
        for (int read = 0; read < 25; read++) {
            nap.read(100L << 10);
        }
        // nine of them, and a rest
        assertThat(nap.nextMs(9 * MS)).isEqualTo(6);

        nap.read((256L << 10) - (196L << 10) - 1);
        assertThat(nap.nextMs(10 * MS)).isZero();

        nap.read(1);
        assertThat(nap.nextMs(11 * MS)).isEqualTo(6);
    }

    private void read(int blocks, boolean full) {
        for (int block = 0; block < blocks; block++) {
            nap.read(full);
        }
    }
}
