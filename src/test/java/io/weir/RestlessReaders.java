package io.weir;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients of a probe that come and go: orderly ones, impatient ones, broken ones. Each on a thread of its own. */
final class RestlessReaders {
    private static final int TIMEOUT_MS = 15_000;
    private static final int PATIENCE_S = 120;
    private static final String THREAD_NAME = "restless-reader";
    /** Each admits everything that is sent. */
    private static final List<String> FILTERS =
            List.of("", "greater 1", "not tcp port 1 or ip or ip6 or not ip", "not ether proto 0x9999");

    private static final List<String> WRONG_REQUESTS = List.of(
            "/api/v1/events?port=none",
            "/api/v1/events?filter=tcp%20prot",
            "/api/v1/streams?cursor=abc",
            "/api/v1/streams/none",
            "/api/v1/streams/none/content?from=client",
            "/nothing");

    private final ProbeClient probe;
    private final ToldConversations told;
    private final SplittableRandom seeds;
    private final Map<String, Integer> done = Collections.synchronizedMap(new TreeMap<>());
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private interface Habit {
        /** @return what was done */
        String once(SplittableRandom random) throws Exception;
    }

    RestlessReaders(ProbeClient probe, ToldConversations told, long seed) {
        this.probe = probe;
        this.told = told;
        seeds = new SplittableRandom(seed);
    }

    /** Until it is over; returns when the last one is done. On a thread of the probe's namespace. */
    void visit(AtomicBoolean over) throws Exception {
        List<CompletableFuture<Void>> visitors = new ArrayList<>();
        List<Habit> habits = List.of(
                this::leave,
                this::leave,
                this::stall,
                this::lag,
                this::resume,
                this::look,
                this::list,
                this::upload,
                this::filter,
                this::breakOff);
        for (Habit habit : habits) {
            SplittableRandom random = seeds.split();
            visitors.add(OwnThread.run(() -> repeat(habit, random, over)));
        }
        for (CompletableFuture<Void> visitor : visitors) {
            try {
                visitor.get(PATIENCE_S, TimeUnit.SECONDS);
            } catch (TimeoutException stuck) {
                failures.add("a reader does not come back: " + whereabouts());
                return;
            }
        }
    }

    private static List<String> whereabouts() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals(THREAD_NAME))
                .map(entry -> Arrays.toString(entry.getValue()))
                .toList();
    }

    private void repeat(Habit habit, SplittableRandom random, AtomicBoolean over) {
        Thread.currentThread().setName(THREAD_NAME);
        while (!over.get()) {
            try {
                done.merge(habit.once(random), 1, Integer::sum);
                Thread.sleep(random.nextInt(20, 300));
            } catch (Exception | AssertionError failure) {
                failures.add(failure.toString());
            }
        }
    }

    /** What was done how often. */
    Map<String, Integer> done() {
        synchronized (done) {
            return new TreeMap<>(done);
        }
    }

    /** Answers that nobody would expect. */
    Queue<String> failures() {
        return failures;
    }

    private String leave(SplittableRandom random) throws Exception {
        try (Socket socket =
                request("/api/v1/events?payload=" + (random.nextBoolean() ? "base64" : "text"), 1 << 16, "")) {
            long left = random.nextLong(1, 1 << 21);
            byte[] buffer = new byte[1 << 14];
            long untilNs = System.nanoTime() + random.nextLong(3_000_000_000L);
            for (int length = 0; length >= 0 && left > 0 && System.nanoTime() < untilNs; left -= length) {
                length = socket.getInputStream().read(buffer);
            }
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        }
        return "left";
    }

    /** Never reads. */
    private String stall(SplittableRandom random) throws Exception {
        try (Socket ignored = request("/api/v1/events?payload=base64", 4_096, "")) {
            Thread.sleep(random.nextInt(500, 8_000));
        }
        return "stalled";
    }

    /** Reads too slowly and wants to be disconnected; ends when it is, or after a while. */
    private String lag(SplittableRandom random) throws Exception {
        try (Socket socket = request("/api/v1/events?payload=hex&onLag=disconnect", 4_096, "")) {
            Thread.sleep(random.nextInt(500, 4_000));
            byte[] buffer = new byte[1 << 14];
            long untilNs = System.nanoTime() + 3_000_000_000L;
            while (System.nanoTime() < untilNs) {
                if (socket.getInputStream().read(buffer) < 0) {
                    return "disconnected for lagging";
                }
            }
        }
        return "lagged";
    }

    private String resume(SplittableRandom random) throws Exception {
        String path = "/api/v1/events?payload=none&types=open,close";
        String last = readIds(path, "", random.nextInt(1, 3_000), null);
        Thread.sleep(random.nextInt(1_000));
        if (!last.isEmpty()) {
            readIds(path, "Last-Event-ID: " + last + "\r\n", random.nextInt(1, 3_000), last);
        }
        return "resumed";
    }

    private String readIds(String path, String header, int events, String after) throws IOException {
        try (Socket socket = request(path, 1 << 16, header)) {
            return NumberedEvents.read(socket.getInputStream(), events, after, failures);
        }
    }

    /** At one stream: its row, content, capture file and events. */
    private String look(SplittableRandom random) throws Exception {
        JsonArray streams = ok(probe.get("/api/v1/streams?limit=200" + (random.nextBoolean() ? "&host=10.99.0.1" : "")))
                .getJsonArray("streams");
        if (streams.isEmpty()) {
            return "looked in vain";
        }
        JsonObject row = streams.getJsonObject(random.nextInt(streams.size()));
        String path = "/api/v1/streams/" + row.getString("stream");
        status(path, 200, 404);
        content(row, path, random.nextBoolean() ? "client" : "server");
        status(path + "/pcap", 200, 404);
        try (Socket socket = request(path + "/events", 1 << 16, "")) {
            socket.getInputStream().readNBytes(random.nextInt(1, 3_000));
        } catch (SocketTimeoutException quiet) {
            return "looked at a quiet one";
        }
        return "looked";
    }

    private void content(JsonObject row, String path, String from) throws IOException {
        HttpURLConnection connection = probe.connect(path + "/content?from=" + from);
        connection.setRequestProperty("Connection", "close");
        expect(path + "/content", connection.getResponseCode(), 200, 404);
        if (connection.getResponseCode() != 200) {
            drain(connection);
            return;
        }
        try (InputStream answer = connection.getInputStream()) {
            byte[] content = answer.readAllBytes();
            if ("0".equals(connection.getHeaderField("Weir-Gap-Count")) && !row.getBoolean("midstream")) {
                told.content(row, from, content);
            }
        }
    }

    private String list(SplittableRandom random) throws Exception {
        String order = "/api/v1/streams?limit=" + random.nextInt(1, 1_000) + "&order="
                + (random.nextBoolean() ? "oldest" : "newest");
        String cursor = "";
        for (int page = 0; page < 5 && cursor != null; page++) {
            JsonObject answer = ok(probe.get(order + (cursor.isEmpty() ? "" : "&cursor=" + cursor)));
            cursor = answer.getString("next");
        }
        probe.metrics();
        for (String path : List.of("/", "/api/v1/capture", "/api/v1/interfaces", "/livez", "/openapi.yaml")) {
            status(path, 200);
        }
        status(WRONG_REQUESTS.get(random.nextInt(WRONG_REQUESTS.size())), 400, 404);
        return "listed";
    }

    private String upload(SplittableRandom random) throws Exception {
        boolean broken = random.nextBoolean();
        byte[] body = broken ? SmallCaptures.broken(random) : SmallCaptures.whole(random);
        HttpURLConnection connection = probe.connect("/api/v1/replays");
        connection.setRequestProperty("Content-Type", "application/octet-stream");
        connection.setRequestProperty("Connection", "close");
        connection.setDoOutput(true);
        connection.getOutputStream().write(body);
        // another one's that was broken off may still be in its place
        int[] expected = broken ? new int[] {200, 400, 409} : new int[] {200, 409};
        expect("/api/v1/replays", connection.getResponseCode(), expected);
        drain(connection);
        return broken ? "uploaded a broken capture" : "uploaded a capture";
    }

    private String filter(SplittableRandom random) throws Exception {
        String filter = FILTERS.get(random.nextInt(FILTERS.size()));
        JsonObject answer = ok(probe.put("/api/v1/capture/filter", new JsonObject().put("filter", filter)));
        if (!filter.equals(answer.getString("filter"))) {
            failures.add("the filter " + filter + " is not in force: " + answer.getString("filter"));
        }
        JsonObject refused = probe.put("/api/v1/capture/filter", new JsonObject().put("filter", "tcp prot 1"));
        if (refused.getInteger("status", 200) != 400) {
            failures.add("a wrong filter: " + refused.encode());
        }
        Thread.sleep(random.nextInt(2_000));
        return "filtered";
    }

    /** Requests that are never finished, or make no sense. */
    private String breakOff(SplittableRandom random) throws Exception {
        try (Socket socket = connect(1 << 16)) {
            String sent =
                    switch (random.nextInt(4)) {
                        case 0 -> "GET /api/v1/str";
                        case 1 ->
                            "POST /api/v1/replays HTTP/1.1\r\nHost: 127.0.0.1:" + probe.port()
                                    + "\r\nContent-Type: application/gzip\r\nContent-Length: 100000\r\n\r\nabc";
                        case 2 -> "\u0000\u0001\u0002 nonsense\r\n\r\n";
                        default -> "";
                    };
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            Thread.sleep(random.nextInt(500));
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        }
        return "broke off";
    }

    private Socket connect(int bufferBytes) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(bufferBytes);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.port()));
        return socket;
    }

    private Socket request(String path, int bufferBytes, String header) throws IOException {
        Socket socket = connect(bufferBytes);
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + probe.port() + "\r\n" + header + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private void status(String path, int... expected) throws IOException {
        HttpURLConnection connection = probe.connect(path);
        connection.setRequestProperty("Connection", "close");
        expect(path, connection.getResponseCode(), expected);
        drain(connection);
    }

    private static void drain(HttpURLConnection connection) throws IOException {
        boolean good = connection.getResponseCode() < 400;
        try (InputStream answer = good ? connection.getInputStream() : connection.getErrorStream()) {
            if (answer != null) {
                answer.readAllBytes();
            }
        }
    }

    private JsonObject ok(JsonObject answer) {
        if (answer.getInteger("status", 200) == 503) {
            done.merge("found it busy", 1, Integer::sum);
            return new JsonObject().put("streams", new JsonArray());
        }
        return answer;
    }

    private void expect(String path, int status, int... expected) {
        if (status == 503) {
            done.merge("found it busy", 1, Integer::sum);
        } else if (Arrays.stream(expected).noneMatch(one -> one == status)) {
            failures.add(path + ": status " + status);
        }
    }
}
