package io.weir;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One key of the configuration: its name, what its values look like, its default and what it means.
 *
 * <p>The same key is a path in the YAML file ({@code serve.port}), an environment variable ({@code WEIR_SERVE_PORT}) and
 * a flag ({@code --serve-port}). Immutable.
 */
final class Setting {
    /** What a value is, and the Java type that {@link #parse} makes of it. */
    enum Kind {
        /** {@link String} */
        TEXT("text"),
        /** {@link List} of {@link String} */
        LIST("a list of texts"),
        /** {@link Long} */
        NUMBER("a whole number"),
        /** {@link Long}, bytes */
        BYTES("a size such as 64MiB, 256KiB or 4096"),
        /** {@link Duration} */
        DURATION("a duration such as 50ms, 5s or 10m"),
        /** {@link Boolean} */
        SWITCH("true or false"),
        /** {@link String}, one of {@link Setting#choices} */
        CHOICE("one of");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final String key;
    private final Kind kind;
    private final String defaultText;
    private final Object minimum;
    private final Object maximum;
    private final List<String> choices;
    private final String sentence;

    private Setting(
            String key,
            Kind kind,
            String defaultText,
            String minimum,
            String maximum,
            List<String> choices,
            String sentence) {
        this.key = key;
        this.kind = kind;
        this.defaultText = defaultText;
        this.choices = choices;
        this.sentence = sentence;
        this.minimum = minimum == null ? null : convert(minimum);
        this.maximum = maximum == null ? null : convert(maximum);
    }

    static Setting text(String key, String defaultText, String sentence) {
        return new Setting(key, Kind.TEXT, defaultText, null, null, List.of(), sentence);
    }

    /** Empty by default; written with commas between the entries where it is one text. */
    static Setting list(String key, String sentence) {
        return new Setting(key, Kind.LIST, "", null, null, List.of(), sentence);
    }

    static Setting number(String key, String defaultText, String minimum, String maximum, String sentence) {
        return new Setting(key, Kind.NUMBER, defaultText, minimum, maximum, List.of(), sentence);
    }

    static Setting bytes(String key, String defaultText, String minimum, String maximum, String sentence) {
        return new Setting(key, Kind.BYTES, defaultText, minimum, maximum, List.of(), sentence);
    }

    static Setting duration(String key, String defaultText, String minimum, String maximum, String sentence) {
        return new Setting(key, Kind.DURATION, defaultText, minimum, maximum, List.of(), sentence);
    }

    static Setting onOff(String key, boolean defaultValue, String sentence) {
        return new Setting(key, Kind.SWITCH, String.valueOf(defaultValue), null, null, List.of(), sentence);
    }

    /** The first choice is the default. */
    static Setting choice(String key, List<String> choices, String sentence) {
        return new Setting(key, Kind.CHOICE, choices.get(0), null, null, List.copyOf(choices), sentence);
    }

    String key() {
        return key;
    }

    Kind kind() {
        return kind;
    }

    String defaultText() {
        return defaultText;
    }

    /** What it means, for people: one or two sentences. */
    String sentence() {
        return sentence;
    }

    String environmentVariable() {
        return "WEIR_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    String flag() {
        return "--" + key.replace('.', '-');
    }

    /** What a value may be, for people: {@code a whole number from 1 to 65535}. */
    String allowed() {
        if (kind == Kind.CHOICE) {
            return "one of " + String.join(", ", choices);
        }
        return minimum == null ? kind.words : kind.words + ", from " + format(minimum) + " to " + format(maximum);
    }

    /**
     * The value that a text means.
     *
     * @throws IllegalArgumentException the text is not a value of this kind, or lies outside the allowed range; no
     *     message, since {@link #allowed} says it
     */
    Object parse(String text) {
        Object value = convert(text.strip());
        if (minimum != null && (order(value, minimum) < 0 || order(value, maximum) > 0)) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    /** A value as a person writes it; {@link #parse} reads it back. */
    String format(Object value) {
        return switch (kind) {
            case BYTES -> bytesText((Long) value);
            case DURATION -> durationText((Duration) value);
            case LIST -> String.join(",", strings(value));
            default -> value.toString();
        };
    }

    @SuppressWarnings("unchecked")
    static List<String> strings(Object value) {
        return (List<String>) value;
    }

    @SuppressWarnings("unchecked")
    private static int order(Object value, Object bound) {
        return ((Comparable<Object>) value).compareTo(bound);
    }

    private Object convert(String text) {
        return switch (kind) {
            case TEXT -> text;
            case LIST -> split(text);
            case NUMBER -> number(text);
            case BYTES ->
                scaled(text, new String[] {"GiB", "MiB", "KiB", "B", ""}, new long[] {1 << 30, 1 << 20, 1024, 1, 1});
            case DURATION ->
                Duration.ofNanos(scaled(text, new String[] {"ns", "us", "ms", "s", "m", "h", "d"}, new long[] {
                    1, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3600_000_000_000L, 86400_000_000_000L
                }));
            case SWITCH -> truth(text);
            case CHOICE -> {
                if (!choices.contains(text)) {
                    throw new IllegalArgumentException();
                }
                yield text;
            }
        };
    }

    private static List<String> split(String text) {
        List<String> entries = new ArrayList<>();
        for (String entry : text.split(",")) {
            if (!entry.isBlank()) {
                entries.add(entry.strip());
            }
        }
        return List.copyOf(entries);
    }

    private static Boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException();
        }
        return text.equals("true");
    }

    private static long number(String text) {
        // Long.parseLong takes digits of every script and a leading plus
        if (!text.matches("-?[0-9]{1,18}")) {
            throw new IllegalArgumentException();
        }
        return Long.parseLong(text);
    }

    private static long scaled(String text, String[] units, long[] factors) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        String unit = text.substring(digits).strip();
        long amount = number(text.substring(0, digits));
        for (int index = 0; index < units.length; index++) {
            if (units[index].equals(unit) || amount == 0 && unit.isEmpty()) {
                try {
                    return Math.multiplyExact(amount, factors[index]);
                } catch (ArithmeticException tooLarge) {
                    throw new IllegalArgumentException(tooLarge);
                }
            }
        }
        throw new IllegalArgumentException();
    }

    static String bytesText(long bytes) {
        if (bytes != 0) {
            if (bytes % (1 << 30) == 0) {
                return (bytes >> 30) + "GiB";
            }
            if (bytes % (1 << 20) == 0) {
                return (bytes >> 20) + "MiB";
            }
            if (bytes % 1024 == 0) {
                return (bytes >> 10) + "KiB";
            }
        }
        return Long.toString(bytes);
    }

    static String durationText(Duration duration) {
        long ns = duration.toNanos();
        String[] units = {"h", "s", "ms", "us", "ns"};
        long[] factors = {3600_000_000_000L, 1_000_000_000L, 1_000_000, 1_000, 1};
        for (int index = 0; ns != 0; index++) {
            if (ns % factors[index] == 0) {
                return ns / factors[index] + units[index];
            }
        }
        return "0s";
    }
}
