package io.weir;

import io.weir.Configuration.Origin;
import io.weir.Configuration.Value;
import io.weir.Setting.Kind;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Joins defaults, file, environment and flags, the later over the earlier, and refuses what does not fit: unknown keys,
 * wrong types, values out of range, and (see {@link Relations}) values that cannot stand together. Tells every problem,
 * not the first only.
 */
final class ConfigurationReader {
    static final String FILE_VARIABLE = "WEIR_CONFIG";

    /** What Kubernetes puts into the environment of every pod for a service named weir or weir-something. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("WEIR_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_.+)?)?)");

    /**
     * A flag that was given.
     *
     * @param name as it was written, such as {@code --port}
     */
    record Flag(Setting setting, String name, String text) {}

    private final Map<Setting, Value> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private ConfigurationReader() {}

    /**
     * @param file of {@code --config}, or null; then {@code WEIR_CONFIG} may name one
     * @param environment all variables of the process
     */
    static Configuration read(Path file, Map<String, String> environment, List<Flag> flags)
            throws ConfigurationException {
        ConfigurationReader reader = new ConfigurationReader();
        reader.defaults();
        String named = environment.getOrDefault(FILE_VARIABLE, "");
        if (file != null) {
            reader.file(file);
        } else if (!named.isEmpty()) {
            reader.file(Path.of(named));
        }
        reader.environment(environment);
        for (Flag flag : flags) {
            reader.put(flag.setting(), flag.text(), Origin.FLAG, "flag " + flag.name(), flag.name());
        }
        Configuration configuration = new Configuration(reader.values);
        // relations of values that were refused already would only confuse
        if (reader.problems.isEmpty()) {
            Relations.check(configuration, reader.problems);
        }
        if (!reader.problems.isEmpty()) {
            throw new ConfigurationException(reader.problems);
        }
        return configuration;
    }

    static String unknown(String key) {
        Optional<Setting> meant = Spelling.nearest(key);
        return "unknown key '" + key + "'"
                + meant.map(setting -> ", did you mean '" + setting.key() + "'?")
                        .orElse("; 'weir config' lists all keys");
    }

    private void defaults() {
        for (Setting setting : Schema.ALL) {
            values.put(setting, new Value(setting.parse(setting.defaultText()), Origin.DEFAULT, "default"));
        }
    }

    private void file(Path path) {
        for (YamlFile.Entry entry : YamlFile.read(path, problems)) {
            String at = path + ":" + entry.line();
            Optional<Setting> setting = Schema.find(entry.key());
            if (setting.isEmpty()) {
                problems.add(at + ": " + unknown(entry.key()));
            } else if (!typeFits(setting.get(), entry)) {
                String text = entry.list()
                        ? "a list"
                        : entry.tag().equals(Tag.NULL)
                                ? "nothing"
                                : "'" + entry.texts().get(0) + "'";
                String hint = setting.get().kind() == Kind.TEXT ? "; put it in quotes" : "";
                problems.add(at + ": " + refusal(setting.get(), entry.key(), text) + hint);
            } else if (entry.list()) {
                values.put(setting.get(), new Value(List.copyOf(entry.texts()), Origin.FILE, "file " + at));
            } else {
                put(setting.get(), text(entry), Origin.FILE, "file " + at, at + ": " + entry.key());
            }
        }
    }

    private static boolean typeFits(Setting setting, YamlFile.Entry entry) {
        boolean isText = entry.tag().equals(Tag.STR);
        return switch (setting.kind()) {
            case LIST -> entry.list();
            case TEXT -> isText;
            case NUMBER -> isWhole(entry);
            case BYTES -> isText || isWhole(entry);
            case DURATION -> isText || entry.tag().equals(Tag.INT);
            case SWITCH -> entry.tag().equals(Tag.BOOL);
            // YAML 1.1 takes off and on for booleans
            case CHOICE -> isText || entry.tag().equals(Tag.BOOL);
        };
    }

    private static boolean isWhole(YamlFile.Entry entry) {
        return entry.tag().equals(Tag.INT) || isWholeFloat(entry);
    }

    /** Helm writes 1000000 as 1e+06. */
    private static boolean isWholeFloat(YamlFile.Entry entry) {
        return entry.tag().equals(Tag.FLOAT) && entry.texts().get(0).matches("[0-9](\\.[0-9]{1,18})?e\\+[0-9]{2}");
    }

    private static String text(YamlFile.Entry entry) {
        String text = entry.texts().get(0);
        return isWholeFloat(entry) ? new BigDecimal(text).toPlainString() : text;
    }

    private void environment(Map<String, String> environment) {
        Map<String, Setting> known = new HashMap<>();
        Schema.ALL.forEach(setting -> known.put(setting.environmentVariable(), setting));
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith("WEIR_") || name.equals(FILE_VARIABLE)) {
                continue;
            }
            Setting setting = known.get(name);
            if (setting != null) {
                put(setting, variable.getValue(), Origin.ENVIRONMENT, "env " + name, "environment variable " + name);
            } else if (!SERVICE_LINK.matcher(name).matches()) {
                String asKey = name.substring("WEIR_".length()).toLowerCase(Locale.ROOT);
                problems.add("environment variable " + name + " is no key of weir"
                        + Spelling.nearest(asKey.replace('_', '.'))
                                .map(meant -> ", did you mean " + meant.environmentVariable() + "?")
                                .orElse("; 'weir config' lists all keys"));
            }
        }
    }

    private void put(Setting setting, String text, Origin origin, String place, String spelled) {
        try {
            values.put(setting, new Value(setting.parse(text), origin, place));
        } catch (IllegalArgumentException refused) {
            problems.add(refusal(setting, spelled, "'" + text + "'"));
        }
    }

    private static String refusal(Setting setting, String spelled, String text) {
        return spelled + " is " + text + ", but must be " + setting.allowed();
    }
}
