package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HashIndexTest {
    private record Entry(int hash, int value) {}

    private final HashIndex index = new HashIndex();

    private TreeSet<Integer> values(int hash) {
        TreeSet<Integer> values = new TreeSet<>();
        for (int at = index.first(hash); at >= 0; at = index.next(at, hash)) {
            assertThat(values.add(index.value(at))).isTrue();
        }
        return values;
    }

    @Test
    void severalValuesMayHaveTheSameHash() {
        index.add(7, 1);
        index.add(7, Integer.MAX_VALUE);
        index.add(7 + (1 << 20), 3);
        assertThat(values(7)).containsExactly(1, Integer.MAX_VALUE);
        index.remove(7, 1);
        assertThat(values(7)).containsExactly(Integer.MAX_VALUE);
        assertThat(values(7 + (1 << 20))).containsExactly(3);
    }

    @Test
    void whatIsNotThereIsNotRemoved() {
        index.add(0, 0);
        index.remove(0, 1);
        index.remove(512, 0);
        assertThat(values(0)).containsExactly(0);
        assertThat(values(512)).isEmpty();
    }

    @Test
    void nothingIsLeftAfterClear() {
        index.add(0, 0);
        index.clear();
        assertThat(values(0)).isEmpty();
    }

    @Test
    void itHoldsWhatAListHoldsWhateverIsAddedAndRemoved() {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        System.out.println("HashIndexTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> held = new ArrayList<>();
        for (int step = 0; step < 200_000; step++) {
            // few homes next to each other, so that entries stand in each other's way
            int hash = random.nextInt(4) << 24 | random.nextInt(2) << 16 | random.nextInt(40);
            boolean grows = step % 60_000 < 35_000;
            if (held.isEmpty() || random.nextInt(20) < (grows ? 11 : 8)) {
                held.add(new Entry(hash, step));
                index.add(hash, step);
            } else {
                Entry gone = held.remove(random.nextInt(held.size()));
                index.remove(gone.hash, gone.value);
            }
            if (step % 500 == 0) {
                TreeSet<Integer> expected = new TreeSet<>();
                held.stream().filter(entry -> entry.hash == hash).forEach(entry -> expected.add(entry.value));
                assertThat(values(hash))
                        .describedAs("seed %s, step %s", seed, step)
                        .isEqualTo(expected);
            }
        }
    }
}
