package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.TrafficRecording.Recorded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A stream as {@code weir read} tells it of recorded frames, and which connection it is. */
final class ToldStream {
    private static final int NANOSECONDS = 0xA1B23C4D;
    private static final int ETHERNET = 1;

    record Piece(long offset, byte[] bytes) {}

    /** What one side said. */
    static final class Told {
        final List<Piece> pieces = new ArrayList<>();
        /** Whether offset 0 is the first byte seen. */
        boolean startUnknown;

        long bytes;
        long gapBytes;
        private long next;

        private void add(JsonObject event, String what) {
            assertThat(event.getLong("offset"))
                    .as("%s: offset of %s", what, event.getString("type"))
                    .isEqualTo(next);
            long length = event.getLong("length");
            next += length;
            if (event.getString("type").equals("gap")) {
                gapBytes += length;
                return;
            }
            byte[] payload = Base64.getDecoder().decode(event.getString("payload"));
            assertThat(payload).as(what).hasSize((int) length);
            pieces.add(new Piece(event.getLong("offset"), payload));
            bytes += length;
        }

        /** Whether this is what stands in the content from {@code base} on, gaps left out. */
        boolean isIn(byte[] content, int base) {
            for (Piece piece : pieces) {
                int from = base + (int) piece.offset;
                int to = from + piece.bytes.length;
                if (from < 0
                        || to > content.length
                        || !ByteBuffer.wrap(piece.bytes).equals(ByteBuffer.wrap(content, from, to - from))) {
                    return false;
                }
            }
            return true;
        }
    }

    final Round round;
    private final Sender client;
    private final List<String> anomalies = new ArrayList<>();
    private final Map<Sender, Told> told = new EnumMap<>(Sender.class);

    private ToldStream(JsonObject open, Round round) {
        this.round = round;
        client = Conversation.isClientPort(open.getJsonObject("client").getInteger("port"))
                ? Sender.CLIENT
                : Sender.SERVER;
        for (Sender sender : Sender.values()) {
            told.put(sender, new Told());
            told.get(sender).startUnknown = open.getBoolean("midstream");
        }
    }

    Told of(Sender sender) {
        return told.get(sender);
    }

    /**
     * Checks what weir tells if these frames are all that it gets, in this order. They are kept in {@code target} if the check
     * fails, as the kernel does not cut the bytes in the same way again.
     */
    static void read(List<Recorded> frames, Consumer<List<ToldStream>> check) throws IOException {
        Map<Instant, Integer> indexes = new HashMap<>();
        byte[] pcap = pcap(frames, indexes);
        try {
            check.accept(read(pcap, frames, indexes));
        } catch (AssertionError wrong) {
            Path kept = Files.write(Path.of("target", "told-wrong-" + System.nanoTime() + ".pcap"), pcap);
            throw new AssertionError(wrong.getMessage() + "\nThe capture is kept at " + kept, wrong);
        }
    }

    private static List<ToldStream> read(byte[] pcap, List<Recorded> frames, Map<Instant, Integer> indexes) {
        CommandLineRun run = CommandLineRun.weir(Map.of(), pcap, "read", "--events", "open,data,gap,anomaly", "-");
        assertThat(run.status()).as(run.errors()).isZero();
        Map<String, ToldStream> streams = new LinkedHashMap<>();
        run.text().lines().map(JsonObject::new).forEach(event -> {
            String id = event.getString("stream");
            if (event.getString("type").equals("open")) {
                Integer index = indexes.get(Instant.parse(event.getString("time")));
                assertThat(index).as("no frame opened %s", event).isNotNull();
                Round round = round(frames.subList(index, frames.size()), event.getBoolean("midstream"));
                assertThat(round.conversation.clientPort()).isIn(port(event, "client"), port(event, "server"));
                streams.put(id, new ToldStream(event, round));
            } else {
                streams.get(id).add(event);
            }
        });
        return List.copyOf(streams.values());
    }

    /** A stray may have been the first frame of a stream that then begins with its handshake. */
    private static Round round(List<Recorded> frames, boolean midstream) {
        Round first = frames.get(0).round();
        return frames.stream()
                .filter(frame -> !midstream && frame.opens() && frame.round().conversation == first.conversation)
                .findFirst()
                .map(Recorded::round)
                .orElse(first);
    }

    private static int port(JsonObject open, String side) {
        return open.getJsonObject(side).getInteger("port");
    }

    private void add(JsonObject event) {
        Told said = told.get(sender(event.getString("from")));
        if (event.getString("type").equals("anomaly")) {
            anomalies.add(event.getString("from") + " " + event.getString("name"));
            if (said != null) {
                said.startUnknown |= event.getString("name").equals("start-unknown");
            }
        } else {
            said.add(event, this + ", " + event.getString("from"));
        }
    }

    /** By the ports: weir may take the server for the client where it saw no handshake. */
    private Sender sender(String from) {
        if (from == null) {
            return null;
        }
        return from.equals("client") == (client == Sender.CLIENT) ? Sender.CLIENT : Sender.SERVER;
    }

    /** @param indexes is filled with the index of the frame of each time */
    private static byte[] pcap(List<Recorded> frames, Map<Instant, Integer> indexes) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(24);
        head.putInt(NANOSECONDS).putShort((short) 2).putShort((short) 4).putInt(16, 1 << 18);
        file.writeBytes(head.putInt(20, ETHERNET).array());
        long timeNs = 0;
        for (Recorded frame : frames) {
            timeNs = Math.max(timeNs + 1, frame.timeNs());
            int seconds = (int) (timeNs / 1_000_000_000);
            int nanoseconds = (int) (timeNs % 1_000_000_000);
            int length = frame.bytes().length;
            file.writeBytes(ByteBuffer.allocate(16)
                    .putInt(seconds)
                    .putInt(nanoseconds)
                    .putInt(length)
                    .putInt(length)
                    .array());
            file.writeBytes(frame.bytes());
            indexes.put(Instant.ofEpochSecond(seconds, nanoseconds), indexes.size());
        }
        return file.toByteArray();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(round.toString());
        told.forEach((sender, said) -> text.append(", of ")
                .append(sender)
                .append(' ')
                .append(said.bytes)
                .append(" bytes in ")
                .append(said.pieces.size())
                .append(" pieces and ")
                .append(said.gapBytes)
                .append(said.startUnknown ? " of gaps, start unknown" : " of gaps"));
        return text.append(", anomalies ")
                .append(anomalies.stream().distinct().limit(10).toList())
                .toString();
    }
}
