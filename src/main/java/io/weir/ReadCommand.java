package io.weir;

import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.relay.EventType;
import io.weir.relay.NdjsonWriter;
import io.weir.relay.PayloadForm;
import io.weir.relay.RelayOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code weir read}: files or standard input, through the same stages as live capture, to NDJSON on standard output. */
@Command(
        name = "read",
        description =
                "Replay captures (pcap, pcapng, also gzip-compressed) and print their events, one JSON object a line.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:Everything was read.",
            "1:Something could not be read or written; what was readable is printed.",
            "2:Wrong usage: flags, filter or configuration; nothing was read."
        })
final class ReadCommand implements Callable<Integer> {
    static final String STANDARD_INPUT = "-";

    @ParentCommand
    private RootCommand weir;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Capture files, read in this order; - is standard input.")
    private List<String> files;

    @Option(
            names = "--payload",
            paramLabel = "FORM",
            defaultValue = "base64",
            converter = Labels.Payload.class,
            description = "How data events show their bytes: base64, text, hex, none. Default base64.")
    private PayloadForm payload;

    @Option(
            names = "--events",
            paramLabel = "TYPE",
            split = ",",
            converter = Labels.Event.class,
            description = "Which events: any of open,data,gap,anomaly,close. Default all.")
    private List<EventType> events;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "EXPRESSION",
            defaultValue = "",
            description =
                    "Read only frames that this pcap-filter expression selects, such as 'port 80'. Needs libpcap.")
    private String filter;

    /** Whether a setting has a meaning for files. */
    static boolean concerns(Setting setting) {
        return setting.key().matches("(reassembly|fragments|log)\\..*");
    }

    @Override
    public Integer call() throws Exception {
        Configuration values = weir.configuration();
        FileFilter frames = filter.isBlank() ? null : new FileFilter(compiled());
        Set<EventType> types = events == null ? EnumSet.allOf(EventType.class) : EnumSet.copyOf(events);
        NdjsonWriter writer = new NdjsonWriter(weir.streams().out(), payload, types);
        RelayOptions options =
                RelayOptions.everything(payload != PayloadForm.NONE).withTypes(EventType.bits(types));
        Replay replay = new Replay(values, options, frames, writer);
        try (Interruption interruption = new Interruption()) {
            return read(replay, frames, writer, interruption);
        } catch (UncheckedIOException broken) {
            return unwritable(broken.getCause());
        } catch (IOException broken) {
            return unwritable(broken);
        }
    }

    private Filter compiled() throws FailureException, ConfigurationException {
        try {
            return Filter.of(filter);
        } catch (FilterException refused) {
            String problem = "--filter: " + refused.getMessage();
            if (refused.wrongExpression()) {
                throw new ConfigurationException(List.of(problem));
            }
            throw new FailureException(problem);
        }
    }

    private int read(Replay replay, FileFilter filtered, NdjsonWriter writer, Interruption interruption)
            throws IOException {
        PrintStream err = weir.streams().err();
        int status = 0;
        for (String file : files) {
            ReadProgress progress = new ReadProgress(err, file, replay.intake());
            try (CaptureFile source = open(file)) {
                interruption.source(source);
                replay.read(source, idle -> {
                    progress.update();
                    flushIf(idle, writer);
                    return !interruption.asked();
                });
                progress.clear();
            } catch (CaptureException broken) {
                progress.clear();
                err.println("weir: " + broken.getMessage());
                status = Main.FAILED;
            }
            for (String problem : filtered == null ? List.<String>of() : filtered.problems()) {
                err.println("weir: " + file + ": " + problem);
                status = Main.FAILED;
            }
        }
        replay.finish();
        writer.flush();
        ReadSummary.lines(replay).forEach(err::println);
        return status;
    }

    private CaptureFile open(String file) throws CaptureException {
        return file.equals(STANDARD_INPUT)
                ? CaptureFile.open(weir.streams().in(), "standard input")
                : CaptureFile.open(Path.of(file));
    }

    /** A pipe may be slow, and what it brought is to be seen now. */
    private static void flushIf(boolean idle, NdjsonWriter writer) {
        if (idle) {
            try {
                writer.flush();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    private static int unwritable(IOException broken) throws FailureException {
        String reason = String.valueOf(broken.getMessage());
        // who reads the events has seen enough, as head has after ten lines
        if (reason.contains("Broken pipe")
                || reason.contains("Stream closed")
                || reason.contains("pipe is being closed")) {
            return 0;
        }
        throw new FailureException("cannot write the events to standard output: " + reason, broken);
    }
}
