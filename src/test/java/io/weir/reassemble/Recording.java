package io.weir.reassemble;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes down what a stream is told, as text that a test can compare with a literal; holds every call against the
 * contract of {@link Stream} on the way.
 */
final class Recording implements Stream {
    /** Decides what to keep of the available bytes; gives a position, or -1 for nothing. */
    interface Keeper {
        int keepFrom(ScatterGather data);
    }

    final List<String> log = new ArrayList<>();
    final List<Anomaly> anomalies = new ArrayList<>();
    final List<Long> offeredNextSequences = new ArrayList<>();
    private final RecordedHalf client = new RecordedHalf(FlowDirection.CLIENT_TO_SERVER);
    private final RecordedHalf server = new RecordedHalf(FlowDirection.SERVER_TO_CLIENT);
    Connection connection;
    Ending ending;
    long endedNs;
    boolean forget = true;
    boolean opened;
    private Supplier<Acceptance> answers = () -> Acceptance.ACCEPT;
    Keeper keeper = data -> -1;
    private Consumer<AnomalyReport> anomalyWatcher = anomaly -> {};
    private Consumer<String> defect = call -> {};
    private final Map<Integer, Long> capturedByPort = new HashMap<>();
    /** A SYN that ends the connection belongs to the next one, and so do its bytes. */
    private int lastSynBytes;

    private int lastPort;
    private int acceptsOfPacket;
    private boolean toldOfPacket;

    void attach(Connection made) {
        connection = made;
    }

    /** Payload bytes of a segment that the capture holds; whatever becomes of them, the totals must account for them. */
    void captured(Segment segment) {
        // by port, because who is the client may not be settled yet
        capturedByPort.merge(segment.sourcePort(), (long) segment.payloadLength(), Long::sum);
        lastPort = segment.sourcePort();
        lastSynBytes = segment.has(Segment.SYN) ? segment.payloadLength() : 0;
    }

    Recording accepting(Acceptance answer) {
        return answering(() -> answer);
    }

    /** An answer of its own to each segment. */
    Recording answering(Supplier<Acceptance> each) {
        answers = each;
        return this;
    }

    Recording keeping(Keeper rule) {
        keeper = rule;
        return this;
    }

    Recording watching(Consumer<AnomalyReport> watcher) {
        anomalyWatcher = watcher;
        return this;
    }

    /** Called with each call's name once it is written down; what it throws, the stream throws. */
    Recording failing(Consumer<String> rule) {
        defect = rule;
        return this;
    }

    /** Answers {@link #complete} with false: the connection stays until it idles out. */
    Recording staying() {
        forget = false;
        return this;
    }

    void packetBegins() {
        acceptsOfPacket = 0;
        toldOfPacket = false;
    }

    @Override
    public Acceptance accept(Segment segment, FlowDirection direction, long nextSequence) {
        assertThat(++acceptsOfPacket).as("accept is asked once for each packet").isEqualTo(1);
        assertThat(toldOfPacket).as("accept comes before all else").isFalse();
        offeredNextSequences.add(nextSequence);
        defect.accept("accept");
        return answers.get();
    }

    @Override
    public void opened(Connection settled) {
        assertThat(opened).as("opened comes once").isFalse();
        assertThat(settled).isSameAs(connection);
        opened = true;
        log.add("open " + settled.roles().label() + (settled.midstream() ? " midstream" : ""));
        defect.accept("opened");
    }

    @Override
    public void reassembled(ScatterGather data) {
        expectOpen();
        half(data.direction()).take(data);
        int keepFrom = keeper.keepFrom(data);
        if (keepFrom >= 0) {
            data.keepFrom(keepFrom);
            half(data.direction()).kept(data, keepFrom);
        }
        toldOfPacket = true;
        defect.accept("reassembled");
    }

    @Override
    public void anomaly(AnomalyReport anomaly) {
        expectOpen();
        anomalies.add(anomaly.name());
        anomalyWatcher.accept(anomaly);
        boolean placed = anomaly.offset() != AnomalyReport.NO_OFFSET;
        log.add(anomaly.direction().sender() + " " + anomaly.name().label()
                + (placed ? " " + anomaly.offset() + "+" + anomaly.length() : ""));
        toldOfPacket = true;
        defect.accept("anomaly");
    }

    @Override
    public boolean complete(Connection completed, Ending reason, long timeNs) {
        expectOpen();
        assertThat(completed).isSameAs(connection);
        ending = reason;
        endedNs = timeNs;
        log.add("close " + reason.label());
        client.checkTotals(completed);
        server.checkTotals(completed);
        defect.accept("complete");
        return forget;
    }

    private void expectOpen() {
        assertThat(opened).as("opened comes before %s", log).isTrue();
        assertThat(ending).as("nothing comes after complete").isNull();
    }

    private RecordedHalf half(FlowDirection direction) {
        return direction == FlowDirection.CLIENT_TO_SERVER ? client : server;
    }

    /** What the client sent, gaps as {@code [length cause]}. */
    String client() {
        return client.text.toString();
    }

    /** What the server sent, gaps as {@code [length cause]}. */
    String server() {
        return server.text.toString();
    }

    /** Data and gaps of one direction, neighbouring data joined: {@code 0:abc}, {@code gap 3+2}, {@code 5:def}. */
    List<String> tiles(FlowDirection direction) {
        return half(direction).tiles();
    }

    boolean ended(FlowDirection direction) {
        return half(direction).end;
    }

    HalfConnection clientHalf() {
        return connection.half(FlowDirection.CLIENT_TO_SERVER);
    }

    HalfConnection serverHalf() {
        return connection.half(FlowDirection.SERVER_TO_CLIENT);
    }

    private final class RecordedHalf {
        private final FlowDirection direction;
        private final StringBuilder text = new StringBuilder();
        private final List<String> tiles = new ArrayList<>();
        private final StringBuilder run = new StringBuilder();
        private long runStart;
        private long next;
        private long bytes;
        private long gapBytes;
        private long duplicateBytes;

        private String kept = "";
        private boolean start;
        private boolean end;

        RecordedHalf(FlowDirection direction) {
            this.direction = direction;
        }

        void take(ScatterGather data) {
            assertThat(end).as("nothing comes after the end of a direction").isFalse();
            String all = available(data);
            int saved = data.saved();
            long skip = Math.max(0, data.skip());
            if (saved > 0 || !anomalies.contains(Anomaly.WAIT_LIMIT)) {
                assertThat(all.substring(0, saved))
                        .as("bytes kept from the call before")
                        .isEqualTo(kept);
            }
            kept = "";
            long firstNew = saved == 0 ? data.offset() : data.offset() + saved + skip;
            assertThat(firstNew).as("offset of the next byte").isEqualTo(next + skip);
            String fresh = all.substring(saved);
            note(data, skip, firstNew, fresh);
            bytes += fresh.length();
            gapBytes += skip;
            next = firstNew + fresh.length();
            assertThat(data.start() && start).as("a direction starts once").isFalse();
            start |= data.start();
            end = data.end();
            long duplicates = data.stats().overlapBytes() - data.stats().conflictBytes();
            assertThat(duplicates).as("duplicate bytes never shrink").isGreaterThanOrEqualTo(duplicateBytes);
            duplicateBytes = duplicates;
        }

        private void note(ScatterGather data, long skip, long firstNew, String fresh) {
            String sender = direction.sender();
            if (skip > 0) {
                closeRun();
                tiles.add("gap " + next + "+" + skip);
                text.append('[')
                        .append(skip)
                        .append(' ')
                        .append(data.skipCause().label())
                        .append(']');
                log.add(sender + " gap " + next + "+" + skip + " "
                        + data.skipCause().label());
                runStart = firstNew;
            }
            run.append(fresh);
            text.append(fresh);
            String marks = (data.start() ? " start" : "")
                    + (data.skip() < 0 ? " unknown-start" : "")
                    + (data.end() ? " end" : "");
            if (!fresh.isEmpty()) {
                log.add(sender + " " + firstNew + ":" + fresh + marks);
            } else if (!marks.isEmpty()) {
                log.add(sender + marks);
            }
        }

        /** Every way to read the bytes gives the same ones. */
        private String available(ScatterGather data) {
            int length = data.length();
            ByteBuffer fetched = data.fetch(length);
            byte[] bytes = new byte[length];
            for (int index = 0; index < length; index++) {
                bytes[index] = fetched.get(fetched.position() + index);
            }
            byte[] copied = new byte[length];
            data.copy(0, copied, 0, length);
            assertThat(copied).as("copy").isEqualTo(bytes);
            byte[] chunked = new byte[length];
            int at = 0;
            for (int chunk = 0; chunk < data.chunks(); chunk++) {
                data.chunkMemory(chunk).get(data.chunkOffset(chunk), chunked, at, data.chunkLength(chunk));
                at += data.chunkLength(chunk);
            }
            assertThat(at).as("bytes in chunks").isEqualTo(length);
            assertThat(chunked).as("chunks").isEqualTo(bytes);
            return new String(bytes, ISO_8859_1);
        }

        void kept(ScatterGather data, int from) {
            String all = available(data);
            kept = from < all.length() ? all.substring(from) : "";
        }

        private void closeRun() {
            if (run.length() > 0) {
                tiles.add(runStart + ":" + run);
                run.setLength(0);
            }
        }

        List<String> tiles() {
            closeRun();
            runStart = next;
            return tiles;
        }

        void checkTotals(Connection completed) {
            HalfConnection half = completed.half(direction);
            int port = direction == FlowDirection.CLIENT_TO_SERVER ? completed.clientPort() : completed.serverPort();
            long captured = capturedByPort.getOrDefault(port, 0L);
            assertThat(half.bytes()).as("%s bytes", direction).isEqualTo(bytes);
            assertThat(half.gapBytes()).as("%s gap bytes", direction).isEqualTo(gapBytes);
            assertThat(half.nextOffset()).as("%s next offset", direction).isEqualTo(next);
            assertThat(half.waitingBytes()).as("%s waiting bytes", direction).isZero();
            assertThat(half.duplicateBytes())
                    .as("%s duplicate bytes", direction)
                    .isNotNegative()
                    .isEqualTo(half.overlapBytes() - half.conflictBytes());
            assertThat(half.bytes() + half.overlapBytes() + half.refusedBytes())
                    .as("%s bytes delivered, seen again and refused, of those captured", direction)
                    .isIn(captured, port == lastPort ? captured - lastSynBytes : captured);
        }
    }
}
