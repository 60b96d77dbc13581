package io.weir.relay;

import io.weir.reassemble.Ending;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.HalfConnection;
import io.weir.tally.Counters;
import io.weir.tally.DistinctErrors;

/** Counters and levels of one relay. Its partition's thread writes, any thread reads. */
public final class RelayLedger {
    private final Counters<RelayCounter> counters = new Counters<>(RelayCounter.class);
    private final Counters<GapCause> gapBytes = new Counters<>(GapCause.class);
    private final Counters<Ending> closed = new Counters<>(Ending.class);
    private volatile long openStreams;
    private volatile long rememberedStreams;
    private volatile long retainedBytes;
    private volatile long waitingBytes;
    private final DistinctErrors failures = new DistinctErrors();

    public Counters<RelayCounter> counters() {
        return counters;
    }

    /** Bytes told as gaps, by cause. */
    public Counters<GapCause> gapBytes() {
        return gapBytes;
    }

    /** Streams closed, by reason. */
    public Counters<Ending> closed() {
        return closed;
    }

    /** Streams open now. */
    public long openStreams() {
        return openStreams;
    }

    /** Closed streams that the catalogue remembers now. */
    public long rememberedStreams() {
        return rememberedStreams;
    }

    /** Memory that retained bytes take now, their bookkeeping included. */
    public long retainedBytes() {
        return retainedBytes;
    }

    /** Memory that bytes above a hole take now. */
    public long waitingBytes() {
        return waitingBytes;
    }

    /** Defects of ours that were met and survived; times are packet times. */
    public DistinctErrors failures() {
        return failures;
    }

    void waiting(long bytes) {
        waitingBytes = bytes;
    }

    /** A stream ended: its totals join the others. */
    void closed(Ending ending, HalfConnection client, HalfConnection server) {
        closed.increment(ending);
        add(client);
        add(server);
    }

    private void add(HalfConnection half) {
        counters.add(RelayCounter.CLOSED_PACKETS, half.packets());
        counters.add(RelayCounter.CLOSED_OUT_OF_ORDER_PACKETS, half.outOfOrderPackets());
        counters.add(RelayCounter.CLOSED_DUPLICATE_BYTES, half.duplicateBytes());
        counters.add(RelayCounter.CLOSED_OVERLAP_BYTES, half.overlapBytes());
        counters.add(RelayCounter.CLOSED_CONFLICT_BYTES, half.conflictBytes());
        counters.add(RelayCounter.CLOSED_REFUSED_BYTES, half.refusedBytes());
    }

    void streams(long open, long remembered) {
        openStreams = open;
        rememberedStreams = remembered;
    }

    void retained(long bytes) {
        retainedBytes = bytes;
    }
}
