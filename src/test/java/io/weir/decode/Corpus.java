package io.weir.decode;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The captures beside the project, with what other tools say of them; not part of the project. */
final class Corpus {
    private Corpus() {}

    /** One capture and its expected results. */
    record Capture(Path file, JsonObject expected) {
        String name() {
            return file.getFileName().toString();
        }

        /** Records and blocks that hold a frame. */
        int frames() {
            return expected.getJsonObject("container").getInteger("packets_in_container");
        }

        /** Whether the file itself is damaged; a link type that another tool does not know is no damage. */
        boolean damaged() {
            String error = expected.getString("read_error");
            return error != null && !error.contains("network type");
        }

        List<JsonObject> streams() {
            List<JsonObject> streams = new ArrayList<>();
            for (Object stream : expected.getJsonArray("tcp_streams", new JsonArray())) {
                JsonObject one = (JsonObject) stream;
                // heads cut before the ports: other tools call that a stream
                if (!one.getString("src").isEmpty()) {
                    streams.add(one);
                }
            }
            return streams;
        }

        /** Packets for each pair of ends. */
        Map<String, Integer> packetsByEnds() {
            Map<String, Integer> packets = new TreeMap<>();
            streams().forEach(stream -> packets.merge(ends(stream), stream.getInteger("packets"), Integer::sum));
            return packets;
        }

        /** Ends of connections all of whose streams are clean. */
        Set<String> cleanEnds() {
            Set<String> clean = new TreeSet<>(packetsByEnds().keySet());
            streams().stream()
                    .filter(stream -> !stream.getBoolean("clean"))
                    .forEach(stream -> clean.remove(ends(stream)));
            return clean;
        }
    }

    private static String ends(JsonObject stream) {
        return ends(
                stream.getString("src"),
                stream.getInteger("sport"),
                stream.getString("dst"),
                stream.getInteger("dport"));
    }

    /** Both ends, the lower text first. */
    static String ends(String source, int sourcePort, String destination, int destinationPort) {
        String one = source + ' ' + sourcePort;
        String other = destination + ' ' + destinationPort;
        return one.compareTo(other) < 0 ? one + " - " + other : other + " - " + one;
    }

    /** All captures; skips the test if they are not there. */
    static List<Capture> captures() throws IOException {
        String shared = System.getProperty("weir.shared", System.getenv().getOrDefault("WEIR_SHARED", "../shared"));
        Path folder = Path.of(shared).resolve("captures");
        assumeTrue(
                Files.isDirectory(folder.resolve("expected")),
                "no captures at " + folder.toAbsolutePath().normalize()
                        + "; WEIR_SHARED may name the folder above them");
        List<Capture> captures = new ArrayList<>();
        try (var files = Files.list(folder.resolve("expected"))) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                JsonObject expected = new JsonObject(Files.readString(file));
                captures.add(new Capture(folder.resolve(expected.getString("file")), expected));
            }
        }
        return captures;
    }
}
