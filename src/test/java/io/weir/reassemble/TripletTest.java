package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The small world, complete: every ordered triplet of intervals on eight bytes, above a hole, then what is missing. What
 * holds for pairs need not hold for triplets.
 */
@Tag("P2")
class TripletTest {
    private static final int BYTES = 8;

    private record Interval(int start, int end) {
        String filledWith(char letter) {
            return String.valueOf(letter).repeat(end - start);
        }
    }

    @ParameterizedTest
    @EnumSource(OverlapPolicy.class)
    void everyTripletOfIntervalsComesOutAsTheOracleSays(OverlapPolicy policy) {
        List<Interval> intervals = new ArrayList<>();
        for (int start = 0; start < BYTES; start++) {
            for (int end = start + 1; end <= BYTES; end++) {
                intervals.add(new Interval(start, end));
            }
        }
        Driver driver = new Driver(policy, 0xFFFF_FFFCL);
        int cases = 0;
        for (Interval first : intervals) {
            for (Interval second : intervals) {
                for (Interval third : intervals) {
                    run(driver, first, second, third);
                    cases++;
                }
            }
        }
        assertThat(cases).isEqualTo(46_656);
        assertThat(driver.assembler().waitingMemory()).isZero();
    }

    private static void run(Driver driver, Interval first, Interval second, Interval third) {
        driver.begin();
        // offset 0 stays missing until the end, so that everything above it waits
        driver.send(1 + first.start, first.filledWith('A'));
        driver.send(1 + second.start, second.filledWith('B'));
        driver.send(1 + third.start, third.filledWith('C'));
        boolean[] covered = new boolean[BYTES + 1];
        int top = 0;
        for (Interval interval : List.of(first, second, third)) {
            for (int offset = interval.start; offset < interval.end; offset++) {
                covered[offset] = true;
            }
            top = Math.max(top, interval.end);
        }
        for (int offset = 0; offset < top; offset++) {
            if (!covered[offset]) {
                driver.send(1 + offset, ".");
            }
        }
        driver.send(0, "^");
        driver.finishAndCompare();
    }
}
