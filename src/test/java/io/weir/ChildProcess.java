package io.weir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** weir in a Java process of its own, with this test's class path. */
final class ChildProcess implements AutoCloseable {
    private static final int PATIENCE_S = 60;
    private static final long SIGINT_BIT = 1 << 1;

    private final Process process;
    private final Path output;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Thread reader;

    /** @param wrapper a command that runs the rest of its line in another way; may be empty */
    ChildProcess(List<String> wrapper, String... arguments) throws IOException {
        this(System.getProperty("java.class.path"), wrapper, List.of(), List.of(arguments));
    }

    /** @param options of the Java runtime, besides those that it needs anyway */
    ChildProcess(List<String> wrapper, List<String> options, List<String> arguments) throws IOException {
        this(System.getProperty("java.class.path"), wrapper, options, arguments);
    }

    private ChildProcess(String classPath, List<String> wrapper, List<String> options, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(interruptible());
        command.addAll(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // as the jar's manifest says it
        command.add("--enable-native-access=ALL-UNNAMED");
        // the log of the product, not that of its tests
        command.add("-Dweir.log.product=true");
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, "io.weir.Main"));
        command.addAll(arguments);
        output = Files.createTempFile("weir-output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("WEIR_"));
        process = builder.start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        reader = new Thread(() -> lines.lines().forEach(errors::add), "child's errors");
        reader.start();
    }

    /** With weir's classes in a jar, as its users have them: an open jar still gives classes when no file may be opened. */
    static ChildProcess ofJar(Path jar, String... arguments) throws IOException {
        Path classes = Path.of("target", "classes");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, zip);
            }
        }
        String others = System.getProperty("java.class.path");
        return new ChildProcess(
                jar + System.getProperty("path.separator") + others, List.of(), List.of(), List.of(arguments));
    }

    /**
     * What a shell runs in the background, these tests perhaps, ignores interrupts, and so do its children. A terminal's
     * do not, and weir is tested as one of those.
     */
    private static List<String> interruptible() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return List.of();
        }
        boolean ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGINT_BIT) != 0);
        return ignored ? List.of("env", "--default-signal=INT") : List.of();
    }

    /** The first line of standard error that holds this text; waits for it, and fails if the process ends before. */
    String line(String text) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (System.nanoTime() < deadline) {
            boolean ended = !process.isAlive();
            if (ended) {
                reader.join();
            }
            for (String line : errors) {
                if (line.contains(text)) {
                    return line;
                }
            }
            if (ended) {
                break;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no line with '" + text + "' among " + errors);
    }

    /** Sends a signal by its name, such as INT. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    int status() throws InterruptedException {
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new AssertionError("the process does not end; it said " + errors);
        }
        reader.join();
        return process.exitValue();
    }

    Process process() {
        return process;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** Lines of standard error that are no log: those for the person at the command line. */
    List<String> complaints() {
        return errors.stream().filter(line -> line.startsWith("weir: ")).toList();
    }

    List<String> errors() {
        return errors;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
