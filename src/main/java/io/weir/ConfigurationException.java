package io.weir;

import java.util.List;

/** The configuration is refused. Each problem is one line that names the key, its value and what is allowed. */
final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    ConfigurationException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}
