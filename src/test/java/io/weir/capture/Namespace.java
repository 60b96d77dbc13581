package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;

/** A thread in a network namespace of its own, so that live tests see no traffic but theirs and disturb nobody. */
public final class Namespace {
    private static final int NEW_NETWORK = 0x40000000;
    private static final int READ_WRITE = 2;
    private static final long SET_TUNNEL = 0x400454CAL;
    private static final int TUNNEL_WITHOUT_PREFIX = 0x1001;

    public interface Body {
        void run() throws Exception;
    }

    private static final class Calls {
        static native int unshare(int flags) throws LastErrorException;

        static native int open(String path, int flags) throws LastErrorException;

        static {
            Native.register(Calls.class, "c");
        }
    }

    private Namespace() {}

    /** Runs the body in a new namespace with lo up; skips the test, aloud, where that is not permitted. */
    public static void run(Body body) throws Exception {
        Assumptions.assumeTrue(Libc.available(), "skipped, no packet rings here: " + Libc.unavailable());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicReference<String> skipped = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                Calls.unshare(NEW_NETWORK);
            } catch (LastErrorException notPermitted) {
                skipped.set("skipped, live tests need root: unshare: " + notPermitted.getMessage());
                return;
            }
            try {
                command("ip", "link", "set", "lo", "up");
                body.run();
            } catch (Throwable thrown) {
                failure.set(thrown);
            }
        });
        thread.start();
        thread.join();
        Assumptions.assumeTrue(skipped.get() == null, skipped.get());
        if (failure.get() instanceof Exception) {
            throw (Exception) failure.get();
        }
        if (failure.get() != null) {
            throw (Error) failure.get();
        }
    }

    /** Runs a program in the calling thread's namespace. */
    public static String command(String... words) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException missing) {
            Assumptions.abort("skipped, a program is missing: " + missing.getMessage());
            return "";
        }
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as(String.join(" ", words) + ": " + output)
                .isZero();
        return output;
    }

    /** Two Ethernet interfaces joined by a cable. */
    public static void cable(String one, String other) throws IOException, InterruptedException {
        command("ip", "link", "add", one, "type", "veth", "peer", "name", other);
        for (String name : new String[] {one, other}) {
            // no neighbour discovery among the test's frames
            command("ip", "link", "set", name, "addrgenmode", "none");
            command("ip", "link", "set", name, "up");
        }
    }

    /** An interface without a link layer; what is written to the descriptor arrives there. */
    public static int tunnel(String name) throws IOException, InterruptedException {
        int descriptor;
        try {
            descriptor = Calls.open("/dev/net/tun", READ_WRITE);
        } catch (LastErrorException missing) {
            Assumptions.abort("skipped, no tunnel device: " + missing.getMessage());
            return -1;
        }
        try (Memory request = new Memory(40)) {
            request.clear();
            request.setString(0, name);
            request.setShort(16, (short) TUNNEL_WITHOUT_PREFIX);
            Libc.ioctl(descriptor, SET_TUNNEL, Libc.address(request));
        }
        command("ip", "link", "set", name, "addrgenmode", "none");
        command("ip", "link", "set", name, "up");
        return descriptor;
    }

    static void write(int descriptor, byte[] packet) {
        try (Memory bytes = new Memory(packet.length)) {
            bytes.write(0, packet, 0, packet.length);
            Libc.write(descriptor, Libc.address(bytes), packet.length);
        }
    }

    /** Sends a frame as it is. */
    public static void send(String name, byte[] frame) {
        int socket = Libc.socket(17, 3, 0);
        try (Memory address = new Memory(20)) {
            address.clear();
            address.setShort(0, (short) 17);
            address.setShort(2, (short) 0x0300);
            address.setInt(4, Interfaces.indexOf(name));
            Libc.bind(socket, Libc.address(address), 20);
            write(socket, frame);
        } finally {
            Libc.close(socket);
        }
    }
}
