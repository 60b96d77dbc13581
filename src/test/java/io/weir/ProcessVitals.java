package io.weir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a Java process of Linux takes of its machine. */
final class ProcessVitals {
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    /** Threads of the runtime itself, which come and go as it pleases. */
    private static final Pattern OF_RUNTIME = Pattern.compile(
            "(C[12] Compiler|G1 |GC Thread|VM |Sweeper|Common-Cleaner|Attach Listener|Signal|Service|Monitor|process reaper|Notification|Cleaner).*");

    private final Path folder;
    private final long pid;

    ProcessVitals(Process process) {
        pid = process.pid();
        folder = Path.of("/proc", String.valueOf(pid));
    }

    long residentKib() throws IOException {
        return Files.readAllLines(folder.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Open descriptors by what they are, such as {@code socket}; but not the program itself, which is opened as it is needed. */
    Map<String, Integer> descriptors() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> links = Files.list(folder.resolve("fd"))) {
            for (Path link : links.toList()) {
                try {
                    String target = Files.readSymbolicLink(link).toString();
                    if (target.endsWith(".jar") || target.endsWith("/lib/modules")) {
                        continue;
                    }
                    kinds.merge(
                            target.startsWith("/") ? target : target.replaceAll(":.*\\[?\\d+\\]?$", ""),
                            1,
                            Integer::sum);
                } catch (NoSuchFileException closed) {
                    // between the two looks
                }
            }
        }
        return kinds;
    }

    /** Threads of the program by their names without numbers. */
    Map<String, Integer> threads() throws IOException {
        Map<String, Integer> names = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(folder.resolve("task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip();
                    if (!OF_RUNTIME.matcher(name).matches()) {
                        names.merge(name.replaceAll("\\d+", "#"), 1, Integer::sum);
                    }
                } catch (IOException ended) {
                    // between the two looks
                }
            }
        }
        return names;
    }

    static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Used heap right after a full collection; -1 where the development kit's commands are missing. */
    long heapAfterCollectionKib() throws IOException, InterruptedException {
        if (command("GC.run") == null) {
            return -1;
        }
        return command("GC.heap_info")
                .lines()
                .takeWhile(line -> !line.contains("Metaspace"))
                .map(USED::matcher)
                .filter(Matcher::find)
                .mapToLong(used -> Long.parseLong(used.group(1)))
                .sum();
    }

    /** The answer of {@code jcmd}, or null. */
    String command(String words) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return null;
        }
        Process process = new ProcessBuilder(List.of(jcmd.toString(), String.valueOf(pid), words))
                .redirectErrorStream(true)
                .start();
        String answer = new String(process.getInputStream().readAllBytes());
        return process.waitFor() == 0 ? answer : null;
    }
}
