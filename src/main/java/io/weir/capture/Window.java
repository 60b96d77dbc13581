package io.weir.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The part of a capture file that is in memory: bytes {@link #position} to {@link #limit} of {@link #memory}, refilled from a
 * channel or a {@link StreamFeed}. Grows to at most {@value #MAX_BYTES} bytes, whatever a file claims.
 */
final class Window implements AutoCloseable {
    /** Small enough to stay in a core's second-level cache between the copy from the file and the look at it. */
    private static final int INITIAL_BYTES = 1 << 18;

    private static final int SMALLEST_BYTES = 1 << 16;
    static final int MAX_BYTES = 4 << 20;

    private final FileChannel channel;
    private final StreamFeed feed;
    private ByteBuffer memory;
    private int position;
    private int limit;
    /** Offset in the file of the byte at index 0 of the memory. */
    private long base;
    /** Bytes that are to be thrown away as they come. */
    private long skipping;

    private boolean ended;
    private int waitMs;

    private Window(FileChannel channel, StreamFeed feed, int initialBytes) {
        memory = ByteBuffer.allocateDirect(initialBytes);
        this.channel = channel;
        this.feed = feed;
    }

    static Window of(FileChannel channel) throws IOException {
        long bytes = Math.max(SMALLEST_BYTES, Math.min(INITIAL_BYTES, channel.size()));
        return new Window(channel, null, (int) bytes);
    }

    static Window of(StreamFeed feed) {
        return new Window(null, feed, INITIAL_BYTES);
    }

    /** How long {@link #has} may wait for a stream that has nothing yet. */
    void waitMs(int waitMs) {
        this.waitMs = waitMs;
    }

    /** Big-endian, as a buffer is by default. */
    ByteBuffer memory() {
        return memory;
    }

    int position() {
        return position;
    }

    /** Bytes that are there; all that will ever be there once {@link #ended}. */
    int available() {
        return skipping > 0 ? 0 : limit - position;
    }

    boolean ended() {
        return ended;
    }

    /** Bytes that {@link #skip} still wants from the file. */
    long missing() {
        return skipping;
    }

    /** Offset in the file behind the last byte read so far. */
    long end() {
        return base + limit;
    }

    /** Offset in the file of the next byte. */
    long fileOffset() {
        return base + position + skipping;
    }

    /**
     * Makes sure that {@code length} bytes, at most {@link #MAX_BYTES}, lie at {@link #position}. May move the bytes: what was
     * handed out before is void then.
     *
     * @return false if the file ends before, or if a stream has not delivered them yet
     */
    boolean has(int length) throws IOException {
        return limit - position >= length && skipping == 0 || fill(length);
    }

    /** Goes on behind the next {@code length} bytes, whether they are there or not. */
    void skip(long length) {
        if (skipping == 0 && length <= limit - position) {
            position += (int) length;
        } else {
            skipping += length;
        }
    }

    private boolean fill(int length) throws IOException {
        while (true) {
            if (skipping > 0) {
                int now = (int) Math.min(skipping, limit - position);
                position += now;
                skipping -= now;
            }
            if (skipping == 0 && limit - position >= length) {
                return true;
            }
            if (ended) {
                return false;
            }
            makeRoom(length);
            memory.position(limit).limit(memory.capacity());
            int count = channel != null ? channel.read(memory) : feed.read(memory, waitMs);
            memory.clear();
            if (count == 0) {
                return false;
            }
            if (count < 0) {
                ended = true;
            } else {
                limit += count;
            }
        }
    }

    private void makeRoom(int length) {
        if (position == limit) {
            base += position;
            position = 0;
            limit = 0;
        }
        if (memory.capacity() - position >= length && limit < memory.capacity()) {
            return;
        }
        ByteBuffer target = memory;
        if (length > memory.capacity()) {
            int capacity = Math.max(Integer.highestOneBit(length - 1) << 1, 2 * memory.capacity());
            target = ByteBuffer.allocateDirect(Math.min(MAX_BYTES, capacity));
        }
        ByteBuffer kept = memory.slice(position, limit - position);
        target.put(kept).clear();
        base += position;
        limit -= position;
        position = 0;
        memory = target;
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            } else {
                feed.close();
            }
        } catch (IOException ignored) {
            // read only: nothing can be lost
        }
    }
}
