package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published overlap vectors, for every policy, with initial sequence numbers around both places where signs change. */
@Tag("P4")
class OverlapVectorTest {
    private static final long[] INITIAL_NUMBERS = {
        0, 1, 0xFFFF_FFFFL, 0x1_0000_0000L - 11, 0x1_0000_0000L - 6, 0x8000_0000L - 3
    };

    /** In order, before the vector begins. */
    private static final List<String> PREFIXES = List.of("", "p", "0123456789");

    @ParameterizedTest
    @EnumSource(OverlapPolicy.class)
    void everyVectorComesOutAsThePolicySays(OverlapPolicy policy) {
        List<String> wrong = new ArrayList<>();
        for (OverlapVector vector : OverlapVector.all()) {
            // what is delivered never changes, so the tables apply to what waits: above a hole
            compare(policy, policy == OverlapPolicy.LINUX ? vector : vector.aboveHole(), wrong);
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(OverlapPolicy.class)
    void everyVectorComesOutAsTheOracleSaysWhereverTheHoleIs(OverlapPolicy policy) {
        List<String> wrong = new ArrayList<>();
        for (OverlapVector vector : OverlapVector.all()) {
            for (OverlapVector placed : List.of(vector, vector.aboveHole())) {
                ReceiverOracle oracle = ReceiverOracle.of(policy);
                placed.segments().forEach(part -> oracle.receive(part.offset(), part.data()));
                String got = run(policy, placed, 77, "");
                if (!List.of(got).equals(oracle.tiles())) {
                    wrong.add(placed + ": " + got + " instead of " + oracle.tiles());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(OverlapPolicy policy, OverlapVector vector, List<String> wrong) {
        String family = OverlapVector.family(policy);
        if (family == null) {
            return;
        }
        for (long initial : INITIAL_NUMBERS) {
            for (String prefix : PREFIXES) {
                String expected = "0:" + prefix + vector.expected().get(family);
                String got = run(policy, vector, initial, prefix);
                if (!got.equals(expected)) {
                    wrong.add(vector + " from " + initial + " after '" + prefix + "': " + got + " instead of "
                            + expected);
                }
            }
        }
    }

    private static String run(OverlapPolicy policy, OverlapVector vector, long initial, String prefix) {
        Probe probe = new Probe(policy);
        Conversation conversation = probe.conversation().numbers(initial, 5_000).handshake();
        if (!prefix.isEmpty()) {
            conversation.client().data(prefix);
        }
        for (OverlapVector.Part part : vector.segments()) {
            conversation.client().at(1 + prefix.length() + part.offset()).data(part.data());
        }
        List<String> tiles = new ArrayList<>(probe.stream().tiles(FlowDirection.CLIENT_TO_SERVER));
        probe.end();
        return String.join(" ", tiles);
    }
}
