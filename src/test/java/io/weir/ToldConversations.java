package io.weir;

import io.vertx.core.json.JsonObject;
import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.Conversation.Speech;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares each byte that weir tells of conversations with what was said, while they go on, and what is told of each with what
 * was read of it, once it is over. Any thread.
 */
final class ToldConversations {
    /** What is told of a conversation has come by then. */
    private static final long SETTLED_NS = 9_000_000_000L;

    private static final int MAX_BEHIND = 5;

    /** A stream as weir tells it, and which connections it may be. */
    private static final class Told {
        final String id;
        final boolean swapped;
        final boolean midstream;
        final List<Round> candidates;
        final Map<Sender, long[]> next = new EnumMap<>(Sender.class);
        /** Offset 0 of these is the first byte that was captured. */
        final Set<Sender> unknownStarts = EnumSet.noneOf(Sender.class);
        /** Where the first gap is. */
        final Map<Sender, Long> whole = new EnumMap<>(Sender.class);

        long bytes;
        long gapBytes;
        JsonObject close;

        Told(JsonObject open, Conversation conversation) {
            id = open.getString("stream");
            int clientPort = open.getJsonObject("client").getInteger("port");
            swapped = !Conversation.isClientPort(clientPort);
            midstream = open.getBoolean("midstream");
            candidates = new ArrayList<>(conversation.rounds);
            for (Sender sender : Sender.values()) {
                next.put(sender, new long[1]);
            }
        }

        Sender sender(JsonObject event) {
            return event.getString("from").equals("client") == swapped ? Sender.SERVER : Sender.CLIENT;
        }

        @Override
        public String toString() {
            return id + (midstream ? " (midstream)" : "") + ", told of the client " + next.get(Sender.CLIENT)[0]
                    + ", of the server " + next.get(Sender.SERVER)[0] + ", gaps " + gapBytes + ", close " + close;
        }
    }

    /** A conversation and what was told of it so far. */
    private static final class Course {
        final Conversation conversation;
        final List<Told> streams = new ArrayList<>();
        final List<String> wrong = new ArrayList<>();
        final long losses;
        long endedNs;

        Course(Conversation conversation, long losses) {
            this.conversation = conversation;
            this.losses = losses;
        }

        boolean isClosed() {
            return streams.stream().anyMatch(told -> told.close != null);
        }
    }

    private final Map<Integer, Course> byClientPort = new HashMap<>();
    private final Map<String, Course> byStream = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final Map<String, Integer> noted = new TreeMap<>();
    private long losses;
    private long comparedBytes;
    private int comparedConnections;
    private int comparedContents;
    private int unverifiable;
    private int misled;

    synchronized void begins(Conversation conversation) {
        byClientPort.put(conversation.clientPort(), new Course(conversation, losses));
    }

    synchronized void ended(Conversation conversation) {
        byClientPort.get(conversation.clientPort()).endedNs = System.nanoTime();
    }

    /** So that a busy machine's reader of events does not fall behind for ever, new conversations wait for it a while. */
    void awaitRoom() throws InterruptedException {
        for (int tries = 0; tries < 200 && behind() > MAX_BEHIND; tries++) {
            Thread.sleep(20);
        }
    }

    private synchronized long behind() {
        return byClientPort.values().stream()
                .filter(course -> course.endedNs != 0 && !course.isClosed())
                .count();
    }

    /** Whether the end of a conversation was told. */
    synchronized boolean isClosed(Conversation conversation) {
        Course course = byClientPort.get(conversation.clientPort());
        return course == null || course.isClosed() || course.losses != losses;
    }

    /** One event of a stream to or from an address of the conversations, in the order of the events. */
    synchronized void event(JsonObject event) {
        String type = event.getString("type");
        if (type.equals("lost")) {
            losses++;
            note("lost: " + event.getString("reason"));
            return;
        }
        String id = event.getString("stream");
        if (type.equals("open")) {
            open(event, id);
            return;
        }
        Course course = byStream.get(id);
        if (course == null) {
            note("of an unknown stream: " + type);
            return;
        }
        Told told = course.streams.stream()
                .filter(one -> one.id.equals(id))
                .findFirst()
                .orElseThrow();
        switch (type) {
            case "data" -> data(course, told, event);
            case "gap" -> {
                long[] next = told.next.get(told.sender(event));
                tiles(course, told, event, next[0]);
                told.whole.putIfAbsent(told.sender(event), event.getLong("offset"));
                next[0] = event.getLong("offset") + event.getLong("length");
                told.gapBytes += event.getLong("length");
                note("gap: " + event.getString("cause"));
            }
            case "anomaly" -> {
                if (event.getString("name").equals("start-unknown")) {
                    told.unknownStarts.add(told.sender(event));
                }
                note("anomaly: " + event.getString("name"));
            }
            case "close" -> {
                told.close = event;
                note("close: " + event.getString("reason"));
            }
            default -> course.wrong.add("unknown type: " + event);
        }
    }

    private void open(JsonObject event, String id) {
        int clientPort = event.getJsonObject("client").getInteger("port");
        int port = Conversation.isClientPort(clientPort)
                ? clientPort
                : event.getJsonObject("server").getInteger("port");
        Course course = byClientPort.get(port);
        if (course == null) {
            note("stream without conversation");
            return;
        }
        course.streams.add(new Told(event, course.conversation));
        byStream.put(id, course);
        if (event.getBoolean("midstream")) {
            note("midstream");
        }
    }

    private void data(Course course, Told told, JsonObject event) {
        Sender sender = told.sender(event);
        byte[] payload = Base64.getDecoder().decode(event.getString("payload"));
        long offset = event.getLong("offset");
        tiles(course, told, event, told.next.get(sender)[0]);
        told.next.get(sender)[0] = offset + payload.length;
        told.bytes += payload.length;
        List<Round> before = List.copyOf(told.candidates);
        long place = told.midstream || told.unknownStarts.contains(sender) ? -1 : offset;
        told.candidates.removeIf(round -> !isIn(round.of(sender), place, payload));
        if (told.candidates.isEmpty()) {
            course.wrong.add(
                    "WRONG BYTES of " + sender + " at " + offset + ", " + payload.length + " of them; " + told + "; "
                            + before.stream()
                                    .map(round -> mismatch(round, sender, offset, payload))
                                    .toList());
            told.candidates.addAll(before);
        }
        comparedBytes += payload.length;
    }

    /** The beginning of what one side said, as weir has retained it. */
    synchronized void content(JsonObject row, String from, byte[] bytes) {
        int clientPort = row.getJsonObject("client").getInteger("port");
        boolean swapped = !Conversation.isClientPort(clientPort);
        Course course = byClientPort.get(swapped ? row.getJsonObject("server").getInteger("port") : clientPort);
        if (course == null || byStream.get(row.getString("stream")) != course) {
            return;
        }
        Sender sender = from.equals("client") == swapped ? Sender.SERVER : Sender.CLIENT;
        if (course.conversation.rounds.stream().noneMatch(round -> isIn(round.of(sender), 0, bytes))) {
            course.wrong.add("WRONG CONTENT of " + sender + ", " + bytes.length + " bytes, " + row);
        }
        comparedContents++;
    }

    private static String mismatch(Round round, Sender sender, long offset, byte[] payload) {
        byte[] content = round.of(sender).content;
        int from = (int) Math.min(content.length, offset);
        int at = Arrays.mismatch(
                content, from, Math.min(content.length, from + payload.length), payload, 0, payload.length);
        return round + " with " + content.length + " bytes differs from byte " + at + " on";
    }

    /** @param offset where; -1 for anywhere */
    private static boolean isIn(Speech speech, long offset, byte[] payload) {
        byte[] content = speech.content;
        int last = content.length - payload.length;
        int from = offset < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, offset);
        for (int at = from; at <= (offset < 0 ? last : Math.min(last, from)); at++) {
            if (Arrays.equals(content, at, at + payload.length, payload, 0, payload.length)) {
                return true;
            }
        }
        return payload.length == 0;
    }

    private void tiles(Course course, Told told, JsonObject event, long expected) {
        if (event.getLong("offset") != expected && course.losses == losses) {
            course.wrong.add("expected offset " + expected + ": " + event.copy().put("payload", "...") + " of " + told);
        }
    }

    /** Judges what ended a while ago; all of it if asked so. */
    synchronized void judge(boolean all) {
        long nowNs = System.nanoTime();
        Iterator<Course> courses = byClientPort.values().iterator();
        while (courses.hasNext()) {
            Course course = courses.next();
            if (course.endedNs != 0 && (all || nowNs - course.endedNs > SETTLED_NS)) {
                judge(course);
                courses.remove();
                course.streams.forEach(told -> byStream.remove(told.id));
            }
        }
    }

    private void judge(Course course) {
        if (course.conversation.rounds.stream().anyMatch(ToldConversations::isMisled)) {
            misled++;
            return;
        }
        wrong.addAll(course.wrong);
        if (course.losses != losses || course.streams.stream().anyMatch(ToldConversations::evicted)) {
            unverifiable++;
            return;
        }
        List<Told> left = new ArrayList<>(course.streams);
        left.stream()
                .filter(told -> told.close == null)
                .forEach(told -> missing.add("no close: " + course.conversation + ", " + told));
        for (Round round : course.conversation.rounds) {
            Told told = left.stream()
                    .filter(one -> !one.midstream && one.candidates.contains(round) && tellsAll(round, one))
                    .findFirst()
                    .orElse(null);
            if (told != null) {
                left.remove(told);
                comparedConnections++;
            } else if (Arrays.stream(Sender.values()).anyMatch(sender -> round.of(sender).readBytes > 0)) {
                missing.add(round + ": read of the client " + round.of(Sender.CLIENT).readBytes + ", of the server "
                        + round.of(Sender.SERVER).readBytes + ", told as none of " + course.streams);
            }
        }
        left.stream().filter(told -> told.bytes > 0).forEach(told -> note("rest with bytes"));
    }

    /** Whether the kernel itself took a straggler's bytes for this connection's, which TCP cannot exclude (RFC 7323 appendix B). */
    private static boolean isMisled(Round round) {
        return Arrays.stream(Sender.values()).map(round::of).anyMatch(Speech::isMisheard);
    }

    private static boolean evicted(Told told) {
        return told.close != null && told.close.getString("reason").equals("evicted") && told.bytes + told.gapBytes > 0;
    }

    private static boolean tellsAll(Round round, Told told) {
        return Arrays.stream(Sender.values()).allMatch(sender -> {
            long bytes = told.next.get(sender)[0];
            // after a reset, segments behind a hole may have come that nobody could read
            long whole = told.whole.getOrDefault(sender, bytes);
            return whole >= round.of(sender).readBytes && bytes <= round.of(sender).content.length;
        });
    }

    private void note(String what) {
        noted.merge(what, 1, Integer::sum);
    }

    /** Bytes or offsets that are not right, whatever was lost. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** Connections of which not all is told that was read. */
    synchronized List<String> missing() {
        return List.copyOf(missing);
    }

    /** Connections that could not be judged, as weir said that events of them are lost or that it gave them up. */
    synchronized int unverifiable() {
        return unverifiable;
    }

    /** Conversations of which the applications themselves read something else than was said. */
    synchronized int misled() {
        return misled;
    }

    synchronized long comparedBytes() {
        return comparedBytes;
    }

    /** Answers with retained bytes. */
    synchronized int comparedContents() {
        return comparedContents;
    }

    synchronized int comparedConnections() {
        return comparedConnections;
    }

    /** How often each of the other things was told. */
    synchronized Map<String, Integer> noted() {
        return new TreeMap<>(noted);
    }
}
