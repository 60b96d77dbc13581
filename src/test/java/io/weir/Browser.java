package io.weir;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A chromium without a screen, driven by the DevTools protocol. It reaches nothing but loopback. Its processes end and its
 * files go with {@link #close}, and also when this JVM is killed: the shell that holds it then reads the end of its input.
 */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int PATIENCE_S = 30;
    /** A screenshot comes as one message. */
    private static final int LARGEST_MESSAGE = 64 << 20;

    private static final String HOLD = "folder=$1; shift; export HOME=$folder TMPDIR=$folder; \"$@\" & browser=$!;"
            + " trap '' HUP INT TERM; read -r nothing; kill $browser; wait $browser;"
            + " for round in 1 2 3 4 5; do rm -rf \"$folder\" && break; sleep 0.2; done";

    private final Path folder;
    private final Process shell;
    private final Vertx vertx = Vertx.vertx();
    /** Held here, because Vert.x closes a client that nobody holds, and its connections. */
    private final WebSocketClient client = vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(LARGEST_MESSAGE).setMaxMessageSize(LARGEST_MESSAGE));

    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final Map<String, BiConsumer<String, JsonObject>> sessions = new ConcurrentHashMap<>();
    private WebSocket socket;

    /** What to start, if this machine has it. */
    static Optional<String> command() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    Browser(String command) throws IOException, InterruptedException {
        folder = Files.createTempDirectory("weir-browser");
        List<String> line = new ArrayList<>(List.of("sh", "-c", HOLD, "sh", folder.toString(), command));
        line.addAll(List.of(
                "--headless",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"),
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--no-proxy-server",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-extensions",
                "--disable-sync",
                "--disable-breakpad",
                "--disable-gpu",
                "--disable-dev-shm-usage"));
        if (System.getProperty("user.name").equals("root")) {
            // its sandbox cannot be set up by root
            line.add("--no-sandbox");
        }
        shell = new ProcessBuilder(line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try {
            connect();
        } catch (InterruptedException | IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void connect() throws IOException, InterruptedException {
        Path place = folder.resolve("profile/DevToolsActivePort");
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        // the port comes first, the path a moment later
        while (!Files.exists(place) || Files.readAllLines(place).size() < 2) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("chromium did not start: " + Files.readString(folder.resolve("errors")));
            }
            Thread.sleep(20);
        }
        List<String> told = Files.readAllLines(place);
        socket = client.connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(Integer.parseInt(told.get(0)))
                        .setURI(told.get(1))
                        // chromium takes such a header for a page that wants to drive it
                        .setAllowOriginHeader(false))
                .timeout(PATIENCE_S, TimeUnit.SECONDS)
                .await();
        // it ends without a word when chromium does
        socket.exceptionHandler(ended -> {});
        socket.textMessageHandler(text -> take(new JsonObject(text)));
    }

    private void take(JsonObject message) {
        if (message.containsKey("id")) {
            CompletableFuture<JsonObject> answer = answers.remove(message.getInteger("id"));
            if (message.containsKey("error")) {
                answer.completeExceptionally(
                        new AssertionError(message.getJsonObject("error").encode()));
            } else {
                answer.complete(message.getJsonObject("result"));
            }
        } else if (message.containsKey("sessionId")) {
            BiConsumer<String, JsonObject> session = sessions.get(message.getString("sessionId"));
            if (session != null) {
                session.accept(message.getString("method"), message.getJsonObject("params"));
            }
        }
    }

    /** Takes the events of a session, on one thread. */
    void listen(String session, BiConsumer<String, JsonObject> events) {
        sessions.put(session, events);
    }

    /** @param session that the command is for, or null for the browser itself */
    CompletableFuture<JsonObject> send(String session, String method, JsonObject parameters) {
        int number = numbers.incrementAndGet();
        JsonObject command =
                new JsonObject().put("id", number).put("method", method).put("params", parameters);
        if (session != null) {
            command.put("sessionId", session);
        }
        CompletableFuture<JsonObject> answer =
                new CompletableFuture<JsonObject>().orTimeout(PATIENCE_S, TimeUnit.SECONDS);
        answers.put(number, answer);
        socket.writeTextMessage(command.encode());
        return answer;
    }

    JsonObject call(String session, String method, JsonObject parameters) {
        return send(session, method, parameters).join();
    }

    /** A page without cookies, credentials or memory of other pages. */
    BrowserPage page() {
        String context = call(null, "Target.createBrowserContext", new JsonObject().put("disposeOnDetach", true))
                .getString("browserContextId");
        String target = call(
                        null,
                        "Target.createTarget",
                        new JsonObject().put("url", "about:blank").put("browserContextId", context))
                .getString("targetId");
        String session = call(
                        null,
                        "Target.attachToTarget",
                        new JsonObject().put("targetId", target).put("flatten", true))
                .getString("sessionId");
        return new BrowserPage(this, session, context);
    }

    /** Where its files are, until it is closed. */
    Path folder() {
        return folder;
    }

    /** Its processes that still run. */
    List<ProcessHandle> processes() {
        return shell.descendants().filter(ProcessHandle::isAlive).toList();
    }

    @Override
    public void close() {
        List<ProcessHandle> processes = processes();
        try {
            shell.getOutputStream().close();
            shell.waitFor(PATIENCE_S, TimeUnit.SECONDS);
        } catch (IOException hasEnded) {
            // what it held has ended as well, or ends below
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            processes.forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
            vertx.close().await();
        }
    }
}
