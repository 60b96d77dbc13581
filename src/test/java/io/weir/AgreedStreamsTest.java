package io.weir;

import static io.weir.CommandLineRun.weir;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What weir makes of captured streams that are not clean, beside what other tools make of them: streams that at least two
 * tools agree on, gaps that at least two of them confirm, and copies that differ. Where weir differs, it is listed here
 * with the reason.
 */
final class AgreedStreamsTest {
    private static final Path CAPTURES =
            Path.of(System.getenv().getOrDefault("WEIR_SHARED", "../shared")).resolve("captures");

    /** What differs with reason. */
    private static final Set<String> REVIEWED = Set.of(
            // IPComp: the payload is compressed, and not inflated
            "agreed libpcap__AH-IPcomp-IPv4.pcap 0",
            // a fuzzed capture: segments with a wrong checksum, never acknowledged, are refused
            "gap nDPI__fuzz-2006-06-26-2594.pcap 3 s2c",
            // the tools count bytes numbered before the first one after the SYN
            "copies nDPI__heuristic_tcp_ack_payload.pcap 1 c2s",
            "copies nDPI__heuristic_tcp_ack_payload.pcap 2 c2s",
            "copies nDPI__heuristic_tcp_ack_payload.pcap 2 s2c",
            "copies nDPI__heuristic_tcp_ack_payload.pcap 4 c2s",
            "copies suricata-verify__util-action-tests__util-action-03__input.pcap 0 c2s",
            // six segments with a wrong checksum, never acknowledged, are refused
            "copies suricata-verify__smtp-bug-5989__input.pcap 0 s2c");

    private static final class Seen {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<long[]> gaps = new ArrayList<>();

        /** Gaps that touch are one. */
        void gap(long offset, long length) {
            long[] last = gaps.isEmpty() ? null : gaps.get(gaps.size() - 1);
            if (last != null && last[0] + last[1] == offset) {
                last[1] += length;
            } else {
                gaps.add(new long[] {offset, length});
            }
        }
    }

    @Test
    void weirDiffersFromTheToolsOnlyWhereThereIsAReason() throws Exception {
        assumeTrue(
                Files.isDirectory(CAPTURES),
                "no captures at " + CAPTURES.toAbsolutePath().normalize());
        Set<String> different = new TreeSet<>();
        int[] judged = new int[3];
        try (Stream<Path> files = Files.list(CAPTURES.resolve("expected"))) {
            for (Path file : files.sorted().toList()) {
                compare(new JsonObject(Files.readString(file)), different, judged);
            }
        }
        assertThat(judged).as("agreed streams, gaps, copies").containsExactly(51, 78, 18);
        assertThat(different).containsExactlyInAnyOrderElementsOf(REVIEWED);
    }

    private static void compare(JsonObject expected, Set<String> different, int[] judged) throws Exception {
        List<JsonObject> wanted = expected.getJsonArray("tcp_streams").stream()
                .map(JsonObject.class::cast)
                .filter(stream -> !stream.getBoolean("clean"))
                .toList();
        if (wanted.isEmpty()) {
            return;
        }
        String file = expected.getString("file");
        List<Map<String, Seen>> streams = read(CAPTURES.resolve(file));
        for (JsonObject want : wanted) {
            String name = file + " " + want.getInteger("id");
            String forth = want.getString("src") + " " + want.getInteger("sport") + ">" + want.getString("dst") + " "
                    + want.getInteger("dport");
            String back = want.getString("dst") + " " + want.getInteger("dport") + ">" + want.getString("src") + " "
                    + want.getInteger("sport");
            Map<String, String> sides = Map.of("c2s", forth, "s2c", back);
            JsonObject c2s = want.getJsonObject("c2s");
            JsonObject s2c = want.getJsonObject("s2c");
            if (!want.getString("agreement").equals("none") && c2s != null && s2c != null) {
                judged[0]++;
                if (streams.stream().noneMatch(seen -> same(seen.get(forth), c2s) && same(seen.get(back), s2c))) {
                    different.add("agreed " + name);
                }
            }
            JsonObject segments = want.getJsonObject("segments", new JsonObject());
            for (String side : List.of("c2s", "s2c")) {
                judgeSide(segments.getJsonObject(side), sides.get(side), streams, name + " " + side, different, judged);
            }
        }
    }

    private static void judgeSide(
            JsonObject want,
            String ends,
            List<Map<String, Seen>> streams,
            String name,
            Set<String> different,
            int[] judged) {
        if (want == null) {
            return;
        }
        JsonArray gaps = want.getJsonArray("gaps", new JsonArray());
        if (!gaps.isEmpty()
                && want.getJsonArray("confirmed_by", new JsonArray()).size() >= 2) {
            judged[1]++;
            long span = want.getLong("span", want.getLong("bytes"));
            if (streams.stream().noneMatch(seen -> same(seen.get(ends), want) && gaps(seen.get(ends), span, gaps))) {
                different.add("gap " + name);
            }
        }
        if (gaps.isEmpty() && want.getLong("conflict_bytes", 0L) > 0) {
            judged[2]++;
            // the policy: what was delivered first stays
            if (streams.stream().noneMatch(seen -> same(seen.get(ends), want))) {
                different.add("copies " + name);
            }
        }
    }

    private static boolean same(Seen seen, JsonObject want) {
        if (seen == null || seen.bytes.size() != want.getLong("bytes")) {
            return false;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(seen.bytes.toByteArray());
            return HexFormat.of().formatHex(digest).equals(want.getString("sha256"));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** What lies behind the last byte that was seen, and was acknowledged, is a gap for weir alone. */
    private static boolean gaps(Seen seen, long span, JsonArray want) {
        JsonArray inside = new JsonArray();
        for (long[] gap : seen.gaps) {
            if (gap[0] < span) {
                inside.add(new JsonArray().add(gap[0]).add(gap[1]));
            }
        }
        return inside.encode().equals(want.encode());
    }

    /** For each stream, its two directions by their ends. */
    private static List<Map<String, Seen>> read(Path capture) {
        Map<String, Map<String, Seen>> streams = new LinkedHashMap<>();
        Map<String, String> sides = new LinkedHashMap<>();
        String output = new String(weir("read", capture.toString()).output(), StandardCharsets.UTF_8);
        output.lines().map(JsonObject::new).forEach(event -> {
            String stream = event.getString("stream");
            String type = event.getString("type");
            if (type.equals("open")) {
                String client = end(event.getJsonObject("client"));
                String server = end(event.getJsonObject("server"));
                sides.put(stream + "client", client + ">" + server);
                sides.put(stream + "server", server + ">" + client);
                streams.put(stream, new LinkedHashMap<>());
                streams.get(stream).put(client + ">" + server, new Seen());
                streams.get(stream).put(server + ">" + client, new Seen());
            } else if (type.equals("data")) {
                byte[] payload = Base64.getDecoder().decode(event.getString("payload"));
                streams.get(stream)
                        .get(sides.get(stream + event.getString("from")))
                        .bytes
                        .writeBytes(payload);
            } else if (type.equals("gap")) {
                streams.get(stream)
                        .get(sides.get(stream + event.getString("from")))
                        .gap(event.getLong("offset"), event.getLong("length"));
            }
        });
        return List.copyOf(streams.values());
    }

    private static String end(JsonObject endpoint) {
        return endpoint.getString("ip") + " " + endpoint.getInteger("port");
    }
}
