package io.weir;

import io.weir.RootCommand.Streams;
import io.weir.capture.CaptureException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. Exit status: 0 done, 1 it failed, 2 it was asked for wrongly. */
public final class Main {
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] arguments) {
        // System.out would hide that its reader has gone
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        OutOfMemory.guard();
        int status = run(arguments, System.getenv(), new Streams(System.in, out, System.err));
        Logging.flush();
        System.exit(status);
    }

    /** Runs one command line to its end and returns the exit status. */
    static int run(String[] arguments, Map<String, String> environment, Streams streams) {
        List<String> words = List.of(arguments);
        if (words.isEmpty() || words.equals(List.of("serve"))) {
            return serve(environment, streams.err());
        }
        return commandLine(new RootCommand(streams, environment), streams, words)
                .execute(arguments);
    }

    /** Without a flag there is nothing to parse, and the parser takes a third of the time that a start takes. */
    private static int serve(Map<String, String> environment, PrintStream err) {
        try {
            return Service.serve(RootCommand.configuration(null, environment, List.of(), false));
        } catch (Exception problem) {
            return failed(problem, false, err);
        }
    }

    private static CommandLine commandLine(RootCommand weir, Streams streams, List<String> arguments) {
        CommandLine line = new CommandLine(weir);
        addFlags(line, arguments);
        line.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(streams.err(), true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setUsageHelpWidth(110);
        line.setAbbreviatedOptionsAllowed(false);
        line.setParameterExceptionHandler((wrong, words) -> misused(wrong, streams.err()));
        line.setExecutionExceptionHandler((problem, command, parsed) -> failed(problem, weir.debug(), streams.err()));
        return line;
    }

    /** Flags of a command that no argument names could not be used: they are left out, because they take time to make. */
    private static void addFlags(CommandLine line, List<String> arguments) {
        Predicate<Setting> all = setting -> true;
        if (arguments.isEmpty() || !line.getSubcommands().containsKey(arguments.get(0))) {
            Flags.addTo(line.getCommandSpec(), all, Flags::isCommon);
        }
        line.getSubcommands().forEach((name, command) -> {
            boolean reads = name.equals("read");
            if (arguments.contains(name) && (reads || name.equals("serve") || name.equals("config"))) {
                Predicate<Setting> known = reads ? ReadCommand::concerns : all;
                Flags.addTo(command.getCommandSpec(), known, all);
            }
        });
    }

    private static int misused(ParameterException wrong, PrintStream err) {
        String word = wrong instanceof UnmatchedArgumentException wanted
                ? wanted.getUnmatched().get(0)
                : "-";
        boolean command = !word.startsWith("-") && wrong.getCommandLine().getParent() == null;
        err.println("weir: "
                + (command
                        ? "there is no command '" + word + "'; the commands are "
                                + String.join(
                                        ", ",
                                        wrong.getCommandLine().getSubcommands().keySet())
                        : wrong.getMessage()));
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            unmatched.getSuggestions().stream()
                    .findFirst()
                    .ifPresent(meant -> err.println("Did you mean " + meant + "?"));
        }
        err.println("Try '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return MISUSED;
    }

    private static int failed(Exception problem, boolean debug, PrintStream err) {
        OutOfMemory.endIf(problem);
        Logging.flush();
        if (debug) {
            problem.printStackTrace(err);
        }
        if (problem instanceof ConfigurationException refused) {
            refused.problems().forEach(line -> err.println("weir: " + line));
            return MISUSED;
        }
        if (problem instanceof CaptureException || problem instanceof FailureException) {
            err.println("weir: " + problem.getMessage());
        } else {
            err.println("weir: unexpected failure: " + problem + "; run it again with --debug to see where");
        }
        return FAILED;
    }
}
