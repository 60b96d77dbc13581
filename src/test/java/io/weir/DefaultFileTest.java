package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.Configuration.Origin;
import io.weir.reassemble.AssemblerOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultFileTest {
    @TempDir
    private Path folder;

    @Test
    void theDefaultFileHoldsEveryKeyWithItsTrueDefault() throws Exception {
        Path file = Files.write(folder.resolve("weir.yaml"), ConfigCommand.defaultFile());

        Configuration values = ConfigurationReader.read(file, Map.of(), List.of());

        assertThat(Schema.ALL).allSatisfy(setting -> {
            assertThat(values.value(setting).origin()).as(setting.key()).isEqualTo(Origin.FILE);
            assertThat(setting.format(values.value(setting).value())).isEqualTo(setting.defaultText());
        });
    }

    @Test
    void theDefaultFileDocumentsEveryKey() throws Exception {
        String words = new String(ConfigCommand.defaultFile(), StandardCharsets.UTF_8).replaceAll("\\s+#?\\s*", " ");

        assertThat(Schema.ALL).allSatisfy(setting -> assertThat(words)
                .contains(setting.sentence() + " (" + setting.allowed() + ") "
                        + setting.key().substring(setting.key().indexOf('.') + 1) + ": "));
    }

    @Test
    void theDefaultsOfReassemblyAreThoseOfTheLibrary() throws Exception {
        assertThat(StageOptions.assembler(ConfigurationReader.read(null, Map.of(), List.of()), 1))
                .isEqualTo(AssemblerOptions.defaults());
    }
}
