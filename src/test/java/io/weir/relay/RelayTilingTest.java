package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import io.weir.reassemble.FlowDirection;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Odd;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lost, late and repeated segments of many connections at once; whatever comes of it, the events keep their order. */
class RelayTilingTest extends RelayedTraffic {
    private static final int SYN_SEQUENCE = 0xFFFFF000;

    @Test
    void dataAndGapsTileEveryDirectionBetweenOpenAndClose() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            told.clear();
            everything();
            boolean handshakes = round % 2 == 0;
            replay(random, handshakes);
            assembler.flushAll();
            Map<String, Track> tracks = new HashMap<>();
            for (StreamEvent event : events()) {
                tracks.computeIfAbsent(event.stream(), id -> new Track(seed, handshakes))
                        .follow(event);
            }
            tracks.values().forEach(Track::assertClosed);
            assertLedger(seed);
        }
    }

    private void assertLedger(long seed) {
        long data = all(Data.class).stream().mapToLong(Data::length).sum();
        long gaps = all(Gap.class).stream().mapToLong(Gap::length).sum();
        assertThat(relay.ledger().counters().get(RelayCounter.DELIVERED_BYTES))
                .as("seed %d", seed)
                .isEqualTo(data);
        assertThat(relay.ledger().gapBytes().sum()).as("seed %d", seed).isEqualTo(gaps);
        assertThat(relay.ledger().closed().sum())
                .as("seed %d", seed)
                .isEqualTo(relay.ledger().counters().get(RelayCounter.STREAMS_OPENED))
                .isEqualTo(all(Close.class).size());
        assertThat(relay.ledger().openStreams()).as("seed %d", seed).isZero();
    }

    /** Segments of both sides of some connections, shuffled a little, some left out, some sent twice. */
    private void replay(Random random, boolean handshakes) {
        List<Planned> plan = new ArrayList<>();
        for (int port = 40_000; port < 40_000 + 1 + random.nextInt(4); port++) {
            for (boolean client : new boolean[] {true, false}) {
                if (handshakes || random.nextInt(5) > 0) {
                    plan.add(new Planned(port, client, Segment.SYN | (client ? 0 : Segment.ACK), -1, 0));
                }
                int offset = 0;
                for (int count = random.nextInt(80); count > 0; count--) {
                    int length = 1 + random.nextInt(1_400);
                    plan.add(new Planned(port, client, Segment.ACK, offset, length));
                    offset += length;
                }
                if (random.nextBoolean()) {
                    plan.add(new Planned(port, client, Segment.ACK | Segment.FIN, offset, 0));
                }
            }
        }
        Collections.sort(plan, (one, other) -> Integer.compare(one.offset, other.offset));
        for (int swap = random.nextInt(40); swap > 0 && plan.size() > 9; swap--) {
            int at = random.nextInt(plan.size() - 8);
            boolean harmless = plan.get(at).offset >= 0 || !handshakes;
            Collections.swap(plan, at, harmless ? at + random.nextInt(8) : at);
        }
        long timeNs = Conversation.START_NS;
        for (Planned planned : plan) {
            boolean alone = planned.offset < 0 && handshakes || random.nextInt(12) > 0;
            for (int copies = alone ? 1 : random.nextInt(3); copies > 0; copies--) {
                timeNs += random.nextInt(20) == 0 ? 100_000_000 : 100_000;
                assembler.assemble(planned.segment(timeNs));
            }
        }
    }

    private record Planned(int port, boolean client, int flags, int offset, int length) {
        Segment segment(long timeNs) {
            byte[] payload = new byte[length];
            for (int index = 0; index < length; index++) {
                payload[index] = byteAt(offset + index);
            }
            int here = client ? 0x0A000001 : 0x0A000002;
            int there = client ? 0x0A000002 : 0x0A000001;
            Segment segment = new Segment()
                    .origin(timeNs, 0, 0, 54 + length)
                    .addresses(false, 0, here, 0, there)
                    .ports(client ? port : 80, client ? 80 : port)
                    .hopLimit(64)
                    .numbers(SYN_SEQUENCE + 1 + offset, SYN_SEQUENCE + 1, flags, 65_535, 0)
                    .noOptions()
                    .checksum(Checksum.RIGHT)
                    .noPath()
                    .payload(ByteBuffer.wrap(payload), 0, length, length);
            return segment.hash(Conversation.HASH.of(segment));
        }
    }

    private static byte byteAt(long offset) {
        return (byte) (offset ^ offset >> 8);
    }

    /** What must hold of one stream. */
    private static final class Track {
        private final long seed;
        private final boolean anchored;
        private final long[] next = new long[2];
        private final long[] data = new long[2];
        private boolean open;
        private boolean closed;
        private long timeNs;

        /** @param anchored the start of both sides was seen, so that offsets tell which bytes must come */
        Track(long seed, boolean anchored) {
            this.seed = seed;
            this.anchored = anchored;
        }

        void follow(StreamEvent event) {
            assertThat(closed).as("nothing after the close, seed %d", seed).isFalse();
            assertThat(open).as("the open comes first and once, seed %d", seed).isEqualTo(!(event instanceof Open));
            assertThat(event.timeNs()).as("seed %d", seed).isGreaterThanOrEqualTo(timeNs);
            timeNs = event.timeNs();
            if (event instanceof Open) {
                open = true;
            } else if (event instanceof Data piece) {
                tile(piece.direction(), piece.offset(), piece.length());
                data[piece.direction().ordinal()] += piece.length();
                assertThat(piece.payload()).as("seed %d", seed).hasSize(piece.length());
                for (int index = 0; anchored && index < piece.length(); index++) {
                    assertThat(piece.payload()[index]).as("seed %d", seed).isEqualTo(byteAt(piece.offset() + index));
                }
            } else if (event instanceof Gap gap) {
                tile(gap.direction(), gap.offset(), gap.length());
            } else if (event instanceof Close close) {
                closed = true;
                assertTotals(close.client(), FlowDirection.CLIENT_TO_SERVER);
                assertTotals(close.server(), FlowDirection.SERVER_TO_CLIENT);
            } else {
                assertThat(event).isInstanceOf(Odd.class);
            }
        }

        private void tile(FlowDirection direction, long offset, long length) {
            assertThat(offset).as("seed %d", seed).isEqualTo(next[direction.ordinal()]);
            assertThat(length).as("seed %d", seed).isPositive();
            next[direction.ordinal()] += length;
        }

        private void assertTotals(Totals totals, FlowDirection direction) {
            assertThat(totals.bytes()).as("seed %d", seed).isEqualTo(data[direction.ordinal()]);
            assertThat(totals.bytes() + totals.gapBytes()).as("seed %d", seed).isEqualTo(next[direction.ordinal()]);
        }

        void assertClosed() {
            assertThat(closed).as("seed %d", seed).isTrue();
        }
    }
}
