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
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.List;

/** One stream: its events while it is open, and what the catalogue tells of it, also later. */
final class RelayedStream implements Stream {
    /** Longer deliveries are told as several data events. */
    static final int MAX_DATA_BYTES = 64 << 10;

    // of Catalogue, and of StreamIndex
    RelayedStream previous;
    RelayedStream next;
    RelayedStream sameBucket;

    private final StreamRelay relay;
    private final long number;
    private final long openedNs;
    private String id;
    private StreamEnds ends;
    private Open open;
    private RetainedStream retained;
    private RecentAnomalies anomalies;

    // who is told: bits of slots, of which only the active ones count
    private long wanted;
    private long toldOpen;
    private long payloadBelow;
    private int payloadGeneration = -1;

    // while open
    private Connection connection;

    // once closed
    private Ending ending;
    private long endedNs;
    private long lastSeenNs;
    private Totals client;
    private Totals server;

    RelayedStream(StreamRelay relay, long number, long openedNs) {
        this.relay = relay;
        this.number = number;
        this.openedNs = openedNs;
    }

    long number() {
        return number;
    }

    String id() {
        if (id == null) {
            id = relay.ids().text(openedNs, number);
        }
        return id;
    }

    long openedNs() {
        return openedNs;
    }

    boolean isOpen() {
        return connection != null;
    }

    boolean matches(FlowFilter flows) {
        return flows.unrestricted() || flows.matches(open != null ? open : ends.draft(id(), openedNs));
    }

    /** A subscription takes this slot. */
    void subscribed(int slot, boolean wants) {
        long bit = 1L << slot;
        wanted = wants ? wanted | bit : wanted & ~bit;
        toldOpen &= ~bit;
        payloadGeneration = -1;
    }

    @Override
    public void opened(Connection newConnection) {
        connection = newConnection;
        ends = new StreamEnds(connection, relay.interfaceName(connection.interfaceIndex()));
        wanted = relay.subscriptions().wanting(this);
        relay.catalogue().opened(this);
        tellOpen();
    }

    @Override
    public void reassembled(ScatterGather data) {
        FlowDirection direction = data.direction();
        int kept = data.saved();
        long offset = data.offset() + kept;
        long timeNs = data.timeNs();
        if (data.skip() > 0) {
            gap(direction, offset - data.skip(), data.skip(), data.skipCause(), timeNs);
        }
        int length = data.length() - kept;
        if (length > 0) {
            data(relay.delivery().of(data), direction, offset, kept, length, timeNs, data.ackedTo());
        }
    }

    private void gap(FlowDirection direction, long offset, long length, GapCause cause, long timeNs) {
        relay.ledger().gapBytes().add(cause, length);
        if (relay.retention().wanted() && retaining()) {
            retained.gap(direction, offset, length, cause, timeNs);
        }
        long readers = readers(EventType.GAP);
        if (readers != 0) {
            relay.tell(new Gap(id(), timeNs, direction, offset, length, cause), readers);
        }
    }

    private void data(
            PayloadSource source,
            FlowDirection direction,
            long offset,
            int from,
            int length,
            long timeNs,
            long ackedTo) {
        Counters<RelayCounter> counters = relay.ledger().counters();
        counters.add(RelayCounter.DELIVERED_BYTES, length);
        if (relay.retention().wanted()) {
            retain(source, direction, offset, from, length, timeNs);
        }
        long readers = readers(EventType.DATA);
        if (readers == 0) {
            return;
        }
        if (payloadGeneration != relay.subscriptions().generation()) {
            payloadBelow = relay.subscriptions().payloadBelow(wanted);
            payloadGeneration = relay.subscriptions().generation();
        }
        for (int done = 0; done < length; done += MAX_DATA_BYTES) {
            int part = Math.min(MAX_DATA_BYTES, length - done);
            boolean asked = offset + done < payloadBelow;
            int at = asked ? relay.payloadMemory().copy(source, from + done, part) : 0;
            byte[] bytes = asked ? relay.payloadMemory().array() : null;
            Data data = new Data(id(), timeNs, direction, offset + done, part, bytes, at, ackedTo);
            counters.add(RelayCounter.EVENT_PAYLOAD_BYTES, asked ? part : 0);
            if (!relay.tell(data, readers) && asked) {
                relay.payloadMemory().giveBack(part);
            }
        }
    }

    private void retain(PayloadSource source, FlowDirection direction, long offset, int from, int length, long timeNs) {
        int copied = 0;
        if (retaining()) {
            relay.retention().touch(retained);
            copied = retained.data(direction, offset, source, from, length, timeNs);
        }
        Counters<RelayCounter> counters = relay.ledger().counters();
        counters.add(RelayCounter.RETAINED_COPY_BYTES, copied);
        if (copied == 0) {
            counters.add(RelayCounter.RETENTION_REFUSED_BYTES, length);
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
            relay.tell(RecentAnomalies.event(id(), report), readers);
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
        long readers = readers(EventType.CLOSE);
        if (readers != 0) {
            relay.tell(close(), readers);
        }
        connection = null;
        open = null; // its text is made again if the catalogue is asked
        if (retained != null && !retained.evicted()) {
            relay.retention().close(retained);
        }
        relay.catalogue().closed(this);
        return true;
    }

    /** Who wants this type of this stream; those who have not seen it open are told that first. */
    private long readers(EventType type) {
        long readers = wanted & relay.subscriptions().wanting(type);
        if ((readers & ~toldOpen) != 0) {
            tellOpen();
        }
        return readers;
    }

    private void tellOpen() {
        long readers = wanted & relay.subscriptions().wanting(EventType.OPEN) & ~toldOpen;
        toldOpen |= wanted & relay.subscriptions().active();
        if (readers != 0) {
            if (open == null) {
                open = ends.open(relay, id(), openedNs);
            }
            relay.tell(open, readers);
        }
    }

    /** Events so far; the subscription in this slot then knows that the stream is open. */
    List<StreamEvent> beginning(int slot, boolean payload) {
        toldOpen |= 1L << slot;
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
