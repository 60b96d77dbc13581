package io.weir;

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

    /** The lines of the fenced block that follows a marker. */
    static List<String> block(String marker) throws IOException {
        List<String> lines = Files.readAllLines(README);
        int opening = lines.indexOf("<!-- " + marker + " -->") + 1;
        assertThat(lines.get(opening)).startsWith("```");
        List<String> block = lines.subList(opening + 1, lines.size());
        return List.copyOf(block.subList(0, block.indexOf("```")));
    }
}
