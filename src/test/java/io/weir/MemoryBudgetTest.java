package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @Test
    void theBudgetAddsUpTheBoundsThatAreConfigured() throws Exception {
        MemoryBudget budget = MemoryBudget.of(ConfigurationReader.read(null, Map.of(), List.of()), 2);

        assertThat(budget.text())
                .isEqualTo(
                        "at most 393 MiB: capture ring 32, lanes 24, fragments 8, uploaded capture 16, reassembly 64, history 3, streams 80,"
                                + " retention 64, closed streams 5, events under way 28, events for readers 35,"
                                + " answers 36");
        assertThat(budget.totalBytes())
                .isEqualTo(budget.shares().stream()
                        .mapToLong(MemoryBudget.Share::bytes)
                        .sum());
        assertThat(budget.totalBytes() - budget.heapBytes())
                .as("ring, lanes, fragments and uploaded capture lie outside of the heap")
                .isEqualTo(80L << 20);
    }

    @Test
    void severalCaptureWorkersShareTheRingAndHoldFragmentsEachAsAnUploadDoes() throws Exception {
        Configuration values = ConfigurationReader.read(
                null, Map.of(), List.of(new ConfigurationReader.Flag(Schema.CAPTURE_WORKERS, "", "3")));
        MemoryBudget budget = MemoryBudget.of(values, 6);

        assertThat(StageOptions.partitions(values) % 3).isZero();
        assertThat(budget.shares())
                .contains(
                        new MemoryBudget.Share("capture ring", 32L << 20, false),
                        new MemoryBudget.Share("fragments", 16L << 20, false));
    }
}
