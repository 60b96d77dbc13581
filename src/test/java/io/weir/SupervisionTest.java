package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interface that goes away and comes back, in a network namespace that this test makes and removes. */
@Timeout(180)
class SupervisionTest {
    private final String namespace = "weir-test-" + ProcessHandle.current().pid();
    private boolean made;

    @BeforeEach
    void makeNamespace() throws Exception {
        made = ip("netns", "add", namespace);
        assumeTrue(made, "needs root and iproute2, to make a network namespace");
        inside("link", "set", "lo", "up");
    }

    @AfterEach
    void removeNamespace() throws Exception {
        if (made) {
            ip("netns", "del", namespace);
        }
    }

    @Test
    void anInterfaceThatGoesAwayIsWaitedForAndTheProbeLivesOn() throws Exception {
        assumeTrue(addPair(), "needs veth interfaces");
        try (ChildProcess weir =
                new ChildProcess(List.of("ip", "netns", "exec", namespace), "--interface", "weir0", "--port", "0")) {
            weir.line("page and API at");

            inside("link", "del", "weir0");
            assertThat(weir.line("WARN")).contains("weir0 is gone", "Trying again in");
            addPair();

            for (int tries = 0; tries < 600 && captures(weir) < 2; tries++) {
                Thread.sleep(50);
            }
            assertThat(captures(weir)).isEqualTo(2);
            weir.signal("INT");
            assertThat(weir.status()).isZero();
        }
    }

    private static long captures(ChildProcess weir) {
        return weir.errors().stream()
                .filter(line -> line.contains("capturing on weir0"))
                .count();
    }

    private boolean addPair() throws Exception {
        return inside("link", "add", "weir0", "type", "veth", "peer", "name", "weir1")
                && inside("link", "set", "weir0", "up")
                && inside("link", "set", "weir1", "up");
    }

    private boolean inside(String... words) throws Exception {
        String[] all = new String[words.length + 2];
        all[0] = "-n";
        all[1] = namespace;
        System.arraycopy(words, 0, all, 2, words.length);
        return ip(all);
    }

    private static boolean ip(String... words) throws InterruptedException {
        String[] command = new String[words.length + 1];
        command[0] = "ip";
        System.arraycopy(words, 0, command, 1, words.length);
        try {
            Process process = new ProcessBuilder(command).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
