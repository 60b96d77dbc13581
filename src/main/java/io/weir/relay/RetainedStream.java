package io.weir.relay;

import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.GapCause;
import io.weir.relay.Bus.Piece;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Totals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Retained of one stream, both directions with the order between them. A link in one of {@link Retention}'s lists. */
final class RetainedStream {
    /** What the objects of one stream take besides their arrays. */
    static final int OVERHEAD_BYTES = 320;

    /** The longest stretch that one data event may tell. */
    private static final long MAX_DATA_LENGTH = 1 << 30;

    // of Retention
    RetainedStream previous;
    RetainedStream next;
    long charged;
    boolean closed;

    private RetainedBytes client;
    private RetainedBytes server;
    private long ordinal;

    RetainedStream(Retention retention, boolean withHead) {
        client = new RetainedBytes(retention, this, withHead);
        server = new RetainedBytes(retention, this, withHead);
    }

    /** Whether the retention has taken everything back; nothing may be added then. */
    boolean evicted() {
        return client == null;
    }

    void forget() {
        client = null;
        server = null;
    }

    int data(FlowDirection direction, long offset, PayloadSource source, int from, int length, long timeNs) {
        return of(direction).data(offset, source, from, length, timeNs, ordinal++);
    }

    void gap(FlowDirection direction, long offset, long length, GapCause cause, long timeNs) {
        of(direction).gap(offset, length, cause, timeNs, ordinal++);
    }

    /** Data of at least one byte each, in order of offset. */
    List<Piece> pieces(FlowDirection direction) {
        List<Piece> pieces = new ArrayList<>();
        if (!evicted()) {
            of(direction).pieces(pieces);
        }
        return pieces;
    }

    private RetainedBytes of(FlowDirection direction) {
        return direction == FlowDirection.CLIENT_TO_SERVER ? client : server;
    }

    /**
     * Data and gaps of both directions in their order. They tile each direction from 0 to its end; what is not retained
     * is data without payload, or, where gaps were forgotten, a gap {@code evicted}.
     *
     * @param retained null if nothing is
     * @param payload false: data is told without its bytes
     * @param summary of the stream now
     */
    static List<StreamEvent> replay(RetainedStream retained, boolean payload, StreamSummary summary) {
        List<StreamEvent> events = new ArrayList<>();
        String stream = summary.open().stream();
        RetainedBytes ofClient = retained == null ? null : retained.client;
        RetainedBytes ofServer = retained == null ? null : retained.server;
        Tiles clientTiles = new Tiles(stream, FlowDirection.CLIENT_TO_SERVER, ofClient, payload, summary.client());
        Tiles serverTiles = new Tiles(stream, FlowDirection.SERVER_TO_CLIENT, ofServer, payload, summary.server());
        while (clientTiles.more() || serverTiles.more()) {
            (clientTiles.ordinal() < serverTiles.ordinal() ? clientTiles : serverTiles).next(events);
        }
        clientTiles.end(summary.lastSeenNs(), events);
        serverTiles.end(summary.lastSeenNs(), events);
        return events;
    }

    /** Walks through one direction. */
    private static final class Tiles {
        private final String stream;
        private final FlowDirection direction;
        private final RetainedBytes bytes;
        private final List<Piece> pieces = new ArrayList<>();
        private final int headCount;
        private final int count;
        private final Totals totals;
        private final boolean gapsForgotten;
        private int index;
        private int piece;
        private long told;

        Tiles(String stream, FlowDirection direction, RetainedBytes bytes, boolean payload, Totals totals) {
            this.stream = stream;
            this.direction = direction;
            this.bytes = bytes;
            this.totals = totals;
            headCount = bytes == null ? 0 : bytes.headMarks().count();
            count = bytes == null ? 0 : headCount + bytes.tailMarks().count();
            if (bytes != null && payload) {
                bytes.pieces(pieces);
            }
            gapsForgotten = gapBytes() < totals.gapBytes();
        }

        private long gapBytes() {
            long gapBytes = 0;
            for (index = 0; index < count; index++) {
                gapBytes += marks().cause(position()) == null ? 0 : marks().length(position());
            }
            index = 0;
            return gapBytes;
        }

        boolean more() {
            return index < count;
        }

        long ordinal() {
            return more() ? marks().ordinal(position()) : Long.MAX_VALUE;
        }

        void next(List<StreamEvent> events) {
            Marks marks = marks();
            int at = position();
            long offset = marks.offset(at);
            long length = marks.length(at);
            fill(offset, marks.timeNs(at), events);
            if (marks.cause(at) != null) {
                events.add(new Gap(stream, marks.timeNs(at), direction, offset, length, marks.cause(at)));
            } else {
                data(offset, (int) length, marks.timeNs(at), events);
            }
            told = offset + length;
            index++;
        }

        /** A reader takes no more at a time than when the stream was live, whatever was kept as one stretch. */
        private void data(long offset, int length, long timeNs, List<StreamEvent> events) {
            byte[] payload = pieces.isEmpty() ? null : pieces.get(piece++).bytes();
            int most = payload == null ? length : EventTeller.MAX_DATA_BYTES;
            for (int from = 0; from < length; from += most) {
                int part = Math.min(most, length - from);
                byte[] bytes = part == length ? payload : Arrays.copyOfRange(payload, from, from + part);
                events.add(new Data(stream, timeNs, direction, offset + from, part, bytes, StreamEvent.UNKNOWN));
            }
        }

        void end(long timeNs, List<StreamEvent> events) {
            fill(totals.bytes() + totals.gapBytes(), timeNs, events);
        }

        private void fill(long end, long timeNs, List<StreamEvent> events) {
            if (told < end && gapsForgotten) {
                events.add(new Gap(stream, timeNs, direction, told, end - told, GapCause.EVICTED));
                told = end;
            }
            while (told < end) {
                int length = (int) Math.min(end - told, MAX_DATA_LENGTH);
                events.add(new Data(stream, timeNs, direction, told, length, null, StreamEvent.UNKNOWN));
                told += length;
            }
        }

        private Marks marks() {
            return index < headCount ? bytes.headMarks() : bytes.tailMarks();
        }

        private int position() {
            return index < headCount ? index : index - headCount;
        }
    }
}
