package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Decoded;
import io.weir.defragment.Outcome;
import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Ending;
import io.weir.reassemble.GapCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Who runs weir looks names up in the guide: each is there, and says what the program says. */
class OperatingGuideTest {
    static final Path GUIDE = Path.of("src/docs/operating.md");

    private static final Pattern KEY = Pattern.compile(
            "`((?:node|capture|partition|reassembly|fragments|retention|serve|log)\\.[a-z-]+)(?:: [^`]*)?`");

    @Test
    void everyNameThatWeirCountsIsExplained() throws IOException {
        List<String> rows = new ArrayList<>();
        Stream.of(Anomaly.values()).forEach(name -> rows.add(row(name.label(), name.sentence())));
        Stream.of(Outcome.values()).forEach(name -> rows.add(row(name.label(), name.sentence())));
        Stream.of(Decoded.values())
                .filter(name -> name.kind() == Decoded.Kind.OTHER || name.kind() == Decoded.Kind.MALFORMED)
                .forEach(name -> rows.add(row(name.label(), name.sentence())));

        assertThat(Files.readAllLines(GUIDE)).containsAll(rows);
    }

    @Test
    void everyCauseOfAGapAndEveryEndOfAStreamIsExplained() throws IOException {
        List<String> lines = Files.readAllLines(GUIDE);
        for (GapCause cause : GapCause.values()) {
            assertThat(lines).anyMatch(line -> line.startsWith("| `" + cause.label() + "` | "));
        }
        for (Ending reason : Ending.values()) {
            assertThat(lines).anyMatch(line -> line.startsWith("| `" + reason.label() + "` | "));
        }
    }

    @Test
    void theContractListsEveryAnomaly() throws IOException {
        Map<String, Object> contract = new Yaml().load(Files.readString(Path.of("src/main/resources/openapi.yaml")));
        Object name = map(map(map(contract.get("components")).get("schemas")).get("AnomalyName"))
                .get("enum");

        assertThat(name)
                .isEqualTo(Stream.of(Anomaly.values()).map(Anomaly::label).toList());
    }

    @Test
    void everySettingThatADocumentNamesExists() throws IOException {
        List<String> unknown = new ArrayList<>();
        int found = 0;
        for (Path document : List.of(GUIDE, Path.of("src/docs/speed.md"), Path.of("README.md"))) {
            Matcher key = KEY.matcher(Files.readString(document));
            while (key.find()) {
                found++;
                if (Schema.find(key.group(1)).isEmpty()) {
                    unknown.add(document + ": " + key.group(1));
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(found).isGreaterThan(20);
    }

    private static String row(String name, String sentence) {
        return "| `" + name + "` | " + sentence + " |";
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
