package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every capture of the corpus: the TCP packets of each pair of ends are those that other tools found. */
class CorpusTest {
    @TestFactory
    Stream<DynamicTest> aCaptureHasTheTcpPacketsThatOtherToolsFound() throws Exception {
        return Corpus.captures().stream().map(capture -> DynamicTest.dynamicTest(capture.name(), () -> check(capture)));
    }

    private static void check(Corpus.Capture capture) {
        DecodedCapture decoded = DecodedCapture.of(capture.file());
        Map<String, Integer> expected = capture.packetsByEnds();

        if (!capture.damaged()) {
            assertThat(decoded.frames).as("frames").isEqualTo(capture.frames());
        }
        assertThat(decoded.error != null).as("an error: %s", decoded.error).isEqualTo(capture.damaged());
        assertThat(decoded.packetsByEnds.keySet()).as("ends").isEqualTo(expected.keySet());
        for (String ends : capture.cleanEnds()) {
            assertThat(decoded.packetsByEnds.get(ends))
                    .as("packets of %s", ends)
                    .isEqualTo(expected.get(ends));
        }
        // other tools also take heads that are cut, and look into IPComp
        assertThat(sum(expected.values()) - sum(decoded.packetsByEnds.values()))
                .as("packets that only other tools found; ours: %s", decoded.outcomes)
                .isBetween(0, decoded.count(Decoded.HEADER_CUT) + decoded.count(Decoded.COMPRESSED));
    }

    private static int sum(Collection<Integer> counts) {
        return counts.stream().mapToInt(Integer::intValue).sum();
    }
}
