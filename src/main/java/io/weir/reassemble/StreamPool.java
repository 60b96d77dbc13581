package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.util.Arrays;

/**
 * The table of connections of one assembler: found by a keyed hash, told apart by their whole identity. Open addressing
 * with linear probing; grows and shrinks with what it holds. Connection objects are reused.
 */
public final class StreamPool {
    private static final int MIN_SLOTS = 1024;
    private static final int MAX_SPARE = 4096;

    final StreamFactory factory;
    private final FlowHash hash;
    private Connection[] table = new Connection[MIN_SLOTS];
    /** The upper half of each connection's hash, so that a probe rarely touches a connection that is not the one. */
    private int[] marks = new int[MIN_SLOTS];

    private int occupied;
    private int streams;
    private final Connection[] spare = new Connection[MAX_SPARE];
    private int spares;

    /** @param hash must be the one that the segments' hashes come from, if they carry one already */
    public StreamPool(StreamFactory factory, FlowHash hash) {
        this.factory = factory;
        this.hash = hash;
    }

    /** Open connections; ended ones that are remembered are not counted. */
    public int size() {
        return streams;
    }

    /** All that is in the table, tombstones and connections kept on their stream's wish included. */
    public int entries() {
        return occupied;
    }

    void ended() {
        streams--;
    }

    void hash(Segment segment) {
        if (segment.hash() == 0) {
            segment.hash(hash.of(segment));
        }
    }

    /** @param swap what {@link FlowHash#sourceIsHigher} says of the segment */
    Connection find(Segment segment, boolean swap) {
        long wanted = segment.hash();
        int mark = (int) (wanted >>> 32);
        int mask = table.length - 1;
        for (int slot = (int) wanted & mask; ; slot = slot + 1 & mask) {
            Connection connection = table[slot];
            if (connection == null) {
                return null;
            }
            if (marks[slot] == mark && connection.is(segment, swap)) {
                return connection;
            }
        }
    }

    /** A new connection for this segment, in the table. */
    Connection add(Segment segment) {
        if (2 * (occupied + 1) > table.length) {
            resize(2 * table.length);
        }
        Connection connection = spares > 0 ? spare[--spares] : new Connection();
        connection.reset(segment);
        put(connection);
        occupied++;
        streams++;
        return connection;
    }

    /** Takes the connection out of the table; the object may be reused at once. */
    void remove(Connection connection) {
        int mask = table.length - 1;
        int hole = connection.slot;
        for (int slot = hole + 1 & mask; table[slot] != null; slot = slot + 1 & mask) {
            int home = (int) table[slot].hash & mask;
            if ((slot - home & mask) >= (slot - hole & mask)) {
                table[hole] = table[slot];
                marks[hole] = marks[slot];
                table[hole].slot = hole;
                hole = slot;
            }
        }
        table[hole] = null;
        occupied--;
        connection.stream = null;
        if (spares < MAX_SPARE) {
            spare[spares++] = connection;
        }
        if (table.length > MIN_SLOTS && 8 * occupied < table.length) {
            resize(table.length / 2);
        }
    }

    /** Every connection, for a caller that changes the table. Allocates. */
    Connection[] snapshot() {
        Connection[] all = new Connection[occupied];
        int count = 0;
        for (Connection connection : table) {
            if (connection != null) {
                all[count++] = connection;
            }
        }
        return all;
    }

    private void put(Connection connection) {
        int mask = table.length - 1;
        int slot = (int) connection.hash & mask;
        while (table[slot] != null) {
            slot = slot + 1 & mask;
        }
        table[slot] = connection;
        marks[slot] = (int) (connection.hash >>> 32);
        connection.slot = slot;
    }

    private void resize(int slots) {
        Connection[] old = table;
        table = new Connection[slots];
        marks = Arrays.copyOf(new int[0], slots);
        for (Connection connection : old) {
            if (connection != null) {
                put(connection);
            }
        }
    }
}
