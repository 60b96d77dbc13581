package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
    /** An interface that was away for an hour is captured within five seconds of its return. */
    @Test
    void thePausesGrowToFourSeconds() {
        BackOff backOff = new BackOff();

        assertThat(LongStream.generate(backOff::nextPauseMs).limit(7))
                .containsExactly(250L, 500L, 1_000L, 2_000L, 4_000L, 4_000L, 4_000L);
    }

    @Test
    void aSourceThatOpensAndBreaksAtOnceStartsNoNewSeries() {
        BackOff backOff = new BackOff();
        backOff.nextPauseMs();
        backOff.opened();

        assertThat(backOff.nextPauseMs()).isEqualTo(500);
    }
}
