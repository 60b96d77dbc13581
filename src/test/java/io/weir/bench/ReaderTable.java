package io.weir.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.Bus;
import io.weir.serve.Metrics;
import io.weir.serve.Neighbours;
import io.weir.serve.ServeOptions;
import io.weir.serve.ServeVerticle;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one reader gets: events a second and megabytes a second from the service, with payload as base64 and without, beside
 * what a bare Vert.x response does that writes the very same bytes, in pieces of 16 KiB and in one write for each event. All
 * in one run, in turns; printed is the median of the rounds.
 *
 * <pre>mvn -o -q -Pbench test-compile exec:exec -Dbench.main=io.weir.bench.ReaderTable -Dbench.options= -Dbench=</pre>
 *
 * <p>System properties: {@code seconds} for each measurement, {@code rounds}.
 */
public final class ReaderTable {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final double SECONDS = Double.parseDouble(System.getProperty("seconds", "2"));
    private static final int PIECE_BYTES = 16 << 10;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final EventSource source = new EventSource();
    private int servicePort;
    private int barePort;
    private byte[] recorded;

    /** @param eventsPerSecond frames that ended */
    private record Rate(double eventsPerSecond, double megabytesPerSecond) {}

    public static void main(String[] arguments) throws Exception {
        new ReaderTable().run();
        System.exit(0);
    }

    private void run() throws Exception {
        Bus.register(vertx);
        ServeOptions usual = ServeOptions.DEFAULTS;
        ServeOptions options = new ServeOptions(
                usual.host(),
                0,
                usual.hostNames(),
                null,
                null,
                usual.maxSubscribers(),
                // nothing is to be lost while the source looks how far its reader is
                32 << 20,
                64 << 20,
                usual.heartbeat(),
                Duration.ZERO,
                usual.limits());
        ServeVerticle serve = new ServeVerticle(
                options, new Neighbours(1, 1, null, expression -> open -> true, List.of(), new Metrics()));
        vertx.deployVerticle(source).await();
        vertx.deployVerticle(serve).await();
        servicePort = serve.actualPort();
        barePort = vertx.createHttpServer()
                .requestHandler(
                        request -> bare(request.response(), request.path().equals("/each")))
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
        System.out.printf(
                "%d processors, load %.1f at the start, Java %d, %s; %d rounds of %.1f s, median (least to most)%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version().feature(),
                vertx.isNativeTransportEnabled() ? "epoll" : "NIO",
                ROUNDS,
                SECONDS);
        for (String payload : List.of("base64", "none")) {
            compare(payload);
        }
    }

    private void compare(String payload) throws IOException {
        String path = "/api/v1/events?payload=" + payload;
        record(path);
        List<Rate> weir = new ArrayList<>();
        List<Rate> pieces = new ArrayList<>();
        List<Rate> each = new ArrayList<>();
        for (int round = -1; round < ROUNDS; round++) {
            Rate one = measure(servicePort, path, true);
            Rate two = measure(barePort, "/pieces", false);
            Rate three = measure(barePort, "/each", false);
            if (round >= 0) {
                weir.add(one);
                pieces.add(two);
                each.add(three);
            }
        }
        System.out.printf("%npayload %s, %d bytes of payload in each event%n", payload, EventSource.PAYLOAD_BYTES);
        print("weir, one reader", weir);
        print("bare response, a write for each event", each);
        print("bare response, 16 KiB in each write", pieces);
    }

    private static void print(String what, List<Rate> rates) {
        double[] events =
                rates.stream().mapToDouble(Rate::eventsPerSecond).sorted().toArray();
        double[] megabytes =
                rates.stream().mapToDouble(Rate::megabytesPerSecond).sorted().toArray();
        System.out.printf(
                "%-40s %,12.0f events/s (%,.0f to %,.0f) %8.0f MB/s (%.0f to %.0f)%n",
                what,
                events[events.length / 2],
                events[0],
                events[events.length - 1],
                megabytes[megabytes.length / 2],
                megabytes[0],
                megabytes[megabytes.length - 1]);
    }

    /** The first bytes of a response, for the bare one to repeat. */
    private void record(String path) throws IOException {
        source.begin(Long.MAX_VALUE);
        try (Socket socket = ask(servicePort, path)) {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[1 << 19];
            int length = 0;
            while (length < bytes.length) {
                length += in.read(bytes, length, bytes.length - length);
            }
            String text = new String(bytes, StandardCharsets.ISO_8859_1)
                    // chunks and head, which the bare server makes itself
                    .replaceAll("(?s)^.*?\r\n\r\n", "")
                    .replaceAll("\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n", "");
            int first = text.indexOf("\n\n", text.indexOf("event: data")) + 2;
            recorded = text.substring(first, text.lastIndexOf("\n\n") + 2).getBytes(StandardCharsets.ISO_8859_1);
        } finally {
            source.halt();
        }
    }

    private Rate measure(int port, String path, boolean fromSource) throws IOException {
        if (fromSource) {
            source.begin(Long.MAX_VALUE);
        }
        try (Socket socket = ask(port, path)) {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[256 << 10];
            long startNs = System.nanoTime();
            long endNs = startNs + (long) (SECONDS * 1e9);
            long total = 0;
            long ends = 0;
            byte last = 0;
            while (System.nanoTime() < endNs) {
                int count = in.read(bytes);
                total += count;
                for (int index = 0; index < count; index++) {
                    byte now = bytes[index];
                    // no byte of a frame but its end is a line's end after another
                    if (now == '\n' && last == '\n') {
                        ends++;
                    }
                    last = now;
                }
                source.read(ends);
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            return new Rate(ends / seconds, total / 1e6 / seconds);
        } finally {
            source.halt();
        }
    }

    private static Socket ask(int port, String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private void bare(HttpServerResponse response, boolean each) {
        response.setChunked(true);
        new Repeating(response, each ? events() : pieces()).pump();
    }

    private List<byte[]> pieces() {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at + PIECE_BYTES <= recorded.length; at += PIECE_BYTES) {
            pieces.add(Arrays.copyOfRange(recorded, at, at + PIECE_BYTES));
        }
        return pieces;
    }

    private List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        int from = 0;
        for (int at = 1; at < recorded.length; at++) {
            if (recorded[at] == '\n' && recorded[at - 1] == '\n') {
                events.add(Arrays.copyOfRange(recorded, from, at + 1));
                from = at + 1;
            }
        }
        return events;
    }

    /** Writes the same buffers again and again, as long as the other side takes them. */
    private static final class Repeating {
        private final HttpServerResponse response;
        private final List<byte[]> parts;
        private int next;

        Repeating(HttpServerResponse response, List<byte[]> parts) {
            this.response = response;
            this.parts = parts;
            response.setWriteQueueMaxSize(128 << 10);
            response.drainHandler(drained -> pump());
        }

        void pump() {
            while (!response.writeQueueFull() && !response.closed()) {
                Future<Void> written = response.write(Buffer.buffer(parts.get(next)));
                next = next + 1 == parts.size() ? 0 : next + 1;
                if (written.failed()) {
                    return;
                }
            }
        }
    }
}
