package io.weir.relay;

/** Finds a stream by its number, in the same time however many there are. Grows with what it holds. One thread. */
final class StreamIndex {
    private static final int MIN_BUCKETS = 512;

    private RelayedStream[] buckets = new RelayedStream[MIN_BUCKETS];
    private int size;

    void add(RelayedStream stream) {
        if (++size > buckets.length) {
            grow();
        }
        put(stream);
    }

    private void grow() {
        RelayedStream[] before = buckets;
        buckets = new RelayedStream[2 * before.length];
        for (RelayedStream chain : before) {
            for (RelayedStream stream = chain; stream != null; ) {
                RelayedStream rest = stream.sameBucket;
                put(stream);
                stream = rest;
            }
        }
    }

    private void put(RelayedStream stream) {
        int bucket = bucket(stream.number());
        stream.sameBucket = buckets[bucket];
        buckets[bucket] = stream;
    }

    void remove(RelayedStream stream) {
        int bucket = bucket(stream.number());
        if (buckets[bucket] == stream) {
            buckets[bucket] = stream.sameBucket;
        } else {
            RelayedStream before = buckets[bucket];
            while (before.sameBucket != stream) {
                before = before.sameBucket;
            }
            before.sameBucket = stream.sameBucket;
        }
        stream.sameBucket = null;
        size--;
    }

    /** Null if there is none. */
    RelayedStream find(long number) {
        RelayedStream stream = buckets[bucket(number)];
        while (stream != null && stream.number() != number) {
            stream = stream.sameBucket;
        }
        return stream;
    }

    /** Numbers of one partition are as far apart as there are partitions. */
    private int bucket(long number) {
        return (int) (number * 0x9E3779B97F4A7C15L >>> 32) & buckets.length - 1;
    }
}
