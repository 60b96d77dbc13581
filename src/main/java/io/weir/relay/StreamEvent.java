package io.weir.relay;

import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Ending;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.HalfConnection;
import io.weir.reassemble.Roles;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What happened to one stream. Immutable, so that one object serves every reader on every thread. */
public sealed interface StreamEvent {
    /** {@link Data#ackedTo} and {@link Totals#ackedTo} while the other side has acknowledged nothing. */
    long UNKNOWN = -1;

    /** Id of the stream, unique over nodes and restarts. */
    String stream();

    /** Capture time of the packet that caused it, nanoseconds since 1970. */
    long timeNs();

    /** One end of a connection. */
    record Endpoint(String ip, int port) {}

    record Open(
            String stream,
            long timeNs,
            Endpoint client,
            Endpoint server,
            String communityId,
            List<String> path,
            String interfaceName,
            boolean midstream,
            Roles roles)
            implements StreamEvent {}

    /**
     * @param length bytes of the stream that it tells of
     * @param memory has all of them from index {@code from} on, besides those of other events; never changed after
     *     construction. Null if nobody asked for them
     */
    record Data(
            String stream,
            long timeNs,
            FlowDirection direction,
            long offset,
            int length,
            byte[] memory,
            int from,
            long ackedTo)
            implements StreamEvent {
        public Data {
            if (memory != null) {
                Objects.checkFromIndexSize(from, length, memory.length);
            }
        }

        /** @param payload all of the bytes and nothing else, or null */
        public Data(
                String stream,
                long timeNs,
                FlowDirection direction,
                long offset,
                int length,
                byte[] payload,
                long ackedTo) {
            this(stream, timeNs, direction, offset, length, payload, 0, ackedTo);
        }

        public boolean hasPayload() {
            return memory != null;
        }

        /** A copy of the bytes; null if nobody asked for them. */
        public byte[] payload() {
            return memory == null ? null : Arrays.copyOfRange(memory, from, from + length);
        }
    }

    record Gap(String stream, long timeNs, FlowDirection direction, long offset, long length, GapCause cause)
            implements StreamEvent {}

    /** @param offset stream offset, or {@link #UNKNOWN} where the anomaly belongs to no particular byte */
    record Odd(
            String stream,
            long timeNs,
            Anomaly name,
            FlowDirection direction,
            long offset,
            long length,
            long keptDigest,
            long otherDigest)
            implements StreamEvent {}

    record Close(String stream, long timeNs, Ending reason, Totals client, Totals server) implements StreamEvent {}

    /** Totals of one direction, named by its sender. */
    record Totals(
            long bytes,
            long gapBytes,
            long duplicateBytes,
            long packets,
            long outOfOrderPackets,
            long overlapBytes,
            long conflictBytes,
            long ackedTo) {
        static Totals of(HalfConnection half) {
            return new Totals(
                    half.bytes(),
                    half.gapBytes(),
                    half.duplicateBytes(),
                    half.packets(),
                    half.outOfOrderPackets(),
                    half.overlapBytes(),
                    half.conflictBytes(),
                    half.ackedTo());
        }
    }
}
