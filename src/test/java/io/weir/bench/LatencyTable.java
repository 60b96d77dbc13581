package io.weir.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;

/**
 * How long it takes from a packet to its line of server-sent events. A probe of its own process captures on loopback; a
 * connection there carries messages that hold the time at which they were sent, and a reader of its events looks at the same
 * clock when it has read the line. Printed are quantiles, idle and while another connection carries a load.
 *
 * <pre>mvn -o -q -Pbench test-compile exec:exec -Dbench.main=io.weir.bench.LatencyTable -Dbench.options= -Dbench=</pre>
 *
 * <p>Needs CAP_NET_RAW. System properties: {@code messages} of each measurement, {@code load} in packets a second.
 */
public final class LatencyTable {
    private static final int MESSAGES = Integer.getInteger("messages", 1_000);
    private static final int LOAD = Integer.getInteger("load", 20_000);
    private static final int MESSAGE_BYTES = 64;
    private static final int LOAD_BYTES = 1_400;
    private static final long PAUSE_NS = 10_000_000;

    private LatencyTable() {}

    public static void main(String[] arguments) throws Exception {
        System.out.printf(
                "%d processors, load %.1f at the start, Java %d; %d messages each%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version().feature(),
                MESSAGES);
        for (String wait : new String[] {"8ms", "1ms"}) {
            Process probe = new ProcessBuilder(
                            "java",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.weir.Main",
                            "--interface",
                            "lo",
                            "--port",
                            "19347",
                            "--capture-latency",
                            wait)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                awaitReady(probe);
                measure("warm-up", false);
                print("capture.latency " + wait + ", idle", measure("idle", false));
                print("capture.latency " + wait + ", " + LOAD + " packets/s beside it", measure("load", true));
            } finally {
                probe.destroy();
                probe.waitFor();
            }
        }
        System.exit(0);
    }

    private static void print(String what, long[] sortedNs) {
        System.out.printf(
                "%-52s p50 %7.2f ms  p90 %7.2f ms  p99 %7.2f ms  most %7.2f ms%n",
                what,
                sortedNs[sortedNs.length / 2] / 1e6,
                sortedNs[sortedNs.length * 9 / 10] / 1e6,
                sortedNs[sortedNs.length * 99 / 100] / 1e6,
                sortedNs[sortedNs.length - 1] / 1e6);
    }

    private static void awaitReady(Process probe) throws Exception {
        for (int attempt = 0; attempt < 300; attempt++) {
            if (!probe.isAlive()) {
                throw new IllegalStateException("the probe ended with " + probe.exitValue() + "; it needs CAP_NET_RAW");
            }
            try (Socket socket = get("/readyz");
                    BufferedReader answer = lines(socket)) {
                if (answer.readLine().contains(" 200 ")) {
                    return;
                }
            } catch (IOException notYet) {
                // asked again
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("the probe is not ready after 30 s");
    }

    private static Socket get(String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", 19347);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static long[] measure(String name, boolean load) throws Exception {
        Load beside = load ? new Load() : null;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket events = get("/api/v1/events?types=data&port=" + server.getLocalPort());
                BufferedReader lines = lines(events)) {
            while (!lines.readLine().startsWith("retry:")) {
                // the subscription is in force
            }
            try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Socket accepted = server.accept()) {
                client.setTcpNoDelay(true);
                Thread sender = new Thread(() -> send(client), name);
                sender.start();
                long[] taken = receive(lines);
                sender.join();
                accepted.getInputStream().readNBytes(MESSAGES * MESSAGE_BYTES);
                return taken;
            }
        } finally {
            if (beside != null) {
                beside.stop();
            }
        }
    }

    private static void send(Socket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            for (int count = 0; count < MESSAGES; count++) {
                LockSupport.parkNanos(PAUSE_NS);
                out.write(ByteBuffer.allocate(MESSAGE_BYTES)
                        .putLong(System.nanoTime())
                        .array());
            }
        } catch (IOException cut) {
            throw new IllegalStateException(cut);
        }
    }

    private static long[] receive(BufferedReader lines) throws IOException {
        long[] taken = new long[MESSAGES];
        for (int count = 0; count < MESSAGES; ) {
            String line = lines.readLine();
            int from = line.indexOf("\"payload\":\"");
            if (from < 0) {
                continue;
            }
            long nowNs = System.nanoTime();
            byte[] payload = Base64.getDecoder().decode(line.substring(from + 11, line.indexOf('"', from + 11)));
            for (int at = 0; at < payload.length; at += MESSAGE_BYTES) {
                taken[count++] = nowNs - ByteBuffer.wrap(payload).getLong(at);
            }
        }
        Arrays.sort(taken);
        return taken;
    }

    /** Another connection that nobody reads the events of. */
    private static final class Load {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        private final Socket accepted = server.accept();
        private volatile boolean running = true;

        Load() throws IOException {
            client.setTcpNoDelay(true);
            new Thread(this::send, "load").start();
            new Thread(this::receive, "load-sink").start();
        }

        private void send() {
            byte[] bytes = new byte[LOAD_BYTES];
            long startNs = System.nanoTime();
            try {
                OutputStream out = client.getOutputStream();
                for (long sent = 0; running; ) {
                    long due = (System.nanoTime() - startNs) * LOAD / 1_000_000_000;
                    for (; sent < due; sent++) {
                        out.write(bytes);
                    }
                    LockSupport.parkNanos(500_000);
                }
                client.close();
            } catch (IOException cut) {
                throw new IllegalStateException(cut);
            }
        }

        private void receive() {
            try (InputStream in = accepted.getInputStream()) {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException cut) {
                throw new IllegalStateException(cut);
            }
        }

        void stop() throws IOException {
            running = false;
            server.close();
        }
    }
}
