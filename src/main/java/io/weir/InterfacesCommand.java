package io.weir;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir interfaces}. */
@Command(name = "interfaces", description = "List what can be captured on, with state and addresses.")
final class InterfacesCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        throw new FailureException("interfaces is not built yet");
    }
}
