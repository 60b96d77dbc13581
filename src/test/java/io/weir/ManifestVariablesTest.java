package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A variable that weir does not know keeps it from starting, on every node at once. */
class ManifestVariablesTest {
    @Test
    void weirKnowsEveryVariableThatTheManifestsSet() throws IOException {
        Set<String> known =
                Schema.ALL.stream().map(Setting::environmentVariable).collect(Collectors.toSet());
        known.add(ConfigurationReader.FILE_VARIABLE);
        Set<String> used = new TreeSet<>();
        for (String folder : new String[] {"k8s", "helm"}) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher names = Pattern.compile("WEIR_[A-Z_]+").matcher(Files.readString(file));
                    while (names.find()) {
                        used.add(names.group());
                    }
                }
            }
        }

        assertThat(used).isNotEmpty().isSubsetOf(known);
    }
}
