package io.weir;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code weir serve}: live capture with page and API, until it is told to stop. */
@Command(name = "serve", description = "Capture live and serve page and API (what weir does without a command).")
final class ServeCommand implements Callable<Integer> {
    @ParentCommand
    private RootCommand weir;

    @Override
    public Integer call() throws Exception {
        return weir.serve();
    }
}
