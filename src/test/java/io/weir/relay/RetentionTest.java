package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.Roles;
import io.weir.relay.Bus.Piece;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final int EDGE = 1_000;

    private final RelayLedger ledger = new RelayLedger();
    private final Retention retention = retention(1 << 20);

    @Test
    void aShortStreamIsRetainedWhole() {
        RetainedStream stream = retention.begin(true);
        data(stream, CLIENT_TO_SERVER, 0, 600);
        data(stream, SERVER_TO_CLIENT, 0, 900);
        data(stream, CLIENT_TO_SERVER, 600, 700);

        assertThat(stretches(stream, CLIENT_TO_SERVER)).containsExactly("0+600", "600+400", "1000+300");
        assertThat(stretches(stream, SERVER_TO_CLIENT)).containsExactly("0+900");
        assertBytes(stream);
    }

    @Test
    void ofALongStreamTheBeginningAndTheNewestBytesStay() {
        RetainedStream stream = retention.begin(true);
        for (int offset = 0; offset < 10_000; offset += 300) {
            data(stream, CLIENT_TO_SERVER, offset, 300);
        }

        assertThat(stretches(stream, CLIENT_TO_SERVER))
                .containsExactly(
                        "0+300", "300+300", "600+300", "900+100", "9200+100", "9300+300", "9600+300", "9900+300");
        assertBytes(stream);
    }

    @Test
    void oneHugeDeliveryLeavesItsEdges() {
        RetainedStream stream = retention.begin(true);
        data(stream, CLIENT_TO_SERVER, 0, 1_000_000);

        assertThat(stretches(stream, CLIENT_TO_SERVER)).containsExactly("0+1000", "999000+1000");
        assertBytes(stream);
    }

    @Test
    void manyTinyDeliveriesStayWithinTheirBound() {
        RetainedStream stream = retention.begin(true);
        for (int offset = 0; offset < 3_000; offset++) {
            data(stream, CLIENT_TO_SERVER, offset, 1);
        }

        List<Piece> pieces = stream.pieces(CLIENT_TO_SERVER);
        assertThat(pieces).hasSize(2 * Marks.MAX);
        assertThat(pieces.get(Marks.MAX - 1).offset()
                        + pieces.get(Marks.MAX - 1).bytes().length)
                .as("the whole beginning, although the marks did not suffice")
                .isEqualTo(EDGE);
        assertThat(pieces.get(2 * Marks.MAX - 1).offset()).isEqualTo(2_999);
        assertBytes(stream);
    }

    @Test
    void whatIsReplayedTilesBothDirectionsInTheirOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            RetainedStream stream = retention.begin(random.nextInt(4) > 0);
            long[] bytes = new long[2];
            long[] gaps = new long[2];
            for (int step = random.nextInt(60); step > 0; step--) {
                int side = random.nextInt(2);
                FlowDirection direction = FlowDirection.values()[side];
                int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 5_000 : 200);
                long offset = bytes[side] + gaps[side];
                if (random.nextInt(8) == 0) {
                    stream.gap(direction, offset, length, GapCause.TRUNCATED, step);
                    gaps[side] += length;
                } else {
                    data(stream, direction, offset, length);
                    bytes[side] += length;
                }
            }
            assertBytes(stream);
            assertTiles(seed, stream, bytes, gaps);
            retention.release(stream);
        }
        assertThat(retention.usedBytes()).as("seed %d", seed).isZero();
    }

    @Test
    void aForgottenGapIsNotToldAsData() {
        RetainedStream stream = retention.begin(true);
        data(stream, CLIENT_TO_SERVER, 0, 1_000);
        stream.gap(CLIENT_TO_SERVER, 1_000, 500, GapCause.NOT_CAPTURED, 1);
        data(stream, CLIENT_TO_SERVER, 1_500, 1_000);
        assertThat(RetainedStream.replay(stream, true, summary(2_000, 500, 0, 0))
                        .get(1))
                .isEqualTo(new Gap("s", 1, CLIENT_TO_SERVER, 1_000, 500, GapCause.NOT_CAPTURED));

        data(stream, CLIENT_TO_SERVER, 2_500, 4_000);
        assertThat(RetainedStream.replay(stream, true, summary(6_000, 500, 0, 0))
                        .get(1))
                .isEqualTo(new Gap("s", 5, CLIENT_TO_SERVER, 1_000, 4_500, GapCause.EVICTED));
    }

    @Test
    void aStretchLongerThanALiveEventIsReplayedAsSeveral() {
        int most = EventTeller.MAX_DATA_BYTES;
        Retention large = new Retention(
                RelayOptions.onDemand(1 << 20, 10).withRetainedEdges(4 * most, 4 * most), new RelayLedger());
        RetainedStream stream = large.begin(true);
        for (int index = 0; index < Marks.MAX - 1; index++) {
            data(stream, CLIENT_TO_SERVER, index, 1);
        }
        data(stream, CLIENT_TO_SERVER, Marks.MAX - 1, most);
        data(stream, CLIENT_TO_SERVER, Marks.MAX - 1 + most, most);

        List<StreamEvent> events = RetainedStream.replay(stream, true, summary(Marks.MAX - 1 + 2 * most, 0, 0, 0));
        assertThat(events).hasSize(Marks.MAX + 1);
        Data first = (Data) events.get(Marks.MAX - 1);
        Data second = (Data) events.get(Marks.MAX);
        assertThat(List.of(first.length(), second.length())).containsOnly(most);
        assertThat(second.offset()).isEqualTo(first.offset() + most);
        for (Data part : List.of(first, second)) {
            assertThat(part.payload()[0]).isEqualTo(byteAt(part.offset()));
            assertThat(part.payload()[most - 1]).isEqualTo(byteAt(part.offset() + most - 1));
        }
    }

    @Test
    void aCopyThatFailsShiftsNoByte() {
        RetainedStream stream = retention.begin(true);
        PayloadSource broken = (from, target, at, length) -> {
            throw new OutOfMemoryError("meanwhile");
        };
        for (int offset = 0; offset < 1_500; offset++) {
            boolean fails = offset % 10 == 9 || offset == Marks.MAX + Marks.MAX / 10;
            try {
                stream.data(CLIENT_TO_SERVER, offset, fails ? broken : source(offset), 0, 1, 5);
            } catch (OutOfMemoryError expected) {
                assertThat(fails).isTrue();
            }
        }

        assertThat(stretches(stream, CLIENT_TO_SERVER)).startsWith("0+1", "1+1").doesNotContain("9+1", "1499+1");
        assertBytes(stream);
    }

    @Test
    void withoutPermissionTheReplayHasNoBytes() {
        RetainedStream stream = retention.begin(true);
        data(stream, CLIENT_TO_SERVER, 0, 10);

        assertThat(RetainedStream.replay(stream, false, summary(10, 0, 0, 0)))
                .containsExactly(new Data("s", 5, CLIENT_TO_SERVER, 0, 10, null, -1));
    }

    @Test
    void anEvictedStreamIsStillToldWithoutItsBytes() {
        assertThat(RetainedStream.replay(null, true, summary(3L << 30, 0, 7, 0)))
                .containsExactly(
                        new Data("s", 9, CLIENT_TO_SERVER, 0, 1 << 30, null, -1),
                        new Data("s", 9, CLIENT_TO_SERVER, 1 << 30, 1 << 30, null, -1),
                        new Data("s", 9, CLIENT_TO_SERVER, 2L << 30, 1 << 30, null, -1),
                        new Data("s", 9, SERVER_TO_CLIENT, 0, 7, null, -1));
    }

    @Test
    void theStreamThatClosedFirstMakesRoom() {
        Retention small = retention(3 * (RetainedStream.OVERHEAD_BYTES + 1_024 + 8 * Marks.BYTES_EACH));
        RetainedStream first = filled(small);
        RetainedStream second = filled(small);
        RetainedStream third = filled(small);
        small.close(second);
        small.close(first);

        RetainedStream fourth = filled(small);
        assertThat(second.evicted()).isTrue();
        RetainedStream fifth = filled(small);
        assertThat(first.evicted()).isTrue();
        assertThat(ledger.counters().get(RelayCounter.RETENTION_EVICTED_CLOSED)).isEqualTo(2);

        small.touch(third);
        RetainedStream sixth = filled(small);
        assertThat(fourth.evicted())
                .as("of open streams the one silent longest")
                .isTrue();
        assertThat(third.evicted()).isFalse();
        assertThat(ledger.counters().get(RelayCounter.RETENTION_EVICTED_OPEN)).isEqualTo(1);

        for (RetainedStream stream : List.of(third, fifth, sixth)) {
            small.release(stream);
        }
        assertThat(small.usedBytes()).isZero();
        assertThat(ledger.retainedBytes()).isZero();
    }

    @Test
    void aStreamNeverEvictsItself() {
        Retention tiny = retention(RetainedStream.OVERHEAD_BYTES + 600);
        RetainedStream stream = tiny.begin(true);

        assertThat(stream.data(CLIENT_TO_SERVER, 0, source(0), 0, 200, 1)).isEqualTo(200);
        assertThat(stream.data(CLIENT_TO_SERVER, 200, source(200), 0, 1_000, 1)).isZero();
        assertThat(stream.evicted()).isFalse();
        assertThat(retention(RetainedStream.OVERHEAD_BYTES - 1).begin(true)).isNull();
        tiny.release(stream);
        tiny.release(stream);
        assertThat(tiny.usedBytes()).isZero();
    }

    @Test
    void theBudgetIsNeverExceeded() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Retention small = retention(20_000);
        List<RetainedStream> streams = new ArrayList<>();
        long[] offsets = new long[2_000];
        for (int step = 0; step < 5_000; step++) {
            if (streams.size() < offsets.length && random.nextInt(4) == 0) {
                RetainedStream begun = small.begin(true);
                if (begun != null) {
                    streams.add(begun);
                }
            }
            int index = streams.isEmpty() ? -1 : random.nextInt(streams.size());
            if (index >= 0 && !streams.get(index).evicted() && !streams.get(index).closed) {
                int length = 1 + random.nextInt(700);
                small.touch(streams.get(index));
                streams.get(index).data(SERVER_TO_CLIENT, offsets[index], source(offsets[index]), 0, length, step);
                offsets[index] += length;
                if (random.nextInt(10) == 0) {
                    small.close(streams.get(index));
                }
            }
            assertThat(small.usedBytes()).as("seed %d", seed).isBetween(0L, 20_000L);
        }
        streams.forEach(small::release);
        assertThat(small.usedBytes()).as("seed %d", seed).isZero();
    }

    private Retention retention(long budgetBytes) {
        return new Retention(RelayOptions.onDemand(budgetBytes, 10).withRetainedEdges(EDGE, EDGE), ledger);
    }

    private static RetainedStream filled(Retention retention) {
        RetainedStream stream = retention.begin(true);
        data(stream, CLIENT_TO_SERVER, 0, EDGE);
        return stream;
    }

    private static void data(RetainedStream stream, FlowDirection direction, long offset, int length) {
        stream.data(direction, offset, source(offset - 3), 3, length, 5);
    }

    /** Byte {@code n} of a direction is a function of {@code n}. */
    private static PayloadSource source(long offset) {
        return (from, target, at, length) -> {
            for (int index = 0; index < length; index++) {
                target[at + index] = byteAt(offset + from + index);
            }
        };
    }

    private static byte byteAt(long offset) {
        return (byte) (offset * 31 + (offset >> 8));
    }

    private static List<String> stretches(RetainedStream stream, FlowDirection direction) {
        return stream.pieces(direction).stream()
                .map(piece -> piece.offset() + "+" + piece.bytes().length)
                .toList();
    }

    private static void assertBytes(RetainedStream stream) {
        for (FlowDirection direction : FlowDirection.values()) {
            for (Piece piece : stream.pieces(direction)) {
                ByteArrayOutputStream expected = new ByteArrayOutputStream();
                for (long offset = piece.offset(); offset < piece.offset() + piece.bytes().length; offset++) {
                    expected.write(byteAt(offset));
                }
                assertThat(piece.bytes()).isEqualTo(expected.toByteArray());
            }
        }
    }

    private static void assertTiles(long seed, RetainedStream stream, long[] bytes, long[] gaps) {
        long[] next = new long[2];
        long[] data = new long[2];
        for (StreamEvent event : RetainedStream.replay(stream, true, summary(bytes[0], gaps[0], bytes[1], gaps[1]))) {
            int side = event instanceof Data one
                    ? one.direction().ordinal()
                    : ((Gap) event).direction().ordinal();
            long offset = event instanceof Data one ? one.offset() : ((Gap) event).offset();
            long length = event instanceof Data one ? one.length() : ((Gap) event).length();
            assertThat(offset).as("seed %d", seed).isEqualTo(next[side]);
            assertThat(length).as("seed %d", seed).isPositive();
            next[side] += length;
            data[side] += event instanceof Data ? length : 0;
        }
        assertThat(next).as("seed %d", seed).containsExactly(bytes[0] + gaps[0], bytes[1] + gaps[1]);
        assertThat(data[0]).as("seed %d", seed).isLessThanOrEqualTo(bytes[0]);
        assertThat(data[1]).as("seed %d", seed).isLessThanOrEqualTo(bytes[1]);
    }

    private static StreamSummary summary(long clientBytes, long clientGaps, long serverBytes, long serverGaps) {
        Endpoint end = new Endpoint("10.0.0.1", 1);
        Open open = new Open("s", 0, end, end, "1:", List.of(), "eth0", false, Roles.FIRST);
        return new StreamSummary(
                open, 9, null, totals(clientBytes, clientGaps), totals(serverBytes, serverGaps), List.of(), false);
    }

    private static Totals totals(long bytes, long gapBytes) {
        return new Totals(bytes, gapBytes, 0, 0, 0, 0, 0, -1);
    }
}
