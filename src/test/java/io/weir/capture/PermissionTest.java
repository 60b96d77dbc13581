package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process is told that may not capture, and that the advice which it is given works. */
@Timeout(120)
class PermissionTest {
    /** Run in a child: opens a source on lo and prints what happens. */
    public static final class Child {
        public static void main(String[] arguments) {
            LiveOptions options = LiveOptions.defaults()
                    .withBackend(Backend.valueOf(arguments[0]))
                    .withPromiscuous(true)
                    .withInterfaces(List.of("lo"));
            try (LiveSource source = LiveSources.open(options)) {
                System.out.println("opened " + source.interfaces());
                Filter.of("tcp");
            } catch (FilterException failure) {
                System.out.println(failure.getMessage());
            } catch (CaptureException failure) {
                System.out.println(failure.kind() + " " + failure.getMessage());
            }
        }
    }

    @TempDir
    Path directory;

    @Test
    void withoutTheCapabilityBothBackendsNameItAndTheCommandThatGrantsIt() throws Exception {
        for (Backend backend : Backend.values()) {
            Assumptions.assumeTrue(
                    backend == Backend.AFPACKET || Libpcap.available(), "skipped: " + Libpcap.unavailable());
            assertThat(child(backend, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
                    .startsWith("PERMISSION Capturing on lo is not permitted: the capability CAP_NET_RAW is missing.")
                    .contains("sudo setpriv --reuid=")
                    .contains("AmbientCapabilities=CAP_NET_RAW")
                    .hasLineCount(1);
            assertThat(child(backend, "setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"))
                    .startsWith("PERMISSION Capturing on lo is not permitted: the capability CAP_NET_RAW is missing.")
                    .contains("--cap-add NET_RAW")
                    .hasLineCount(1);
        }
    }

    @Test
    void rootWithThisOneCapabilityAndNoNewPrivilegesIsEnough() throws Exception {
        for (Backend backend : Backend.values()) {
            Assumptions.assumeTrue(
                    backend == Backend.AFPACKET || Libpcap.available(), "skipped: " + Libpcap.unavailable());
            assertThat(child(backend, "setpriv", "--bounding-set=-all,+net_raw", "--no-new-privs"))
                    .isEqualTo("opened [lo]\n");
        }
    }

    @Test
    void withoutLibpcapTheRingWorksAndFiltersSayWhatToInstall() throws Exception {
        List<String> libraries;
        try (Stream<Path> files = Files.find(
                Path.of("/usr/lib"),
                2,
                (file, kind) ->
                        kind.isRegularFile() && file.getFileName().toString().startsWith("libpcap.so"))) {
            libraries = files.map(Path::toString).collect(Collectors.toList());
        }
        Assumptions.assumeTrue(libraries.size() == 1, "skipped, libpcap is not where it is expected: " + libraries);
        String hide = "mount --bind /dev/null " + libraries.get(0) + " && exec \"$@\"";

        assertThat(child(Backend.AFPACKET, "unshare", "-m", "sh", "-c", hide, "sh"))
                .startsWith("opened [lo]\n")
                .contains("A filter needs libpcap: ")
                .contains("apt-get install libpcap0.8");
        assertThat(child(Backend.PCAP, "unshare", "-m", "sh", "-c", hide, "sh"))
                .startsWith("UNSUPPORTED The pcap backend does not work here: libpcap is not installed");
    }

    @Test
    void theAdvisedCommandWorksForAnOrdinaryUser() throws Exception {
        for (Backend backend : Backend.values()) {
            Assumptions.assumeTrue(
                    backend == Backend.AFPACKET || Libpcap.available(), "skipped: " + Libpcap.unavailable());
            assertThat(child(
                            backend,
                            "setpriv",
                            "--reuid=65534",
                            "--regid=65534",
                            "--clear-groups",
                            "--inh-caps=+net_raw",
                            "--ambient-caps=+net_raw"))
                    .isEqualTo("opened [lo]\n");
        }
    }

    /** What the child needs, where an ordinary user can read it. */
    private String readableClassPath() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            Path to = directory.resolve(String.valueOf(entries.size()));
            if (Files.isDirectory(from)) {
                copy(from.resolve("io/weir/capture"), to.resolve("io/weir/capture"));
            } else if (from.getFileName().toString().matches("(jna|pcap4j|slf4j|logback).*")) {
                Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            } else {
                continue;
            }
            entries.add(to.toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectories(to);
            try (Stream<Path> files = Files.list(from)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private String child(Backend backend, String... privileges) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Arrays.asList(privileges));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String classPath = readableClassPath();
        Path quiet =
                Files.writeString(directory.resolve("quiet.xml"), "<configuration><root level='OFF'/></configuration>");
        command.addAll(List.of(
                "-Dlogback.configurationFile=" + quiet, "-cp", classPath, Child.class.getName(), backend.name()));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException missing) {
            Assumptions.abort("skipped, a program is missing: " + missing.getMessage());
            return "";
        }
        String output = new String(process.getInputStream().readAllBytes());
        int exit = process.waitFor();
        Assumptions.assumeTrue(exit == 0, "skipped, privileges cannot be set here: exit " + exit);
        return output;
    }
}
