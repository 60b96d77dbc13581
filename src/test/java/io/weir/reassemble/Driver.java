package io.weir.reassemble;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.weir.decode.Checksum;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends the same segments to the assembler and to an oracle, many connections one after the other, as fast as it can:
 * for the tests with a million cases. Each connection has its own port and says goodbye by being flushed.
 */
final class Driver {
    private static final int FLAGS = Segment.ACK | Segment.PSH;

    private final OverlapPolicy policy;
    private final long initial;
    private final Segment segment = new Segment();
    private final byte[] memory = new byte[4096];
    private final ByteBuffer buffer = ByteBuffer.wrap(memory);
    private final Assembler assembler;
    private final StreamPool pool;
    private final List<String> script = new ArrayList<>();
    private ReceiverOracle oracle;
    private Tiles tiles;
    private long timeNs = Probe.START_NS;
    private long sequence;
    private long wireBytes;
    private int client;
    private int cases;

    Driver(OverlapPolicy policy, long initial) {
        this.policy = policy;
        this.initial = initial;
        pool = new StreamPool((first, connection) -> tiles = new Tiles(connection), new FlowHash(1, 2));
        assembler = new Assembler(pool, Options.with(policy));
    }

    Assembler assembler() {
        return assembler;
    }

    /** Handshake of a new connection. */
    void begin() {
        begin(initial);
    }

    void begin(long initialSequence) {
        client = 1_024 + ++cases % 60_000;
        sequence = initialSequence;
        wireBytes = 0;
        // far enough for whatever the case before left behind
        timeNs += 60 * Options.SECOND;
        assembler.advance(timeNs);
        script.clear();
        oracle = ReceiverOracle.of(policy);
        give(true, (int) sequence, 0, Segment.SYN, "");
        give(false, 7_000, (int) sequence + 1, Segment.SYN | Segment.ACK, "");
        give(true, (int) sequence + 1, 7_001, Segment.ACK, "");
    }

    ReceiverOracle oracle() {
        return oracle;
    }

    /** Client data at an offset of its stream; may end with {@link ReceiverOracle#FIN}. */
    void send(long offset, String data) {
        oracle.receive(offset, data);
        boolean fin = data.indexOf(ReceiverOracle.FIN) >= 0;
        String bytes = fin ? data.substring(0, data.length() - 1) : data;
        script.add(offset + ":" + bytes + (fin ? "+FIN" : ""));
        wireBytes += bytes.length();
        give(true, (int) (sequence + 1 + offset), 7_001, fin ? FLAGS | Segment.FIN : FLAGS, bytes);
    }

    /** An empty FIN at an offset of the client's stream. */
    void fin(long offset) {
        send(offset, String.valueOf(ReceiverOracle.FIN));
    }

    private void give(boolean fromClient, int number, int acknowledgement, int flags, String data) {
        for (int index = 0; index < data.length(); index++) {
            memory[index + 5] = (byte) data.charAt(index);
        }
        timeNs += Probe.STEP_NS;
        segment.noOptions().checksum(Checksum.RIGHT).origin(timeNs, 0, 0, 54 + data.length());
        segment.addresses(false, 0, fromClient ? 11 : 22, 0, fromClient ? 22 : 11);
        segment.ports(fromClient ? client : 80, fromClient ? 80 : client);
        segment.numbers(number, acknowledgement, flags, 65_535, 0);
        segment.payload(buffer, 5, data.length(), data.length());
        assembler.assemble(segment);
    }

    /** Ends the case: holes are given up, then bytes, gaps, totals and memory must be what the oracle says. */
    void finishAndCompare() {
        oracle.giveUpHoles();
        assembler.flushAll();
        List<String> expected = oracle.tiles();
        List<String> got = tiles.list();
        if (!expected.equals(got)) {
            throw wrong("delivered " + got + ", oracle says " + expected);
        }
        HalfConnection half = tiles.connection.half(FlowDirection.CLIENT_TO_SERVER);
        if (half.bytes() != oracle.bytes || half.gapBytes() != oracle.gapBytes || half.nextOffset() != oracle.next) {
            throw wrong("totals say " + half.bytes() + " bytes, " + half.gapBytes() + " missing, next "
                    + half.nextOffset());
        }
        if (half.overlapBytes() != half.duplicateBytes() + half.conflictBytes()) {
            throw wrong(half.overlapBytes() + " bytes came again, but " + half.duplicateBytes() + " the same and "
                    + half.conflictBytes() + " others");
        }
        if (wireBytes != half.bytes() + half.overlapBytes() + half.refusedBytes()) {
            throw wrong(wireBytes + " bytes on the wire, but " + half.bytes() + " delivered, " + half.overlapBytes()
                    + " again, " + half.refusedBytes() + " refused");
        }
        if (assembler.waitingMemory() != 0 || pool.size() != 0 || !tiles.complete) {
            throw wrong(assembler.waitingMemory() + " bytes of memory and " + pool.size() + " streams are left");
        }
    }

    private AssertionError wrong(String what) {
        return new AssertionError(policy + " from " + sequence + ", " + script + ": " + what);
    }

    /** Bytes and gaps of the client, with next to no cost. */
    private static final class Tiles implements Stream {
        final Connection connection;
        private final List<String> tiles = new ArrayList<>();
        private final StringBuilder run = new StringBuilder();
        private byte[] bytes = new byte[256];
        private long runStart;
        private boolean complete;

        Tiles(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void reassembled(ScatterGather data) {
            if (complete || data.direction() != FlowDirection.CLIENT_TO_SERVER) {
                return;
            }
            long next = runStart + run.length();
            if (data.skip() > 0) {
                closeRun();
                tiles.add("gap " + next + "+" + data.skip());
                next += data.skip();
                runStart = next;
            }
            if (data.offset() != next) {
                tiles.add("data at " + data.offset() + " after " + next);
            }
            int length = data.length();
            bytes = bytes.length < length ? new byte[2 * length] : bytes;
            data.copy(0, bytes, 0, length);
            run.append(new String(bytes, 0, length, ISO_8859_1));
        }

        private void closeRun() {
            if (run.length() > 0) {
                tiles.add(runStart + ":" + run);
                runStart += run.length();
                run.setLength(0);
            }
        }

        List<String> list() {
            closeRun();
            return tiles;
        }

        @Override
        public boolean complete(Connection completed, Ending ending, long timeNs) {
            complete = true;
            return true;
        }
    }
}
