package io.weir;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which weir this is, as the build wrote it. */
final class Version implements IVersionProvider {
    static String text() {
        Properties properties = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("/weir-version.properties")) {
            properties.load(file);
        } catch (IOException | NullPointerException absent) {
            return "unknown";
        }
        return properties.getProperty("version", "unknown");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"weir " + text() + " (Java " + Runtime.version() + ")"};
    }
}
