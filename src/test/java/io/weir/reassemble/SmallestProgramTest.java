package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the package's documentation is compiled and run as it stands there. */
final class SmallestProgramTest {
    private static final Path PACKAGE_INFO = Path.of("src/main/java/io/weir/reassemble/package-info.java");

    @TempDir
    Path folder;

    @Test
    void theProgramInThePackageDocumentationPrintsTheStream() throws Exception {
        Path source = folder.resolve("Smallest.java");
        Files.writeString(source, """
                import io.weir.decode.*;
                import io.weir.reassemble.*;
                import java.nio.ByteBuffer;

                public class Smallest {
                    public static void run() {
                %s
                    }
                }
                """.formatted(program()));
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, errors, "-d", folder.toString(), "-cp", "target/classes", source.toString());
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();

        assertThat(run()).isEqualTo("""
                client->server 0\s
                client->server 0 hello
                client->server 5\s
                server->client 0\s
                STOPPED
                """);
    }

    private static String program() throws Exception {
        String text = Files.readString(PACKAGE_INFO);
        String program = text.substring(text.indexOf("<pre>{@code") + 11, text.indexOf("}</pre>"));
        return program.lines().map(line -> line.replaceFirst("^ \\* ?", "")).collect(Collectors.joining("\n"));
    }

    private String run() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true));
            loader.loadClass("Smallest").getMethod("run").invoke(null);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
