package io.weir.defragment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a Linux kernel made of random fragments, recorded in linux-fragments.txt: the default policy makes the same. */
class LinuxFragmentsTest {
    private static final int EXPERIMENT = 253;

    @Test
    void theDatagramsAreThoseThatLinuxReceived() throws Exception {
        List<String> lines = lines();
        assertThat(lines).hasSizeGreaterThan(300);
        Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS);
        int identification = 0;
        for (String line : lines) {
            String[] cells = line.split(" *\\| *", -1);
            FragmentBuilder packet = new FragmentBuilder().protocol(EXPERIMENT).identification(++identification);
            if (cells[0].equals("6")) {
                packet.ipv6();
            }
            String datagram = "";
            for (String part : cells[1].split(" ")) {
                String[] fields = part.split(":");
                String bytes = fields[3].repeat(Integer.parseInt(fields[1]));
                Outcome outcome = defragmenter.accept(
                        packet.fragment(Integer.parseInt(fields[0]), bytes, fields[2].equals("0")), packet.segment());
                datagram += outcome == Outcome.COMPLETED ? FragmentBuilder.text(defragmenter) : "";
            }
            assertThat(datagram).as(line).isEqualTo(text(cells[2]));
        }
    }

    private static String text(String runs) {
        StringBuilder text = new StringBuilder();
        for (String run : runs.isBlank() ? new String[0] : runs.strip().split(" ")) {
            text.append(run.substring(0, 1).repeat(Integer.parseInt(run.substring(1))));
        }
        return text.toString();
    }

    private static List<String> lines() throws Exception {
        try (var stream = LinuxFragmentsTest.class.getResourceAsStream("linux-fragments.txt");
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }
}
