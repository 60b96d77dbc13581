package io.weir.reassemble;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;

/**
 * The connections of one assembler: found by a keyed hash, told apart by their whole identity, encapsulation path
 * included. Where only one direction is tunnelled, or a tunnel gives the two different identifiers, the second direction is
 * joined to the first by what its first segment acknowledges. Connection objects are reused.
 */
public final class StreamPool {
    private static final int MAX_SPARE = 4096;

    /** Tunnelled connections between the same ends that are looked at for one that a segment returns to. */
    private static final int MAX_PAIRING_PROBES = 32;

    final StreamFactory factory;
    private final FlowHash hash;
    private final ConnectionTable connections = new ConnectionTable(true);
    /** Those with an encapsulation path, by their ends alone. */
    private final ConnectionTable tunnelled = new ConnectionTable(false);

    private int streams;
    private final Connection[] spare = new Connection[MAX_SPARE];
    private int spares;

    /** @param hash must be the one that the segments' hashes come from, if they carry one already */
    public StreamPool(StreamFactory factory, FlowHash hash) {
        this.factory = factory;
        this.hash = hash;
    }

    /** Open connections. */
    public int size() {
        return streams;
    }

    /** All that is in the table, connections kept on their stream's wish included. */
    public int entries() {
        return connections.size();
    }

    void ended() {
        streams--;
    }

    /** @param swap what {@link FlowHash#sourceIsHigher} says of the segment */
    Connection find(Segment segment, boolean swap) {
        if (segment.ipv6() || segment.pathLength() > 0) {
            return uncommon(segment, swap);
        }
        long ends = Identity.ends(segment, swap);
        int ports = Identity.ports(segment, swap);
        int domain = segment.domain();
        long wanted = segment.hash();
        if (wanted == 0) {
            wanted = hash.ofIpv4(ends, ports, domain);
            segment.hash(wanted);
        }
        Connection connection;
        for (int slot = connections.home(wanted); (connection = connections.at(slot)) != null; ) {
            if (connections.marked(slot, wanted) && connection.isPlain(ends, ports, domain)) {
                return connection;
            }
            slot = connections.after(slot);
        }
        return tunnelled.size() == 0 ? null : returning(segment, swap, wanted);
    }

    /** Of a segment that takes more than three words to identify: IPv6, or encapsulated. */
    private Connection uncommon(Segment segment, boolean swap) {
        if (segment.hash() == 0) {
            segment.hash(hash.of(segment));
        }
        long wanted = hash(segment);
        Connection connection;
        for (int slot = connections.home(wanted); (connection = connections.at(slot)) != null; ) {
            if (connections.marked(slot, wanted) && connection.is(segment, swap)) {
                return connection;
            }
            slot = connections.after(slot);
        }
        return tunnelled.size() == 0 ? null : returning(segment, swap, wanted);
    }

    private Connection returning(Segment segment, boolean swap, long hash) {
        long wanted = segment.hash();
        int slot = tunnelled.home(wanted);
        Connection connection;
        for (int probe = 0; probe < MAX_PAIRING_PROBES && (connection = tunnelled.at(slot)) != null; probe++) {
            if (tunnelled.marked(slot, wanted)
                    && (connection.isReturn(segment, swap) || connection.pairs(segment, swap, hash))) {
                return connection;
            }
            slot = tunnelled.after(slot);
        }
        return null;
    }

    /** Hash of a segment's whole identity, path included. */
    long hash(Segment segment) {
        return hash.withPath(segment.hash(), segment);
    }

    /** A new connection for this segment, in the table. */
    Connection add(Segment segment) {
        Connection connection = spares > 0 ? spare[--spares] : new Connection();
        connection.reset(segment);
        connection.pathHash = (int) hash(segment);
        connections.add(connection);
        if (connection.pathLength() > 0) {
            tunnelled.add(connection);
        }
        streams++;
        return connection;
    }

    /** Takes the connection out of the table; the object may be reused at once. */
    void remove(Connection connection) {
        connections.remove(connection);
        if (connection.pathLength() > 0) {
            tunnelled.remove(connection);
        }
        connection.stream = null;
        if (spares < MAX_SPARE) {
            spare[spares++] = connection;
        }
    }

    /** Every connection, for a caller that changes the table. Allocates. */
    Connection[] snapshot() {
        return connections.snapshot();
    }
}
