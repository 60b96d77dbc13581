package io.weir;

import static io.weir.PcapBuilder.ACK;
import static io.weir.PcapBuilder.FIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README is read by people first; what it claims is held true here. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void theReadmeNamesOneCommandToStartAndOneToTest() throws IOException {
        assertThat(block("start")).containsExactly("mvn -B -q -DskipTests package && java -jar target/weir.jar");
        assertThat(block("test")).containsExactly("mvn -B verify");
    }

    @Test
    void theCompleteRunTakesItsCommandAndItsPackagesFromTheReadme() throws IOException {
        String run = Files.readString(Path.of(".ci/run"));
        assertThat(run).startsWith("#!/usr/bin/env bash\n").contains("set -euo pipefail");
        assertThat(run).contains("command=$(block test)", "bash -euo pipefail -c \"$command\"", "$(block packages)");
        assertThat(Files.isExecutable(Path.of(".ci/run"))).isTrue();
    }

    @Test
    void thePictureShowsEveryStage() throws IOException {
        String readme = Files.readString(README);
        try (Stream<Path> stages = Files.list(Path.of("src/main/java/io/weir"))) {
            List<String> names = stages.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .toList();
            assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(readme).contains(name));
        }
    }

    @Test
    void everyFileThatTheReadmePointsToExists() throws IOException {
        Matcher path = Pattern.compile("`((?:k8s|helm|src)/[\\w/.-]*)`").matcher(Files.readString(README));
        List<String> absent = new ArrayList<>();
        while (path.find()) {
            if (!Files.exists(Path.of(path.group(1)))) {
                absent.add(path.group(1));
            }
        }
        assertThat(absent).isEmpty();
    }

    /** The conversation of the example: one request, one response, of which four bytes are not captured. */
    private static byte[] exampleCapture() {
        return new PcapBuilder()
                .handshake()
                .client(1001, 5001, ACK, "GET /weir HTTP/1\n")
                .server(5001, 1018, ACK, "200 ")
                .server(5009, 1018, ACK, "fish\n")
                .client(1018, 5014, ACK, "")
                .after(60)
                .client(1018, 5014, ACK | FIN, "")
                .server(5014, 1019, ACK | FIN, "")
                .client(1019, 5015, ACK, "")
                .bytes();
    }

    @Test
    void theExampleIsWhatWeirSaysOfThatConversation(@TempDir Path folder) throws IOException {
        Path capture = Files.write(folder.resolve("example.pcap"), exampleCapture());
        CommandLineRun run = CommandLineRun.weir("read", "--payload", "text", capture.toString());
        List<String> said = run.text()
                .lines()
                .map(line -> line.replace("\"interface\":\"file\"", "\"interface\":\"eth0\""))
                .toList();
        List<String> example = new ArrayList<>();
        int number = 0;
        for (String frame : String.join("\n", block("example")).split("\n\n")) {
            List<String> fields =
                    frame.lines().filter(line -> !line.startsWith(":")).toList();
            assertThat(fields).hasSize(3);
            assertThat(fields.get(0)).isEqualTo("id: mrqk2v7k-" + ++number);
            String data = fields.get(2);
            assertThat(data).startsWith("data: {\"type\":\"" + fields.get(1).substring("event: ".length()) + "\"");
            example.add(data.substring("data: ".length()));
        }
        assertThat(example).isEqualTo(said);
    }

    /** The lines of the fenced block that follows a marker. */
    static List<String> block(String marker) throws IOException {
        List<String> lines = Files.readAllLines(README);
        int opening = lines.indexOf("<!-- " + marker + " -->") + 1;
        assertThat(lines.get(opening)).startsWith("```");
        List<String> block = lines.subList(opening + 1, lines.size());
        return List.copyOf(block.subList(0, block.indexOf("```")));
    }
}
