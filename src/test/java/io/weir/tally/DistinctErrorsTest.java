package io.weir.tally;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistinctErrorsTest {
    private final DistinctErrors errors = new DistinctErrors();

    @Test
    void aStormOfOneErrorCostsFewLinesAndItsCountIsKept() {
        List<Long> lines = new ArrayList<>();
        for (int nowNs = 1; nowNs <= 1_234; nowNs++) {
            long count = errors.observe("frame", "broken", nowNs);
            if (count > 0) {
                lines.add(count);
            }
        }

        assertThat(lines).containsExactly(1L, 10L, 100L, 1_000L);
        assertThat(errors.observations())
                .containsExactly(new DistinctErrors.Observation("frame", "broken", 1_234, 1, 1_234));
    }

    @Test
    void distinctErrorsAreBounded() {
        for (int index = 0; index < DistinctErrors.MAX_DISTINCT; index++) {
            assertThat(errors.observe("frame", "broken in way " + index, 0)).isEqualTo(1);
        }

        assertThat(errors.observe("frame", "broken in one way more", 0)).isZero();
        assertThat(errors.observations()).hasSize(DistinctErrors.MAX_DISTINCT);
        assertThat(errors.unrecorded()).isEqualTo(1);
    }
}
