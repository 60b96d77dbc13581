package io.weir.relay;

import io.weir.decode.Segment;
import io.weir.reassemble.Connection;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.Stream;
import io.weir.reassemble.StreamFactory;
import io.weir.relay.Bus.Content;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Subscribe;
import java.util.function.IntFunction;

/**
 * Turns what an assembler tells of its connections into {@link StreamEvent}s, and keeps the streams' catalogue and their
 * retained bytes.
 *
 * <p>Only what somebody wants is made: an event if a subscription wants that type of that stream, its payload if one
 * wants bytes at that offset. Everything runs on the assembler's thread; {@link #ledger} may be read by any.
 */
public final class StreamRelay implements StreamFactory {
    private final StreamIds ids;
    private final EventSink sink;
    private final RelayOptions options;
    private final IntFunction<String> interfaceNames;
    private final CommunityId communityId = new CommunityId();
    private final Subscriptions subscriptions = new Subscriptions();
    private final RelayLedger ledger;
    private final Retention retention;
    private final Catalogue catalogue;
    private final Delivery delivery = new Delivery();
    private final PayloadMemory payloadMemory = new PayloadMemory();
    private String lastInterface;

    /**
     * @param sink gets the events
     * @param interfaceNames name of the interface with that index of {@link Segment#interfaceIndex}, never null
     */
    public StreamRelay(StreamIds ids, EventSink sink, RelayOptions options, IntFunction<String> interfaceNames) {
        this(ids, sink, options, interfaceNames, new RelayLedger());
    }

    StreamRelay(
            StreamIds ids,
            EventSink sink,
            RelayOptions options,
            IntFunction<String> interfaceNames,
            RelayLedger ledger) {
        this.ledger = ledger;
        this.ids = ids;
        this.sink = sink;
        this.options = options;
        this.interfaceNames = interfaceNames;
        retention = new Retention(options, ledger);
        catalogue = new Catalogue(options.closedStreams(), ledger);
        if (options.types() != 0) {
            subscriptions.set(
                    new Subscribe(0, options.types(), FlowFilter.ALL, options.payload(), EventJson.ALL_BYTES, null));
            subscriptions.activate(0);
        }
    }

    @Override
    public Stream open(Segment first, Connection connection) {
        return new RelayedStream(this, ids.take(), first.timeNs());
    }

    public RelayLedger ledger() {
        return ledger;
    }

    /** Begins to apply a subscription, to open streams as well. */
    Joining subscribe(Subscribe subscription) {
        return new Joining(this, subscription);
    }

    void unsubscribe(int slot) {
        subscriptions.clear(slot);
    }

    /** Begins to make a page of the list of streams. */
    Listing list(ListStreams asked) {
        return new Listing(catalogue.streams(), asked);
    }

    /** Null if the catalogue does not know the stream. */
    StreamSummary summary(String id) {
        RelayedStream stream = find(id);
        return stream == null ? null : stream.summary();
    }

    /** Null if the catalogue does not know the stream. */
    Content content(String id, FlowDirection direction) {
        RelayedStream stream = find(id);
        return stream == null ? null : stream.content(direction);
    }

    /** Null if the catalogue does not know the stream. */
    RelayedStream find(String id) {
        long number = ids.number(id);
        RelayedStream stream = number < 0 ? null : catalogue.find(number);
        return stream != null && stream.id().equals(id) ? stream : null;
    }

    /** @return whether anybody may look at the event's payload from now on */
    boolean tell(StreamEvent event, long readers) {
        return sink.event(event, readers);
    }

    /** An event that could not be made, see {@link EventSink#lost}. */
    void lost(long readers, long bytes) {
        sink.lost(readers, bytes);
    }

    StreamIds ids() {
        return ids;
    }

    RelayOptions options() {
        return options;
    }

    /** The same object as a rule, since each stream keeps it. */
    String interfaceName(int index) {
        String name = interfaceNames.apply(index);
        if (!name.equals(lastInterface)) {
            lastInterface = name;
        }
        return lastInterface;
    }

    CommunityId communityId() {
        return communityId;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    Retention retention() {
        return retention;
    }

    Catalogue catalogue() {
        return catalogue;
    }

    Delivery delivery() {
        return delivery;
    }

    PayloadMemory payloadMemory() {
        return payloadMemory;
    }
}
