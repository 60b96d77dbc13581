package io.weir;

import io.weir.ConfigurationReader.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A running probe in this process and in the network namespace of the thread that starts it, and a client for its service.
 * Use it on threads of that namespace only.
 */
final class LiveProbe extends ProbeClient implements AutoCloseable {
    private final Service service;

    private LiveProbe(Service service) {
        super(service.port());
        this.service = service;
    }

    /** @param settings key, value, key, value, and so on */
    static LiveProbe start(String... settings) throws FailureException, ConfigurationException {
        List<Flag> flags = new ArrayList<>();
        flags.add(new Flag(Schema.PORT, "", "0"));
        for (int index = 0; index < settings.length; index += 2) {
            Setting setting = Schema.find(settings[index]).orElseThrow();
            flags.add(new Flag(setting, "", settings[index + 1]));
        }
        return new LiveProbe(Service.start(ConfigurationReader.read(null, Map.of(), flags)));
    }

    /** Orderly, as a signal does it. */
    boolean stop() {
        return service.stop();
    }

    @Override
    public void close() {
        service.stop();
    }
}
