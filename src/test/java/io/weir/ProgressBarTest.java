package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    @Test
    void theBarGrowsWithTheBytesRead() {
        ProgressBar bar = new ProgressBar(new PrintStream(screen), "a.pcap", 1_000);

        assertThat(bar.line(0, 0)).isEqualTo("a.pcap  [..............................] 0 %  0 frames");
        assertThat(bar.line(500, 1_234)).isEqualTo("a.pcap  [###############...............] 50 %  1,234 frames");
        assertThat(bar.line(2_000, 5)).isEqualTo("a.pcap  [##############################] 100 %  5 frames");
    }

    @Test
    void aPipeHasNoEndToMeasure() {
        assertThat(new ProgressBar(new PrintStream(screen), "-", 0).line(500, 3))
                .isEqualTo("-  3 frames");
    }

    @Test
    void itIsRewrittenAtMostTenTimesASecondAndTakenAwayInTheEnd() {
        ProgressBar bar = new ProgressBar(new PrintStream(screen), "-", 0);
        for (int millisecond = 0; millisecond < 250; millisecond++) {
            bar.update(0, millisecond, millisecond * 1_000_000L);
        }
        bar.clear();

        assertThat(screen.toString().split("\r"))
                .containsExactly(
                        "", "\u001b[K-  0 frames", "\u001b[K-  100 frames", "\u001b[K-  200 frames", "\u001b[K");
    }
}
