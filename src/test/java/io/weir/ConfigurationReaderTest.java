package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.Configuration.Origin;
import io.weir.ConfigurationReader.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {
    @TempDir
    private Path folder;

    @Test
    void everyKeyHasItsDefaultWhenNothingIsSaid() throws Exception {
        Configuration values = ConfigurationReader.read(null, Map.of(), List.of());

        assertThat(Schema.ALL).allSatisfy(setting -> {
            assertThat(values.value(setting).origin()).isEqualTo(Origin.DEFAULT);
            assertThat(setting.format(values.value(setting).value())).isEqualTo(setting.defaultText());
        });
    }

    @Test
    void theFileWinsOverTheDefault() throws Exception {
        Configuration values = ConfigurationReader.read(file("serve:\n  port: 1234\n"), Map.of(), List.of());

        assertThat(values.number(Schema.PORT)).isEqualTo(1234);
        assertThat(values.value(Schema.PORT).place()).endsWith("weir.yaml:2");
    }

    @Test
    void theEnvironmentWinsOverTheFile() throws Exception {
        Configuration values =
                ConfigurationReader.read(file("serve:\n  port: 1234\n"), Map.of("WEIR_SERVE_PORT", "2345"), List.of());

        assertThat(values.number(Schema.PORT)).isEqualTo(2345);
        assertThat(values.value(Schema.PORT).place()).isEqualTo("env WEIR_SERVE_PORT");
    }

    @Test
    void theFlagWinsOverTheEnvironment() throws Exception {
        Configuration values = ConfigurationReader.read(
                file("serve:\n  port: 1234\n"),
                Map.of("WEIR_SERVE_PORT", "2345"),
                List.of(new Flag(Schema.PORT, "--port", "3456")));

        assertThat(values.number(Schema.PORT)).isEqualTo(3456);
        assertThat(values.value(Schema.PORT).place()).isEqualTo("flag --port");
    }

    @Test
    void theEnvironmentCanNameTheFile() throws Exception {
        Path file = file("log:\n  level: debug\n");

        Configuration values = ConfigurationReader.read(null, Map.of("WEIR_CONFIG", file.toString()), List.of());

        assertThat(values.text(Schema.LOG_LEVEL)).isEqualTo("debug");
    }

    @Test
    void sizesDurationsListsAndSwitchesAreRead() throws Exception {
        Configuration values = ConfigurationReader.read(file("""
                        capture:
                          interfaces: [eth0, "veth*"]
                          promiscuous: true
                        reassembly:
                          max-waiting-bytes: 128MiB
                          hole-timeout: 2500ms
                          checksum: off
                        """), Map.of(), List.of());

        assertThat(values.list(Schema.INTERFACES)).containsExactly("eth0", "veth*");
        assertThat(values.on(Schema.PROMISCUOUS)).isTrue();
        assertThat(values.number(Schema.WAITING_BYTES)).isEqualTo(134_217_728);
        assertThat(values.durationNs(Schema.HOLE_TIMEOUT)).isEqualTo(2_500_000_000L);
        assertThat(values.text(Schema.CHECKSUM)).isEqualTo("off");
    }

    @Test
    void wholeNumbersMayBeWrittenAsHelmWritesThem() throws Exception {
        Configuration values = ConfigurationReader.read(
                file("reassembly:\n  max-streams: 1e+06\n  max-waiting-bytes: 1.34217728e+08\n"), Map.of(), List.of());

        assertThat(values.number(Schema.STREAMS)).isEqualTo(1_000_000);
        assertThat(values.number(Schema.WAITING_BYTES)).isEqualTo(134_217_728);
        assertThat(problems("reassembly:\n  max-streams: 1.5\n")).hasSize(1);
        assertThat(problems("reassembly:\n  max-streams: 1.23456789e+06\n")).hasSize(1);
    }

    @Test
    void anUnknownKeyIsRefusedWithTheKeyThatWasMeant() throws Exception {
        assertThat(problems("serve:\n  prot: 80\n"))
                .containsExactly(
                        folder.resolve("weir.yaml") + ":2: unknown key 'serve.prot', did you mean 'serve.port'?");
    }

    @Test
    void anUnknownSectionIsRefused() throws Exception {
        assertThat(problems("plumbing:\n  depth: 80\n"))
                .containsExactly(
                        folder.resolve("weir.yaml") + ":1: unknown key 'plumbing'; 'weir config' lists all keys");
    }

    @Test
    void aValueOutOfRangeIsRefusedWithWhatIsAllowed() throws Exception {
        assertThat(problems("serve:\n  port: 70000\n"))
                .containsExactly(folder.resolve("weir.yaml")
                        + ":2: serve.port is '70000', but must be a whole number, from 0 to 65535");
    }

    @Test
    void wrongTypesAreRefused() throws Exception {
        assertThat(problems("""
                        node:
                          name: 12
                        capture:
                          interfaces: eth0
                          promiscuous: "yes"
                          filter: [port 80]
                          snap-length:
                        reassembly:
                          hole-timeout: 5
                        serve:
                          port: "80"
                        """))
                .map(line -> line.substring(line.indexOf(".yaml") + 5))
                .containsExactly(
                        ":2: node.name is '12', but must be text; put it in quotes",
                        ":4: capture.interfaces is 'eth0', but must be a list of texts",
                        ":5: capture.promiscuous is 'yes', but must be true or false",
                        ":6: capture.filter is a list, but must be text; put it in quotes",
                        ":7: capture.snap-length is nothing, but must be a size such as 64MiB, 256KiB or 4096,"
                                + " from 64 to 512KiB",
                        ":9: reassembly.hole-timeout is '5', but must be a duration such as 50ms, 5s or 10m,"
                                + " from 1ms to 1h",
                        ":11: serve.port is '80', but must be a whole number, from 0 to 65535");
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() throws Exception {
        assertThat(problems("serve:\n  port: 80\n  port: 81\n"))
                .containsExactly(folder.resolve("weir.yaml") + ":3: 'serve.port' stands there twice");
    }

    @Test
    void aFileThatIsNoYamlIsRefusedWithItsLine() throws Exception {
        assertThat(problems("serve:\n  port: [80\nlog: {\n"))
                .singleElement()
                .asString()
                .startsWith("configuration file " + folder.resolve("weir.yaml") + ":")
                .contains("is not YAML");
    }

    @Test
    void aFileThatChoosesAClassIsRefusedAsNested() throws Exception {
        assertThat(problems("serve:\n  host: !!javax.script.ScriptEngineManager [x]\n"))
                .hasSize(1);
    }

    @Test
    void anAbsentFileIsRefused() {
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class,
                () -> ConfigurationReader.read(folder.resolve("none.yaml"), Map.of(), List.of()));

        assertThat(refused.problems())
                .containsExactly("configuration file " + folder.resolve("none.yaml") + " does not exist");
    }

    @Test
    void aFileThatCannotBeReadIsRefusedInPlainWords() throws Exception {
        Path path = folder.resolve("weir.yaml");
        Files.createDirectory(folder.resolve("folder"));
        assertThat(refusalOf(folder.resolve("folder"))).endsWith("folder cannot be read: Is a directory");

        Files.write(path, new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 's'});
        assertThat(refusalOf(path)).endsWith("weir.yaml is not UTF-8 text");

        assertThat(problems("node:\n\tname: x\n"))
                .singleElement()
                .asString()
                .contains("weir.yaml:2 is not YAML")
                .contains("TAB");
        assertThat(problems("- serve\n")).containsExactly(path + ":1: the file must hold keys, such as 'port: 9347'");
    }

    @Test
    void aFileWithoutEndCostsNoMoreThanTheLongest() {
        Path endless = Path.of("/dev/zero");
        assumeTrue(Files.isReadable(endless), "skipped, there is no " + endless);

        assertThat(refusalOf(endless))
                .isEqualTo("configuration file /dev/zero cannot be read: it has more than 1048576 bytes, the most that"
                        + " is allowed");
    }

    private static String refusalOf(Path file) {
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class, () -> ConfigurationReader.read(file, Map.of(), List.of()));
        assertThat(refused.problems()).hasSize(1);
        return refused.problems().get(0);
    }

    @Test
    void aNumberWithAnotherUnitIsRefusedWithTheUnitsThatThereAre() throws Exception {
        assertThat(problems(
                        "capture:\n  ring-bytes: 32 MB\n  latency: 8\n  snap-length: 64kib\nserve:\n  port: 80 tcp\n"))
                .map(line -> line.substring(line.indexOf(".yaml") + 5))
                .containsExactly(
                        ":2: capture.ring-bytes is '32 MB', but must be a size such as 64MiB, 256KiB or 4096, from 128KiB"
                                + " to 1GiB",
                        ":3: capture.latency is '8', but must be a duration such as 50ms, 5s or 10m, from 1ms to 1s",
                        ":4: capture.snap-length is '64kib', but must be a size such as 64MiB, 256KiB or 4096, from 64 to"
                                + " 512KiB",
                        ":6: serve.port is '80 tcp', but must be a whole number, from 0 to 65535");
    }

    @Test
    void aListInAVariableHasCommas() throws Exception {
        Configuration values =
                ConfigurationReader.read(null, Map.of("WEIR_CAPTURE_INTERFACES", "lo, eth*,,!docker0"), List.of());

        assertThat(values.list(Schema.INTERFACES)).containsExactly("lo", "eth*", "!docker0");
    }

    @Test
    void anEmptyFileChangesNothing() throws Exception {
        assertThat(problems("")).isEmpty();
        assertThat(problems("# nothing\n")).isEmpty();
        assertThat(problems("serve:\n  # port: 80\n")).isEmpty();
    }

    @Test
    void anUnknownVariableIsRefusedButNotThoseOfKubernetes() {
        Map<String, String> environment = Map.of(
                "WEIR_SERVE_PROT", "80",
                "WEIR_SERVICE_HOST", "10.0.0.1",
                "WEIR_PORT_9347_TCP_ADDR", "10.0.0.1",
                "WEIR_METRICS_SERVICE_PORT_HTTP", "9347",
                "WEIR_PORT", "tcp://10.0.0.1:9347");

        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class, () -> ConfigurationReader.read(null, environment, List.of()));

        assertThat(refused.problems())
                .containsExactly(
                        "environment variable WEIR_SERVE_PROT is no key of weir, did you mean WEIR_SERVE_PORT?");
    }

    @Test
    void everyProblemIsToldAtOnce() throws Exception {
        assertThat(problems("serve:\n  port: -1\n  hosts: x\nlog:\n  level: loud\n"))
                .hasSize(3);
    }

    @Test
    void aStrangerMayNotBeServedWithoutCredentials() throws Exception {
        assertThat(problems("serve:\n  host: 0.0.0.0\n"))
                .singleElement()
                .asString()
                .contains("serve.host is 0.0.0.0")
                .contains("without credentials only loopback is served")
                .contains("set serve.tokens-file");
        assertThat(problems("serve:\n  host: node.example\n")).hasSize(1);
        assertThat(problems("serve:\n  host: 0.0.0.0\n  tokens-file: /etc/weir/tokens\n"))
                .isEmpty();
        assertThat(problems("serve:\n  host: \"::1\"\n")).isEmpty();
        assertThat(problems("serve:\n  host: localhost\n")).isEmpty();
    }

    @Test
    void impossibleRelationsAreRefused() throws Exception {
        assertThat(problems("reassembly:\n  max-waiting-bytes: 1MiB\n  max-waiting-bytes-per-direction: 2MiB\n"))
                .singleElement()
                .asString()
                .contains("reassembly.max-waiting-bytes-per-direction is 2MiB")
                .contains("must not be above reassembly.max-waiting-bytes is 1MiB");
        assertThat(problems("reassembly:\n  acked-hole-grace: 6s\n")).hasSize(1);
        assertThat(problems("reassembly:\n  idle-timeout: 5s\n")).hasSize(1);
        assertThat(problems("retention:\n  max-bytes: 1KiB\n")).hasSize(2);
        assertThat(problems("serve:\n  tls-key: key.pem\n")).hasSize(1);
        assertThat(problems("serve:\n  tls-client-ca: ca.pem\n")).hasSize(1);
        assertThat(problems("capture:\n  interfaces: [any, eth0]\n")).hasSize(1);
    }

    private List<String> problems(String yaml) throws IOException {
        Path file = file(yaml);
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class, () -> ConfigurationReader.read(file, Map.of(), List.of()));
        return refused == null ? List.of() : refused.problems();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("weir.yaml"), yaml);
    }
}
