package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;

import io.weir.reassemble.AnomalyReport;
import io.weir.reassemble.Connection;
import io.weir.reassemble.Ending;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.ScatterGather;
import io.weir.reassemble.Stream;
import io.weir.relay.Bus.Content;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.List;

/** One stream: its events while it is open, and what the catalogue tells of it, also later. */
final class RelayedStream extends EventTeller implements Stream {
    // of Catalogue, and of StreamIndex
    RelayedStream previous;
    RelayedStream next;
    RelayedStream sameBucket;

    private final long number;
    private final long openedNs;
    private String id;
    private StreamEnds ends;
    private Open open;
    private RetainedStream retained;
    private RecentAnomalies anomalies;

    // while open
    private Connection connection;

    // once closed
    private Ending ending;
    private long endedNs;
    private long lastSeenNs;
    private Totals client;
    private Totals server;

    RelayedStream(StreamRelay relay, long number, long openedNs) {
        super(relay);
        this.number = number;
        this.openedNs = openedNs;
    }

    long number() {
        return number;
    }

    @Override
    String id() {
        if (id == null) {
            id = relay.ids().text(openedNs, number);
        }
        return id;
    }

    long openedNs() {
        return openedNs;
    }

    @Override
    Open openEvent() {
        if (open == null) {
            open = ends.open(relay, id(), openedNs);
        }
        return open;
    }

    boolean isOpen() {
        return connection != null;
    }

    boolean matches(FlowFilter flows) {
        return flows.unrestricted() || flows.matches(open != null ? open : ends.draft(id(), openedNs));
    }

    @Override
    public void opened(Connection newConnection) {
        connection = newConnection;
        ends = new StreamEnds(connection, relay.interfaceName(connection.interfaceIndex()));
        wantedBy(relay.subscriptions().wanting(this));
        relay.catalogue().opened(this);
        tellOpen();
    }

    @Override
    public void reassembled(ScatterGather data) {
        Delivery delivery = relay.delivery().of(data);
        try {
            if (data.skip() > 0) {
                gap(data.direction(), delivery.offset() - data.skip(), data.skip(), data.skipCause(), data.timeNs());
            }
        } finally {
            if (delivery.length() > 0) {
                data(delivery);
            }
        }
    }

    private void gap(FlowDirection direction, long offset, long length, GapCause cause, long timeNs) {
        relay.ledger().gapBytes().add(cause, length);
        try {
            if (relay.retention().wanted() && retaining()) {
                retained.gap(direction, offset, length, cause, timeNs);
            }
        } finally {
            long readers = readers(EventType.GAP);
            if (readers != 0) {
                tell(readers, length, () -> new Gap(id(), timeNs, direction, offset, length, cause));
            }
        }
    }

    private void data(Delivery delivery) {
        relay.ledger().counters().add(RelayCounter.DELIVERED_BYTES, delivery.length());
        try {
            if (relay.retention().wanted()) {
                retain(delivery);
            }
        } finally {
            long readers = readers(EventType.DATA);
            if (readers != 0) {
                tellData(delivery, readers);
            }
        }
    }

    private void retain(Delivery delivery) {
        int copied = 0;
        if (retaining()) {
            relay.retention().touch(retained);
            copied = retained.data(
                    delivery.direction(), delivery.offset(), delivery, 0, delivery.length(), delivery.timeNs());
        }
        Counters<RelayCounter> counters = relay.ledger().counters();
        counters.add(RelayCounter.RETAINED_COPY_BYTES, copied);
        if (copied == 0) {
            counters.add(RelayCounter.RETENTION_REFUSED_BYTES, delivery.length());
        }
    }

    private boolean retaining() {
        if (retained == null || retained.evicted()) {
            // what was evicted took the beginning with it
            retained = relay.retention().begin(retained == null);
        }
        return retained != null;
    }

    @Override
    public void anomaly(AnomalyReport report) {
        if (relay.options().closedStreams() > 0) {
            if (anomalies == null) {
                anomalies = new RecentAnomalies();
            }
            anomalies.add(report);
        }
        long readers = readers(EventType.ANOMALY);
        if (readers != 0) {
            tell(readers, 0, () -> RecentAnomalies.event(id(), report));
        }
    }

    @Override
    public boolean complete(Connection closed, Ending newEnding, long timeNs) {
        if (next == null) { // its opening failed, and that was told
            connection = null;
            forget();
            return true;
        }
        ending = newEnding;
        endedNs = timeNs;
        lastSeenNs = lastSeenNs();
        client = totals(CLIENT_TO_SERVER);
        server = totals(SERVER_TO_CLIENT);
        relay.ledger().closed(ending, closed.half(CLIENT_TO_SERVER), closed.half(SERVER_TO_CLIENT));
        try {
            long readers = readers(EventType.CLOSE);
            if (readers != 0) {
                tell(readers, 0, this::close);
            }
        } finally {
            connection = null;
            open = null; // its text is made again if the catalogue is asked
            if (retained != null && !retained.evicted()) {
                relay.retention().close(retained);
            }
            relay.catalogue().closed(this);
        }
        return true;
    }

    /** Events so far; the subscription in this slot then knows that the stream is open. */
    List<StreamEvent> beginning(int slot, boolean payload) {
        knowsOpen(slot);
        StreamSummary summary = summary();
        List<StreamEvent> beginning = new ArrayList<>();
        beginning.add(summary.open());
        RetainedStream known = retained == null || retained.evicted() ? null : retained;
        beginning.addAll(RetainedStream.replay(known, payload, summary));
        if (summary.close() != null) {
            beginning.add(summary.close());
        }
        return List.copyOf(beginning);
    }

    StreamSummary summary() {
        return new StreamSummary(
                open != null ? open : ends.open(relay, id(), openedNs),
                lastSeenNs(),
                connection == null ? close() : null,
                totals(CLIENT_TO_SERVER),
                totals(SERVER_TO_CLIENT),
                anomalies == null ? List.of() : List.copyOf(anomalies.events(id())),
                relay.options().replay());
    }

    Content content(FlowDirection direction) {
        Totals totals = totals(direction);
        return new Content(
                summary(),
                retained == null ? List.of() : List.copyOf(retained.pieces(direction)),
                totals.bytes() + totals.gapBytes());
    }

    void forget() {
        if (retained != null) {
            relay.retention().release(retained);
        }
    }

    private Close close() {
        return new Close(id(), endedNs, ending, client, server);
    }

    private long lastSeenNs() {
        if (connection == null) {
            return lastSeenNs;
        }
        long clientNs = connection.half(CLIENT_TO_SERVER).lastSeenNs();
        return Math.max(clientNs, connection.half(SERVER_TO_CLIENT).lastSeenNs());
    }

    private Totals totals(FlowDirection direction) {
        Totals closed = direction == CLIENT_TO_SERVER ? client : server;
        return connection == null ? closed : Totals.of(connection.half(direction));
    }
}
