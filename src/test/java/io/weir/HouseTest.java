package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house, held against its own sources. Each failure lists every offender. */
class HouseTest {
    private static final int MAX_FILE_LINES = 300;
    private static final int MAX_METHOD_LINES = 60;

    /** A class of scenarios reads as a list, so it may be longer. */
    private static final int MAX_TEST_FILE_LINES = 400;

    /** Which packages of ours a stage may import: data flows from left to right, imports point upstream. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
            "capture", Set.of("tally"),
            "decode", Set.of("tally"),
            "defragment", Set.of("decode", "tally"),
            "partition", Set.of("decode", "tally"),
            "reassemble", Set.of("decode", "tally"),
            "recognise", Set.of("reassemble", "tally"),
            "relay", Set.of("decode", "partition", "reassemble", "recognise", "tally"),
            "serve", Set.of("relay", "tally"),
            "tally", Set.of());

    /** Third parties of the stages that name them; a stage that is not listed is free. */
    private static final Map<String, Set<String>> THIRD_PARTIES = Map.of(
            "capture", Set.of("io.vertx.", "org.pcap4j.", "com.sun.jna."),
            "decode", Set.of(),
            "defragment", Set.of(),
            "partition", Set.of(),
            "reassemble", Set.of(),
            "tally", Set.of(),
            "relay", Set.of("io.vertx.core.", "io.netty."));

    private static final Set<String> KEEP_PACKET_TIME =
            Set.of("decode", "defragment", "partition", "reassemble", "recognise", "relay");

    private static final Pattern CLOCK = Pattern.compile(
            "(java\\.lang\\.)?System\\.(currentTimeMillis|nanoTime)|(java\\.time\\.)?(Instant|\\w*Date\\w*|Clock)\\.(now|system\\w*)");

    private static final Set<String> EMPTY_WORDS =
            Set.of("Impl", "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities");

    private static final List<SourceFile> MAIN = SourceFile.below(Path.of("src/main/java"));
    private static final List<SourceFile> TESTS = SourceFile.below(Path.of("src/test/java"));

    @Test
    void aStageImportsOnlyTheStagesThatItsRowNames() {
        List<String> offenders = new ArrayList<>();
        for (SourceFile source : MAIN) {
            Set<String> allowed = MAY_IMPORT.get(stage(source));
            for (String name : source.uses()) {
                String other = stageNamedBy(name);
                if (allowed != null && other != null && !other.equals(stage(source)) && !allowed.contains(other)) {
                    offenders.add(source.path() + " uses " + name);
                }
            }
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void aStageImportsOnlyTheThirdPartiesThatItsRowNames() {
        List<String> offenders = new ArrayList<>();
        for (SourceFile source : MAIN) {
            Set<String> allowed = THIRD_PARTIES.get(stage(source));
            for (String line : source.lines()) {
                String name = imported(line);
                if (allowed != null && name != null && isForeign(name)) {
                    if (allowed.stream().noneMatch(name::startsWith)) {
                        offenders.add(source.path() + " imports " + name);
                    }
                }
            }
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void everyPackageIsAStageWithADescription() {
        Set<String> described = MAIN.stream()
                .filter(source -> source.path().endsWith("package-info.java"))
                .map(SourceFile::packageName)
                .collect(Collectors.toSet());
        List<String> offenders = MAIN.stream()
                .map(SourceFile::packageName)
                .distinct()
                .filter(name -> !described.contains(name) || !isKnown(name))
                .toList();
        assertThat(offenders).isEmpty();
    }

    @Test
    void filesAndMethodsFitAReader() {
        List<String> offenders = new ArrayList<>();
        both().forEach(source -> {
            if (source.lines().size() > (MAIN.contains(source) ? MAX_FILE_LINES : MAX_TEST_FILE_LINES)) {
                offenders.add(source.path() + " has " + source.lines().size() + " lines");
            }
            for (SourceFile.Method method : source.methods()) {
                if (method.lines() > MAX_METHOD_LINES) {
                    offenders.add(source.path() + ":" + method.line() + " " + method.name() + " has " + method.lines()
                            + " lines");
                }
            }
        });
        assertThat(offenders).isEmpty();
    }

    @Test
    void scriptsOfThePageFitAReader() throws IOException {
        List<String> offenders = new ArrayList<>();
        try (DirectoryStream<Path> scripts = Files.newDirectoryStream(Path.of("src/main/resources"), "*.js")) {
            for (Path script : scripts) {
                int lines = Files.readAllLines(script).size();
                if (lines > MAX_FILE_LINES) {
                    offenders.add(script + " has " + lines + " lines");
                }
            }
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void typeNamesSayARole() {
        List<String> offenders = new ArrayList<>();
        both().forEach(source -> {
            for (String type : source.types()) {
                if (Arrays.stream(type.split("(?=[A-Z])")).anyMatch(EMPTY_WORDS::contains)) {
                    offenders.add(source.path() + " names a type " + type);
                }
            }
        });
        assertThat(offenders).isEmpty();
    }

    @Test
    void thePacketPathReadsNoClock() {
        List<String> offenders = new ArrayList<>();
        for (SourceFile source : MAIN) {
            if (KEEP_PACKET_TIME.contains(stage(source))) {
                source.uses().stream()
                        .filter(name -> CLOCK.matcher(name).matches())
                        .forEach(name -> offenders.add(source.path() + " calls " + name));
            }
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        Pattern later = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        List<String> offenders = new ArrayList<>();
        both().forEach(source -> {
            for (int index = 0; index < source.lines().size(); index++) {
                if (later.matcher(source.lines().get(index)).find()) {
                    offenders.add(source.path() + ":" + (index + 1));
                }
            }
        });
        assertThat(offenders).isEmpty();
    }

    private static Stream<SourceFile> both() {
        return Stream.concat(MAIN.stream(), TESTS.stream());
    }

    private static String stage(SourceFile source) {
        String name = source.packageName();
        return name.startsWith("io.weir.") ? name.substring("io.weir.".length()) : "";
    }

    private static String stageNamedBy(String qualifiedName) {
        String[] parts = qualifiedName.split("\\.");
        boolean ours = parts.length > 2 && parts[0].equals("io") && parts[1].equals("weir");
        return ours && Character.isLowerCase(parts[2].charAt(0)) ? parts[2] : null;
    }

    private static boolean isKnown(String packageName) {
        return packageName.equals("io.weir") || MAY_IMPORT.containsKey(packageName.replaceFirst("^io\\.weir\\.", ""));
    }

    private static String imported(String line) {
        return line.startsWith("import ") ? line.replaceFirst("import (static )?", "") : null;
    }

    private static boolean isForeign(String name) {
        return !name.startsWith("java.") && !name.startsWith("io.weir.");
    }
}
