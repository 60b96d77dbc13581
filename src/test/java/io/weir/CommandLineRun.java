package io.weir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs weir's command line in this process and keeps what it wrote. */
record CommandLineRun(int status, byte[] output, String errors) {
    static CommandLineRun weir(String... arguments) {
        return weir(Map.of(), new byte[0], arguments);
    }

    static CommandLineRun weir(Map<String, String> environment, byte[] input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        RootCommand.Streams streams = new RootCommand.Streams(
                new ByteArrayInputStream(input), out, new PrintStream(err, true, StandardCharsets.UTF_8));
        int status = Main.run(arguments, environment, streams);
        return new CommandLineRun(status, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    String text() {
        return new String(output, StandardCharsets.UTF_8);
    }
}
