package io.weir;

import io.weir.ConfigurationReader.Flag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Every key of the schema as a flag, besides {@code --config}. */
final class Flags {
    private static final String CONFIG = "--config";

    /** The keys that people set most have a short flag as well. */
    private static final Map<Setting, List<String>> SHORT = Map.of(
            Schema.INTERFACES, List.of("-i", "--interface"),
            Schema.FILTER, List.of("-f", "--filter"),
            Schema.HOST, List.of("--host"),
            Schema.PORT, List.of("--port"));

    private Flags() {}

    /**
     * @param which the settings that the command knows
     * @param shown those that its help shows
     */
    static void addTo(CommandSpec command, Predicate<Setting> which, Predicate<Setting> shown) {
        command.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("FILE")
                .type(String.class)
                .description("YAML file with settings; 'weir config --defaults' prints one to start from. "
                        + "Also: environment variable WEIR_CONFIG.")
                .build());
        Schema.ALL.stream().filter(which).forEach(setting -> command.addOption(option(setting, !shown.test(setting))));
        command.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }

    private static OptionSpec option(Setting setting, boolean hidden) {
        List<String> names = new ArrayList<>(SHORT.getOrDefault(setting, List.of()));
        names.add(setting.flag());
        boolean list = setting.kind() == Setting.Kind.LIST;
        OptionSpec.Builder option = OptionSpec.builder(names.toArray(String[]::new))
                .paramLabel(setting.kind().name())
                .hidden(hidden)
                .description(escaped(setting.sentence()) + " " + escaped(fallback(setting)));
        return (list ? option.type(List.class).auxiliaryTypes(String.class) : option.type(String.class)).build();
    }

    private static String fallback(Setting setting) {
        String value = setting.defaultText().isEmpty() ? "empty" : setting.defaultText();
        return "Default " + value + "; " + setting.allowed() + ".";
    }

    /** A percent sign would be taken for a format. */
    private static String escaped(String text) {
        return text.replace("%", "%%");
    }

    static boolean isCommon(Setting setting) {
        return SHORT.containsKey(setting);
    }

    /** The file that {@code --config} names on this command line, or null. */
    static Path file(ParseResult parsed) {
        Path file = null;
        for (ParseResult level : levels(parsed)) {
            String name = level.matchedOptionValue(CONFIG, (String) null);
            file = name == null ? file : Path.of(name);
        }
        return file;
    }

    /** All settings given as flags, those of {@code weir} itself before those of its command. */
    static List<Flag> given(ParseResult parsed) {
        List<Flag> flags = new ArrayList<>();
        for (ParseResult level : levels(parsed)) {
            for (Setting setting : Schema.ALL) {
                OptionSpec option = level.matchedOption(setting.flag());
                if (option != null) {
                    flags.add(new Flag(setting, option.names()[option.names().length > 2 ? 1 : 0], text(option)));
                }
            }
        }
        return flags;
    }

    private static String text(OptionSpec option) {
        List<String> texts = option.stringValues();
        return option.isMultiValue() ? String.join(",", texts) : texts.get(texts.size() - 1);
    }

    private static List<ParseResult> levels(ParseResult parsed) {
        return parsed.asCommandLineList().stream()
                .map(CommandLine::getParseResult)
                .toList();
    }
}
