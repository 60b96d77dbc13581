package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracles are held against published vectors before anything is held against the oracles. */
class OracleTest {
    @Test
    void thereAreThirtyOneVectors() {
        assertThat(OverlapVector.all()).hasSize(31);
    }

    @ParameterizedTest
    @EnumSource(OverlapPolicy.class)
    void theTableOraclesMakeOfEachVectorWhatIsPublished(OverlapPolicy policy) {
        String family = OverlapVector.family(policy);
        if (policy != OverlapPolicy.LINUX && family != null) {
            for (OverlapVector vector : OverlapVector.all()) {
                check(vector.aboveHole(), family, new PairPolicyOracle(PairPolicyOracle.table(policy)));
            }
        }
    }

    static Iterable<OverlapVector> vectors() {
        return OverlapVector.all();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void theLinuxOracleMakesOfItWhatTheKernelMade(OverlapVector vector) {
        check(vector, "linux", new LinuxOracle());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void theTableOfLinuxIn2005IsReadRightToo(OverlapVector vector) {
        check(vector.aboveHole(), "linux-2005", new PairPolicyOracle(PairPolicyOracle.LINUX_2005));
    }

    private static void check(OverlapVector vector, String family, ReceiverOracle oracle) {
        vector.segments().forEach(part -> oracle.receive(part.offset(), part.data()));
        assertThat(oracle.tiles())
                .as("%s, %s", vector, family)
                .containsExactly("0:" + vector.expected().get(family));
    }
}
