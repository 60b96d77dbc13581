package io.weir;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Reads server-sent events of one stream and digests what its server sent. One thread reads, any thread looks. */
final class DeliveredStream {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private final MessageDigest digest;
    private byte[] line = new byte[1 << 16];
    private volatile long bytes;
    private volatile JsonObject close;
    private volatile String irregular;
    private final Map<String, Integer> anomalies = new TreeMap<>();

    DeliveredStream(MessageDigest digest) {
        this.digest = digest;
    }

    /** Reads the events of one server's streams on a thread of its own from now on. */
    static DeliveredStream follow(LiveProbe probe, int serverPort) throws IOException, NoSuchAlgorithmException {
        DeliveredStream told = new DeliveredStream(MessageDigest.getInstance("SHA-256"));
        InputStream events = probe.events("port=" + serverPort + "&payload=base64");
        Thread reader = new Thread(() -> {
            try {
                told.read(events);
            } catch (IOException ended) {
                System.out.println("events ended: " + ended);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return told;
    }

    /** Until the stream closes or something arrives that must not. */
    void read(InputStream events) throws IOException {
        while (close == null && irregular == null) {
            int length = readLine(events);
            if (length > DATA.length && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length)) {
                event(new String(line, DATA.length, length - DATA.length, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private int readLine(InputStream events) throws IOException {
        int length = 0;
        for (int next = events.read(); next != '\n'; next = events.read()) {
            if (next < 0) {
                throw new IOException("the events ended");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = (byte) next;
        }
        return length;
    }

    private void event(String json) {
        // reading each data event as a JSON object would cost more than all that weir does for it
        boolean plainData = json.contains("\"type\":\"data\"") && json.contains("\"from\":\"server\"");
        if (plainData) {
            long offset = Long.parseLong(value(json, "\"offset\":", ','));
            byte[] payload = Base64.getDecoder().decode(value(json, "\"payload\":\"", '"'));
            if (offset != bytes) {
                irregular = "after " + bytes + " bytes: " + json.substring(0, Math.min(200, json.length()));
            }
            digest.update(payload);
            bytes = offset + payload.length;
            return;
        }
        JsonObject event = new JsonObject(json);
        switch (event.getString("type")) {
            case "gap", "lost" -> irregular = json;
            case "close" -> close = event;
            case "anomaly" -> anomalies.merge(event.getString("name"), 1, Integer::sum);
            default -> {}
        }
    }

    private static String value(String json, String name, char end) {
        int from = json.indexOf(name) + name.length();
        int to = json.indexOf(end, from);
        return json.substring(from, to < 0 ? json.length() - 1 : to);
    }

    /** Of the server, so far. */
    long bytes() {
        return bytes;
    }

    /** The event, or null. */
    JsonObject close() {
        return close;
    }

    /** A gap, a loss or a jump, or null. */
    String irregular() {
        return irregular;
    }

    /** How often each; for the reader's thread, or when it has ended. */
    Map<String, Integer> anomalies() {
        return anomalies;
    }
}
