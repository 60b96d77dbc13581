package io.weir.relay;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.util.List;

/**
 * Addresses and messages between the partitions and the rest. All messages are immutable and pass by identity, on one
 * node.
 *
 * <p>Requests go to {@link #partition}, one partition each; the reply is the type named there. A partition that cannot
 * answer fails the message with a text for a person.
 */
public final class Bus {
    /** {@link EventBatch}es of all partitions, sent point to point to the one consumer, which answers with {@link Credit}. */
    public static final String EVENTS = "weir.events";

    private Bus() {}

    /** Where partition {@code index} listens for {@link Subscribe}, {@link Unsubscribe}, {@link Credit} and the queries. */
    public static String partition(int index) {
        return "weir.partition." + index;
    }

    /**
     * Events in the order of their partition.
     *
     * @param partition who sends
     * @param lost for each subscription that missed events between the batch before and this one: how many
     * @param events may be empty if {@code lost} is not
     * @param costBytes what the batch weighs against the partition's window; give it back with {@link Credit}
     */
    public record EventBatch(int partition, List<Lost> lost, List<Selected> events, int costBytes) {
        public EventBatch(int partition, List<Selected> events, int costBytes) {
            this(partition, List.of(), events, costBytes);
        }
    }

    /**
     * Events that the partition dropped because the consumer of {@link #EVENTS} held its whole window.
     *
     * @param slot whose events
     * @param bytes payload and gap bytes that those events told of
     */
    public record Lost(int slot, long events, long bytes) {}

    /**
     * An event and who asked for it.
     *
     * @param subscribers bit {@code n} is set if the subscription in slot {@code n} matches the stream
     */
    public record Selected(StreamEvent event, long subscribers) {}

    /** From the consumer of {@link #EVENTS} to a partition: a batch of this cost is dealt with. No reply. */
    public record Credit(int costBytes) {}

    /**
     * Asks for events; the partition replies {@link Subscribed} after applying it to open streams as well. A stream that
     * was open already begins, for this subscription, with its open event told again.
     *
     * <p>For who consumes {@link #EVENTS} and asks on one context: every event of the slot's former subscription comes
     * before the reply of its partition, every event of the new one after it.
     *
     * @param slot 0 to 63; replaces what was subscribed in that slot
     * @param types of events wanted, bits of {@link EventType}
     * @param flows which streams
     * @param payload whether data events must carry their bytes
     * @param maxBytes payload wanted of each stream and direction, from its first byte; -1 for all
     * @param stream if not null, the one stream wanted; its retained beginning is sent first, in the reply
     */
    public record Subscribe(int slot, int types, FlowFilter flows, boolean payload, long maxBytes, String stream) {
        public Subscribe(int slot, FlowFilter flows, boolean payload, long maxBytes, String stream) {
            this(slot, EventType.ALL, flows, payload, maxBytes, stream);
        }
    }

    /**
     * @param beginning events so far of the one stream asked for, else empty: its open, then data and gaps in their order,
     *     its close if it is closed. Data and gaps tile each direction from offset 0: data that is not retained is told
     *     without payload, or as a gap {@code evicted} if it had gaps itself.
     */
    public record Subscribed(List<StreamEvent> beginning) {}

    /** Replied with itself: the partition's event loop answers. */
    public record Ping() {}

    /** No reply. */
    public record Unsubscribe(int slot) {}

    /**
     * Asks for one page of the streams that a partition knows, sorted by opening time, then id. Replied with {@link Streams}.
     *
     * @param state which of those that match
     * @param newestFirst the order
     * @param after the place that the page begins behind, in that order; null for the beginning
     * @param limit streams of the page
     */
    public record ListStreams(FlowFilter flows, State state, boolean newestFirst, StreamPlace after, int limit) {
        /** Of the streams that a list shows. */
        public enum State {
            ALL,
            OPEN,
            CLOSED;

            boolean excludes(boolean open) {
                return this == (open ? CLOSED : OPEN);
            }
        }
    }

    /**
     * A snapshot.
     *
     * @param streams in the order asked for; one more than the limit, if there are more
     * @param matching streams on all pages
     */
    public record Streams(List<StreamSummary> streams, long matching) {}

    /** Replied with {@link StreamSummary}, or failed with code 404. */
    public record GetStream(String stream) {}

    /** Retained bytes of one direction; replied with {@link Content}, or failed with code 404. */
    public record GetContent(String stream, String from) {}

    /**
     * Retained bytes of one direction.
     *
     * @param pieces in order of offset, without overlap; holes between them are not retained or were never captured
     * @param length bytes of the whole direction so far, gaps included
     */
    public record Content(StreamSummary stream, List<Piece> pieces, long length) {}

    /** @param timeNs capture time of the packet that completed the piece */
    public record Piece(long offset, byte[] bytes, long timeNs) {}

    /** Registers the identity codec for every message above; once for each Vert.x instance. */
    public static void register(Vertx vertx) {
        EventBus bus = vertx.eventBus();
        bus.registerDefaultCodec(EventBatch.class, new Identity<>(EventBatch.class));
        bus.registerDefaultCodec(Ping.class, new Identity<>(Ping.class));
        bus.registerDefaultCodec(Credit.class, new Identity<>(Credit.class));
        bus.registerDefaultCodec(Subscribe.class, new Identity<>(Subscribe.class));
        bus.registerDefaultCodec(Subscribed.class, new Identity<>(Subscribed.class));
        bus.registerDefaultCodec(Unsubscribe.class, new Identity<>(Unsubscribe.class));
        bus.registerDefaultCodec(ListStreams.class, new Identity<>(ListStreams.class));
        bus.registerDefaultCodec(Streams.class, new Identity<>(Streams.class));
        bus.registerDefaultCodec(GetStream.class, new Identity<>(GetStream.class));
        bus.registerDefaultCodec(StreamSummary.class, new Identity<>(StreamSummary.class));
        bus.registerDefaultCodec(GetContent.class, new Identity<>(GetContent.class));
        bus.registerDefaultCodec(Content.class, new Identity<>(Content.class));
    }

    private record Identity<T>(Class<T> type) implements MessageCodec<T, T> {
        @Override
        public void encodeToWire(Buffer buffer, T message) {
            throw new UnsupportedOperationException(type.getSimpleName() + " stays on its node");
        }

        @Override
        public T decodeFromWire(int position, Buffer buffer) {
            throw new UnsupportedOperationException(type.getSimpleName() + " stays on its node");
        }

        @Override
        public T transform(T message) {
            return message;
        }

        @Override
        public String name() {
            return "weir." + type.getSimpleName();
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
