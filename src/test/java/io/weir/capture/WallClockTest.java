package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WallClockTest {
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private long steadyNs = 5;
    private long wallNs = 1_700_000_000 * SECOND_NS;
    /** The process stands still for so long between two looks at its clocks. */
    private long pauseNs;

    private final WallClock clock = new WallClock(() -> {
        long nowNs = steadyNs;
        pass(pauseNs);
        return nowNs;
    });

    @Test
    void aClockThatRunsIsNotSetBack() {
        assertThat(setBackNs()).isZero();
        pass(SECOND_NS / 100);
        assertThat(setBackNs()).isZero();
        pass(HOUR_NS);
        assertThat(setBackNs()).isZero();
    }

    @Test
    void anHourBackIsToldOnce() {
        setBackNs();
        pass(SECOND_NS);
        wallNs -= HOUR_NS;
        assertThat(setBackNs()).isEqualTo(HOUR_NS);
        assertThat(setBackNs()).isZero();
    }

    @Test
    void anHourForwardIsNotToldNorIsALittleBack() {
        setBackNs();
        wallNs += HOUR_NS;
        assertThat(setBackNs()).isZero();
        wallNs -= SECOND_NS / 2;
        assertThat(setBackNs()).isZero();
    }

    @Test
    void aPauseBetweenTwoLooksAtTheClocksIsNoStep() {
        setBackNs();
        pauseNs = 20 * SECOND_NS;
        assertThat(setBackNs()).isZero();
        pauseNs = 0;
        assertThat(setBackNs()).isZero();
    }

    private long setBackNs() {
        return clock.setBackNs(() -> wallNs);
    }

    private void pass(long timeNs) {
        steadyNs += timeNs;
        wallNs += timeNs;
    }
}
