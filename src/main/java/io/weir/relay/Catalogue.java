package io.weir.relay;

/**
 * The streams that are open, bounded by the assembler, and those that closed recently: at most as many as it was made
 * for, the one that closed first is forgotten first, its retained bytes with it. One thread.
 */
final class Catalogue {
    private final RelayedStream open = new RelayedStream(null, -1, 0);
    private final RelayedStream[] closed;
    private final StreamIndex index = new StreamIndex();
    private final RelayLedger ledger;
    private int openCount;
    private long closedTotal;

    Catalogue(int closedStreams, RelayLedger ledger) {
        this.closed = new RelayedStream[closedStreams];
        this.ledger = ledger;
        open.previous = open;
        open.next = open;
    }

    void opened(RelayedStream stream) {
        stream.previous = open.previous;
        stream.next = open;
        open.previous.next = stream;
        open.previous = stream;
        openCount++;
        index.add(stream);
        ledger.counters().increment(RelayCounter.STREAMS_OPENED);
        tellLedger();
    }

    void closed(RelayedStream stream) {
        stream.previous.next = stream.next;
        stream.next.previous = stream.previous;
        stream.previous = null;
        stream.next = null;
        openCount--;
        if (closed.length == 0) {
            forget(stream);
        } else {
            int at = (int) (closedTotal++ % closed.length);
            if (closed[at] != null) {
                forget(closed[at]);
                ledger.counters().increment(RelayCounter.CATALOGUE_FORGOTTEN);
            }
            closed[at] = stream;
        }
        tellLedger();
    }

    private void forget(RelayedStream stream) {
        index.remove(stream);
        stream.forget();
    }

    RelayedStream[] openStreams() {
        RelayedStream[] streams = new RelayedStream[openCount];
        int at = 0;
        for (RelayedStream stream = open.next; stream != open; stream = stream.next) {
            streams[at++] = stream;
        }
        return streams;
    }

    /** Null if no stream with this number is known. */
    RelayedStream find(long number) {
        return index.find(number);
    }

    /** All streams: open ones, then closed ones, newest first in each part. */
    RelayedStream[] streams() {
        RelayedStream[] streams = new RelayedStream[openCount + remembered()];
        int at = 0;
        for (RelayedStream stream = open.previous; stream != open; stream = stream.previous) {
            streams[at++] = stream;
        }
        for (long index = closedTotal - 1; at < streams.length; index--) {
            streams[at++] = closed[(int) (index % closed.length)];
        }
        return streams;
    }

    private int remembered() {
        return (int) Math.min(closedTotal, closed.length);
    }

    private void tellLedger() {
        ledger.streams(openCount, remembered());
    }
}
