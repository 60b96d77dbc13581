package io.weir.serve;

import io.weir.serve.ServeOptions.Limits;
import io.weir.serve.ServeOptions.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Options on a free loopback port, changed one by one. */
final class OptionsFor {
    private String host = "127.0.0.1";
    private Path tokens;
    private Tls tls;
    private int subscribers = 32;
    private int queueBytes = 1 << 20;
    private int ringBytes = 8 << 20;
    private Duration heartbeat = Duration.ofSeconds(15);
    private Duration linger = Duration.ofSeconds(30);
    private Duration idle = Duration.ofSeconds(30);
    private long replayBytes = 64 << 20;

    static OptionsFor tests() {
        return new OptionsFor();
    }

    OptionsFor host(String address) {
        host = address;
        return this;
    }

    OptionsFor tokens(Path file) {
        tokens = file;
        return this;
    }

    OptionsFor tls(Path certificate, Path key, Path clientCa) {
        tls = new Tls(certificate, key, clientCa);
        return this;
    }

    OptionsFor subscribers(int count) {
        subscribers = count;
        return this;
    }

    OptionsFor queue(int queue, int ring) {
        queueBytes = queue;
        ringBytes = ring;
        return this;
    }

    OptionsFor heartbeat(Duration interval) {
        heartbeat = interval;
        return this;
    }

    OptionsFor linger(Duration duration) {
        linger = duration;
        return this;
    }

    OptionsFor idle(Duration duration) {
        idle = duration;
        return this;
    }

    OptionsFor replay(long bytes) {
        replayBytes = bytes;
        return this;
    }

    ServeOptions options() {
        Limits limits = Limits.DEFAULTS;
        return new ServeOptions(
                host,
                0,
                List.of(),
                tokens,
                tls,
                subscribers,
                queueBytes,
                ringBytes,
                heartbeat,
                linger,
                new Limits(
                        limits.bodyBytes(),
                        replayBytes,
                        limits.headerBytes(),
                        limits.uriBytes(),
                        limits.connections(),
                        limits.subscribersPerCaller(),
                        idle));
    }
}
