package io.weir.bench;

import io.weir.decode.Segment;
import io.weir.reassemble.Connection;
import io.weir.reassemble.Ending;
import io.weir.reassemble.ScatterGather;
import io.weir.reassemble.Stream;
import io.weir.reassemble.StreamFactory;

/** Streams that count what they are told, one object each, and keep nothing. */
final class CountingStreams implements StreamFactory {
    private long bytes;
    private long gaps;
    private int open;
    private int mostOpen;
    private int delivering;

    @Override
    public Stream open(Segment first, Connection connection) {
        mostOpen = Math.max(mostOpen, ++open);
        return new Counting();
    }

    /** Bytes delivered to all streams. */
    long bytes() {
        return bytes;
    }

    long gaps() {
        return gaps;
    }

    /** How many were open at one time at most. */
    int mostOpen() {
        return mostOpen;
    }

    /** How many directions have been told bytes. */
    int delivering() {
        return delivering;
    }

    void clear() {
        bytes = 0;
        gaps = 0;
        open = 0;
        mostOpen = 0;
        delivering = 0;
    }

    private final class Counting implements Stream {
        @Override
        public void reassembled(ScatterGather data) {
            int length = data.length();
            if (data.offset() == 0 && length > 0) {
                delivering++;
            }
            bytes += length;
            if (data.skip() != 0) {
                gaps++;
            }
        }

        @Override
        public boolean complete(Connection connection, Ending ending, long timeNs) {
            open--;
            return true;
        }
    }
}
