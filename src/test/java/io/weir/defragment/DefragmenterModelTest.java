package io.weir.defragment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weir.decode.Fragment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random fragments against a model that knows nothing but blocks of 8 bytes and who owns them. */
class DefragmenterModelTest {
    private static final int BLOCKS = 10;
    private static final int CASES = 20_000;

    /** One datagram: each block has the letter of its fragment, 0 for none. */
    private static final class Model {
        private final FragmentPolicy policy;
        private final char[] owner = new char[BLOCKS];
        private int end = -1;
        private boolean done;

        Model(FragmentPolicy policy) {
            this.policy = policy;
        }

        /** @return the datagram's text once it is whole, null before */
        String add(char letter, int from, int to, boolean last) {
            char[] before = owner.clone();
            for (int block = from; block < to; block++) {
                if (before[block] == 0 || newWins(before, block, from, to)) {
                    owner[block] = letter;
                }
            }
            if (last && end < 0) {
                end = to;
            }
            if (done || end < 0) {
                return null;
            }
            for (int block = 0; block < end; block++) {
                if (owner[block] == 0) {
                    return null;
                }
            }
            done = true;
            StringBuilder text = new StringBuilder();
            for (int block = 0; block < end; block++) {
                text.append(String.valueOf(owner[block]).repeat(8));
            }
            return text.toString();
        }

        private boolean newWins(char[] before, int block, int from, int to) {
            int oldFrom = block;
            while (oldFrom > 0 && before[oldFrom - 1] == before[block]) {
                oldFrom--;
            }
            int oldTo = block + 1;
            while (oldTo < BLOCKS && before[oldTo] == before[block]) {
                oldTo++;
            }
            return policy.newWins(from, to, oldFrom, oldTo);
        }
    }

    @ParameterizedTest
    @EnumSource(value = FragmentPolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "LINUX")
    void everyPolicyDecidesBlockByBlockAsTheModelDoes(FragmentPolicy policy) {
        long seed = Long.getLong("weir.fuzz.seed", System.nanoTime());
        System.out.println("DefragmenterModelTest: seed " + seed + " " + policy);
        Random random = new Random(seed);
        int whole = 0;
        Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS.policy(policy));
        for (int round = 0; round < CASES; round++) {
            FragmentBuilder packet = new FragmentBuilder().identification(round);
            Model model = new Model(policy);
            for (char letter = 'A'; letter < 'K'; letter++) {
                int from = random.nextInt(BLOCKS);
                int to = from + 1 + random.nextInt(Math.min(4, BLOCKS - from));
                boolean last = random.nextInt(5) == 0;
                String expected = model.add(letter, from, to, last);
                Fragment fragment =
                        packet.fragment(8 * from, String.valueOf(letter).repeat(8 * (to - from)), !last);
                Outcome outcome = defragmenter.accept(fragment, packet.segment());
                assertThat(outcome == Outcome.COMPLETED ? FragmentBuilder.text(defragmenter) : null)
                        .as("seed %d, case %d, fragment %s", seed, round, letter)
                        .isEqualTo(expected);
                if (expected != null) {
                    whole++;
                    break;
                }
            }
        }
        assertThat(whole).isGreaterThan(CASES / 20);
    }

    @Test
    void anyOrderOfFragmentsThatDoNotOverlapGivesTheDatagram() {
        long seed = Long.getLong("weir.fuzz.seed", System.nanoTime());
        System.out.println("DefragmenterModelTest: seed " + seed);
        Random random = new Random(seed);
        for (FragmentPolicy policy : FragmentPolicy.values()) {
            Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS.policy(policy));
            for (int round = 0; round < 500; round++) {
                byte[] datagram = new byte[1 + random.nextInt(9000)];
                random.nextBytes(datagram);
                givesInAnyOrder(defragmenter, datagram, random, round);
            }
            assertThat(defragmenter.waitingFragments()).isZero();
            assertThat(defragmenter.outcomes().get(Outcome.WAITING))
                    .isEqualTo(defragmenter.released().sum());
        }
    }

    private static void givesInAnyOrder(Defragmenter defragmenter, byte[] datagram, Random random, int round) {
        int[] cuts = random.ints(random.nextInt(20), 0, datagram.length / 8 + 1)
                .map(cut -> 8 * cut)
                .toArray();
        int[] edges = Arrays.copyOf(cuts, cuts.length + 2);
        edges[cuts.length] = 0;
        edges[cuts.length + 1] = datagram.length;
        edges = Arrays.stream(edges)
                .filter(edge -> edge <= datagram.length)
                .distinct()
                .sorted()
                .toArray();
        Integer[] order = new Integer[edges.length - 1];
        Arrays.setAll(order, index -> index);
        java.util.Collections.shuffle(Arrays.asList(order), random);
        FragmentBuilder packet = new FragmentBuilder().identification(round);
        Outcome outcome = null;
        for (int index : order) {
            byte[] bytes = Arrays.copyOfRange(datagram, edges[index], edges[index + 1]);
            Fragment fragment = packet.fragment(edges[index], bytes, bytes.length, edges[index + 1] < datagram.length);
            outcome = defragmenter.accept(fragment, packet.segment());
        }
        assertThat(outcome).isEqualTo(Outcome.COMPLETED);
        byte[] whole = new byte[defragmenter.length()];
        defragmenter.memory().get(0, whole);
        assertThat(whole).isEqualTo(datagram);
    }

    @Test
    void fragmentsAllocateNothingOnceTheMemoryIsThere() {
        Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS);
        FragmentBuilder packet = new FragmentBuilder();
        Fragment first = new FragmentBuilder().fragment(0, "a".repeat(1480), true);
        Fragment second = new FragmentBuilder().fragment(1480, "b".repeat(700), false);
        for (int round = 0; round < 20_000; round++) {
            defragmenter.accept(first, packet.segment());
            defragmenter.accept(second, packet.segment());
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int round = 0; round < 20_000; round++) {
            defragmenter.accept(first, packet.segment());
            defragmenter.accept(second, packet.segment());
        }
        long after = threads.getThreadAllocatedBytes(thread);
        assertThat(defragmenter.outcomes().get(Outcome.COMPLETED)).isEqualTo(40_000);
        assertThat(after - before).isLessThan(20_000);
    }
}
