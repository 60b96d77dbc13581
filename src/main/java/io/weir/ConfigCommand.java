package io.weir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code weir config}: what would be in force, and why. The output is itself a configuration file. */
@Command(name = "config", description = "Print the effective configuration with the origin of each value.")
final class ConfigCommand implements Callable<Integer> {
    private static final int COMMENT_COLUMN = 48;

    @ParentCommand
    private RootCommand weir;

    @Option(names = "--defaults", description = "Print the documented default file instead, to start a file from.")
    private boolean defaults;

    @Override
    public Integer call() throws ConfigurationException, FailureException, IOException {
        weir.streams()
                .print(defaults ? defaultFile() : text(weir.configuration()).getBytes(StandardCharsets.UTF_8));
        return 0;
    }

    static byte[] defaultFile() throws IOException {
        try (InputStream file = ConfigCommand.class.getResourceAsStream("/weir-default.yaml")) {
            return file.readAllBytes();
        }
    }

    private static String text(Configuration configuration) {
        StringBuilder text = new StringBuilder();
        String section = "";
        for (Setting setting : Schema.ALL) {
            int dot = setting.key().indexOf('.');
            if (!setting.key().substring(0, dot).equals(section)) {
                section = setting.key().substring(0, dot);
                text.append(section).append(":\n");
            }
            Configuration.Value value = configuration.value(setting);
            StringBuilder line = new StringBuilder("  ")
                    .append(setting.key().substring(dot + 1))
                    .append(": ")
                    .append(yaml(setting, value.value()));
            while (line.length() < COMMENT_COLUMN) {
                line.append(' ');
            }
            text.append(line).append("  # ").append(value.place()).append('\n');
        }
        return text.toString();
    }

    /** The value as the file writes it. */
    static String yaml(Setting setting, Object value) {
        return switch (setting.kind()) {
            case TEXT -> quoted((String) value);
            case LIST ->
                Setting.strings(value).stream().map(ConfigCommand::quoted).collect(Collectors.joining(", ", "[", "]"));
            case CHOICE -> value.equals("on") || value.equals("off") ? quoted((String) value) : (String) value;
            default -> setting.format(value);
        };
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
