package io.weir;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir read}. */
@Command(name = "read", description = "Replay captures and print their events.")
final class ReadCommand implements Callable<Integer> {
    static boolean concerns(Setting setting) {
        return setting.key().matches("(reassembly|fragments|log|node)\\..*");
    }

    @Override
    public Integer call() throws Exception {
        throw new FailureException("read is not built yet");
    }
}
