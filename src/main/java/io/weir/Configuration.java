package io.weir;

import io.weir.Setting.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The effective configuration: a value for every key of the {@link Schema}, and where each came from. Immutable. */
final class Configuration {
    /** Where a value comes from; the later ones win. */
    enum Origin {
        DEFAULT,
        FILE,
        ENVIRONMENT,
        FLAG
    }

    /**
     * @param value as {@link Setting#parse} made it
     * @param place for people: {@code default}, {@code file weir.yaml:12}, {@code env WEIR_SERVE_PORT},
     *     {@code flag --port}
     */
    record Value(Object value, Origin origin, String place) {}

    private final Map<Setting, Value> values;

    Configuration(Map<Setting, Value> values) {
        this.values = Map.copyOf(values);
    }

    Value value(Setting setting) {
        return values.get(setting);
    }

    String text(Setting setting) {
        require(setting, setting.kind() == Kind.TEXT || setting.kind() == Kind.CHOICE);
        return (String) value(setting).value();
    }

    List<String> list(Setting setting) {
        require(setting, setting.kind() == Kind.LIST);
        return Setting.strings(value(setting).value());
    }

    /** A number, or a size in bytes. */
    long number(Setting setting) {
        require(setting, setting.kind() == Kind.NUMBER || setting.kind() == Kind.BYTES);
        return (Long) value(setting).value();
    }

    /** A number whose allowed range fits an int. */
    int integer(Setting setting) {
        return Math.toIntExact(number(setting));
    }

    long durationNs(Setting setting) {
        require(setting, setting.kind() == Kind.DURATION);
        return ((Duration) value(setting).value()).toNanos();
    }

    boolean on(Setting setting) {
        require(setting, setting.kind() == Kind.SWITCH);
        return (Boolean) value(setting).value();
    }

    private static void require(Setting setting, boolean kindFits) {
        if (!kindFits) {
            throw new IllegalStateException(setting.key() + " is " + setting.kind());
        }
    }
}
