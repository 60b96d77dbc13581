package io.weir;

import io.weir.ConfigurationReader.Flag;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code weir}: what all commands share, and {@code serve} when no command is given. */
@Command(
        name = "weir",
        versionProvider = Version.class,
        subcommands = {ServeCommand.class, ReadCommand.class, InterfacesCommand.class, ConfigCommand.class},
        description = {
            "Captures packets, puts every TCP conversation back together, and serves the conversations live.",
            "Without a command: the same as 'weir serve'."
        },
        footer = {
            "",
            "'weir serve --help' shows all flags. Each is also a key of the --config file (--serve-port is serve.port) and an environment variable"
                    + " (WEIR_SERVE_PORT). Flags win over variables, variables over the file."
        })
final class RootCommand implements Callable<Integer> {
    /** Standard streams; tests bring their own. What is written to {@code out} is not buffered and tells its failures. */
    record Streams(InputStream in, OutputStream out, PrintStream err) {
        /** Prints all of an answer, unless its reader has seen enough of it. */
        void print(byte[] answer) throws FailureException {
            try {
                out.write(answer);
            } catch (IOException broken) {
                if (!String.valueOf(broken.getMessage()).contains("Broken pipe")) {
                    throw new FailureException("cannot write to standard output: " + broken.getMessage(), broken);
                }
            }
        }
    }

    private final Streams streams;
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Log more, and show where an error came from.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    RootCommand(Streams streams, Map<String, String> environment) {
        this.streams = streams;
        this.environment = environment;
    }

    Streams streams() {
        return streams;
    }

    boolean debug() {
        return debug;
    }

    /** Of this command line; the log follows it from now on. */
    Configuration configuration() throws ConfigurationException {
        var parsed = spec.commandLine().getParseResult();
        return configuration(Flags.file(parsed), environment, Flags.given(parsed), debug);
    }

    /** The log follows it from now on. */
    static Configuration configuration(Path file, Map<String, String> environment, List<Flag> flags, boolean debug)
            throws ConfigurationException {
        Configuration configuration = ConfigurationReader.read(file, environment, flags);
        Logging.configure(configuration, debug);
        return configuration;
    }

    @Override
    public Integer call() throws Exception {
        return serve();
    }

    int serve() throws Exception {
        Configuration values = configuration();
        return Service.serve(values);
    }
}
