package io.weir.capture;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Bytes of an input stream that may block for ever, such as a pipe: a thread of its own reads (and inflates gzip), so that the
 * reading side can wait for a bounded time. Holds at most {@value #CHUNKS} chunks of {@value #CHUNK_BYTES} bytes.
 */
final class StreamFeed implements AutoCloseable {
    static final int CHUNK_BYTES = 256 << 10;
    static final int CHUNKS = 4;

    /** Bytes from the stream, or its end: {@code bytes} null, with the reason if it was not a proper one. */
    private record Chunk(byte[] bytes, int length, IOException failure) {}

    /** Ends a wait without a byte. */
    private static final Chunk WAKE_UP = new Chunk(new byte[0], 0, null);

    private final InputStream stream;
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(CHUNKS);
    private final Thread thread;
    private volatile boolean closed;
    private Chunk current;
    private int taken;

    StreamFeed(InputStream stream, String name) {
        this.stream = stream;
        for (int count = 0; count < CHUNKS; count++) {
            empty.add(new byte[CHUNK_BYTES]);
        }
        thread = new Thread(this::run, "weir-read-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Copies what is there, waiting at most {@code waitMs} for the first byte.
     *
     * @return bytes copied, 0 if none came, -1 at the end
     */
    int read(ByteBuffer target, int waitMs) throws IOException {
        if (current == null) {
            current = await(waitMs);
            taken = 0;
        }
        if (current == null || current == WAKE_UP) {
            current = null;
            return 0;
        }
        if (current.bytes == null) {
            if (current.failure != null) {
                throw current.failure;
            }
            return -1;
        }
        int count = Math.min(target.remaining(), current.length - taken);
        target.put(current.bytes, taken, count);
        taken += count;
        if (taken == current.length) {
            empty.add(current.bytes);
            current = null;
        }
        return count;
    }

    private Chunk await(int waitMs) {
        try {
            return waitMs > 0 ? full.poll(waitMs, TimeUnit.MILLISECONDS) : full.poll();
        } catch (InterruptedException wakeUp) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Makes a waiting {@link #read} return. Any thread. */
    void interrupt() {
        // no room means that there are bytes, so nobody waits
        full.offer(WAKE_UP);
    }

    private void run() {
        IOException failure = null;
        try {
            InputStream source = new BufferedInputStream(stream, CHUNK_BYTES / 4);
            source.mark(2);
            int magic = source.read() << 8 | source.read();
            source.reset();
            if (magic == GzipMembers.MAGIC) {
                try (GzipMembers inflated = new GzipMembers(source, CHUNK_BYTES / 4)) {
                    copy(inflated);
                }
            } else {
                copy(source);
            }
        } catch (IOException broken) {
            failure = broken;
        } catch (InterruptedException stop) {
            return;
        }
        try {
            full.put(new Chunk(null, 0, failure));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void copy(InputStream source) throws IOException, InterruptedException {
        while (!closed) {
            byte[] bytes = empty.take();
            int count = source.read(bytes, 0, CHUNK_BYTES);
            if (count < 0) {
                return;
            }
            full.put(new Chunk(bytes, count, null));
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        thread.interrupt();
        if (stream != System.in) {
            stream.close();
        }
    }
}
