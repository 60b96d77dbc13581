package io.weir.defragment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs fragment-vectors.txt, over IPv4 and IPv6. */
class FragmentVectorsTest {
    private static final String RESOURCE = "fragment-vectors.txt";

    record Vector(FragmentPolicy policy, List<String> fragments, String datagram) {}

    static List<Vector> vectors() throws Exception {
        try (var stream = FragmentVectorsTest.class.getResourceAsStream(RESOURCE);
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" *\\| *"))
                    .map(cells -> new Vector(
                            FragmentPolicy.valueOf(cells[0].strip()),
                            List.of(cells[1].strip().split(" ")),
                            cells[2].strip()))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void aVectorGivesItsDatagram(Vector vector) {
        assertThat(run(vector, new FragmentBuilder())).isEqualTo(expected(vector.datagram()));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void aVectorGivesTheSameOverIpv6(Vector vector) {
        boolean trimmed = vector.fragments().contains("B12@8");
        assertThat(run(vector, new FragmentBuilder().ipv6())).isEqualTo(trimmed ? null : expected(vector.datagram()));
    }

    @Test
    void everyPolicyHasAVector() throws Exception {
        assertThat(vectors().stream().map(Vector::policy)).contains(FragmentPolicy.values());
    }

    /** The first datagram that came whole, or null. */
    private static String run(Vector vector, FragmentBuilder builder) {
        Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS.policy(vector.policy()));
        String datagram = null;
        for (String part : vector.fragments()) {
            boolean last = part.endsWith("!");
            String[] sides = (last ? part.substring(0, part.length() - 1) : part).split("@");
            String text = sides[0].startsWith("\"") ? sides[0].replace("\"", "") : repeated(sides[0]);
            Outcome outcome =
                    defragmenter.accept(builder.fragment(Integer.parseInt(sides[1]), text, !last), builder.segment());
            if (outcome == Outcome.COMPLETED && datagram == null) {
                datagram = FragmentBuilder.text(defragmenter);
            }
        }
        assertThat(defragmenter.outcomes().get(Outcome.WAITING))
                .isEqualTo(defragmenter.released().sum() + defragmenter.waitingFragments());
        return datagram;
    }

    private static String repeated(String letterAndLength) {
        return letterAndLength.substring(0, 1).repeat(Integer.parseInt(letterAndLength.substring(1)));
    }

    private static String expected(String datagram) {
        if (datagram.equals("-")) {
            return null;
        }
        return datagram.startsWith("\"")
                ? datagram.replace("\"", "")
                : Stream.of(datagram.split("")).reduce("", (sum, letter) -> sum + letter.repeat(8));
    }
}
