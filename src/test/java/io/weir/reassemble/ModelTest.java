package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A million random conversations against slow oracles: random cutting, order, duplication, conflicting overlap, loss,
 * FIN, starts near the numbers where 32-bit arithmetic goes wrong; every policy. More with {@code -Dweir.cases}, one seed
 * again with {@code -Dweir.seed}.
 */
@Tag("P1")
class ModelTest {
    private static final int CASES = Integer.getInteger("weir.cases", 1_000_000);
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final int BATCH = 5_000;

    @Test
    void aMillionRandomConversationsComeOutAsTheOraclesSay() {
        System.out.println("ModelTest: " + CASES + " cases, seed " + SEED + " (again with -Dweir.seed=" + SEED + ")");
        OverlapPolicy[] policies = OverlapPolicy.values();
        int batches = (CASES + BATCH - 1) / BATCH;
        long done = IntStream.range(0, batches)
                .parallel()
                .mapToLong(batch -> run(policies[batch % policies.length], new SplittableRandom(SEED + batch)))
                .sum();
        assertThat(done).isGreaterThanOrEqualTo(CASES);
    }

    private static long run(OverlapPolicy policy, SplittableRandom random) {
        Driver driver = new Driver(policy, 0);
        for (int index = 0; index < BATCH; index++) {
            conversation(driver, random);
        }
        return BATCH;
    }

    private static void conversation(Driver driver, SplittableRandom random) {
        driver.begin(initialNumber(random));
        int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 30);
        List<int[]> cuts = cuts(length, random);
        shuffle(cuts, random);
        int lost = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
        boolean fin = random.nextInt(3) == 0;
        int finAfter = fin ? random.nextInt(cuts.size() + 1) : -1;
        char conflict = 'a';
        for (int index = 0; index < cuts.size(); index++) {
            if (index == finAfter) {
                driver.fin(length);
            }
            int[] cut = cuts.get(index);
            if (lost > 0 && random.nextInt(4) == 0) {
                lost--;
                continue;
            }
            driver.send(cut[0], original(cut[0], cut[1]));
            for (int again = random.nextInt(4); again > 2; again--) {
                int from = random.nextInt(length);
                int to = from + 1 + random.nextInt(Math.min(length - from, 20));
                boolean same = random.nextInt(3) == 0;
                driver.send(
                        from,
                        same ? original(from, to) : String.valueOf(conflict++).repeat(to - from));
                conflict = conflict > 'z' ? 'a' : conflict;
            }
        }
        if (finAfter == cuts.size()) {
            driver.fin(length);
        }
        driver.finishAndCompare();
    }

    private static long initialNumber(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt() & 0xFFFF_FFFFL;
            case 1 -> 0x1_0000_0000L - 1 - random.nextInt(64);
            case 2 -> 0x8000_0000L - random.nextInt(64);
            default -> random.nextInt(64);
        };
    }

    private static List<int[]> cuts(int length, SplittableRandom random) {
        List<int[]> cuts = new ArrayList<>();
        for (int from = 0; from < length; ) {
            int to = Math.min(length, from + 1 + random.nextInt(1 + length / 4));
            cuts.add(new int[] {from, to});
            from = to;
        }
        return cuts;
    }

    /** Mostly small displacements, sometimes a complete shuffle, sometimes none. */
    private static void shuffle(List<int[]> cuts, SplittableRandom random) {
        int reach =
                switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1 -> cuts.size();
                    default -> Math.min(4, cuts.size());
                };
        for (int index = 0; index < cuts.size() && reach > 0; index++) {
            int other = Math.min(cuts.size() - 1, index + random.nextInt(reach));
            int[] moved = cuts.get(index);
            cuts.set(index, cuts.get(other));
            cuts.set(other, moved);
        }
    }

    private static String original(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int offset = from; offset < to; offset++) {
            text.append((char) ('A' + offset % 26));
        }
        return text.toString();
    }
}
