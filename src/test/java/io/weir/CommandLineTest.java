package io.weir;

import static io.weir.CommandLineRun.weir;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @TempDir
    private Path folder;

    @Test
    void helpNamesEveryCommandAndSucceeds() {
        CommandLineRun run = weir("--help");

        assertThat(run.status()).isZero();
        assertThat(run.text()).contains("serve", "read", "interfaces", "config", "--filter", "--port");
        assertThat(run.errors()).isEmpty();
    }

    @Test
    void eachCommandHasHelp() {
        for (String command : List.of("serve", "read", "interfaces", "config")) {
            CommandLineRun run = weir(command, "--help");

            assertThat(run.status()).as(command).isZero();
            assertThat(run.text()).startsWith("Usage: weir " + command);
        }
    }

    @Test
    void theVersionIsTheOneThatWasBuilt() {
        assertThat(weir("--version").text()).matches("weir [0-9]+\\.[0-9]+\\.[0-9]+ \\(Java .+\\)\\R");
    }

    @Test
    void anUnknownFlagIsWrongUsage() {
        CommandLineRun run = weir("config", "--prot", "80");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errors()).contains("weir: Unknown options: '--prot', '80'", "Try 'weir config --help'.");
        assertThat(run.output()).isEmpty();
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        CommandLineRun run = weir("raed");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errors())
                .contains(
                        "weir: there is no command 'raed'; the commands are serve, read, interfaces, config",
                        "Try 'weir --help'.");
    }

    @Test
    void aRefusedConfigurationIsWrongUsageAndNeverATrace() {
        CommandLineRun run = weir(Map.of("WEIR_LOG_LEVEL", "loud"), new byte[0], "serve", "--port", "x");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errors().lines())
                .containsExactly(
                        "weir: environment variable WEIR_LOG_LEVEL is 'loud', but must be one of info, debug, warn, error",
                        "weir: --port is 'x', but must be a whole number, from 0 to 65535");
    }

    @Test
    void aFileThatCannotBeReadIsRefusedBeforeAnythingStarts() {
        CommandLineRun run =
                weir("serve", "--serve-tokens-file", folder.resolve("absent").toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errors().lines())
                .containsExactly("weir: serve.tokens-file is " + folder.resolve("absent")
                        + " (flag --serve-tokens-file): there is no such file, or this user may not read it");
    }

    @Test
    void aWrongFilterIsWrongUsage() {
        CommandLineRun run = weir("serve", "--port", "0", "--filter", "tcp prot 80");

        Assumptions.assumeFalse(run.errors().contains("libpcap is"), "needs libpcap: " + run.errors());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errors().lines())
                .singleElement()
                .asString()
                .startsWith("weir: capture.filter is 'tcp prot 80' (flag --filter): names are not looked up");
    }

    @Test
    void debugShowsWhereARefusalCameFrom() {
        assertThat(weir("config", "--debug", "--port", "x").errors()).contains("\tat io.weir.");
    }

    @Test
    void theEffectiveConfigurationIsPrintedWithOrigins() throws Exception {
        Path file = Files.writeString(folder.resolve("weir.yaml"), "retention:\n  first-bytes: 32KiB\n");

        CommandLineRun run = weir(
                Map.of("WEIR_SERVE_PORT", "2345"),
                new byte[0],
                "--config",
                file.toString(),
                "config",
                "-i",
                "eth0",
                "-i",
                "veth*");

        assertThat(run.status()).isZero();
        assertThat(run.text())
                .containsPattern("  first-bytes: 32KiB +# file .*weir.yaml:2\n")
                .containsPattern("  port: 2345 +# env WEIR_SERVE_PORT\n")
                .containsPattern("  interfaces: \\[\"eth0\", \"veth\\*\"] +# flag --interface\n")
                .containsPattern("  host: \"127.0.0.1\" +# default\n");
    }

    @Test
    void thePrintedConfigurationIsAConfigurationFile() throws Exception {
        CommandLineRun first =
                weir("config", "--port", "80", "--filter", "host \"a\\b\"", "--reassembly-checksum", "off");
        Path file = Files.write(folder.resolve("weir.yaml"), first.output());

        CommandLineRun second = weir("config", "--config", file.toString());

        assertThat(withoutOrigins(second.text())).isEqualTo(withoutOrigins(first.text()));
    }

    @Test
    void theDefaultFileIsPrinted() throws Exception {
        assertThat(weir("config", "--defaults").output()).isEqualTo(ConfigCommand.defaultFile());
    }

    @Test
    void interfacesAreListedForPeopleAndForPrograms() {
        CommandLineRun table = weir("interfaces");
        CommandLineRun json = weir("interfaces", "--json");

        assertThat(table.status()).isZero();
        assertThat(table.text()).contains("lo ", "loopback", "'any' stands for all of them");
        assertThat(new JsonArray(json.text()).stream())
                .anyMatch(entry -> ((JsonObject) entry).getString("name").equals("lo")
                        && ((JsonObject) entry).getBoolean("loopback"));
    }

    private static String withoutOrigins(String text) {
        return text.replaceAll(" +# .*", "");
    }
}
