package io.weir.capture;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates gzip (RFC 1952): one member after the other, as {@code cat a.gz b.gz} makes them, then zeros if a tape padded them.
 * Java's own stream takes whatever else follows a member, a damaged next one too, for the end, and would lose it in silence.
 */
final class GzipMembers extends InputStream {
    static final int MAGIC = 0x1F8B;

    private static final int DEFLATE = 8;
    private static final int HAS_HEADER_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    /** Modification time, extra flags, operating system. */
    private static final int UNUSED_BYTES = 6;

    private final InputStream source;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] input;
    private int next;
    private int end;
    private boolean inside;
    private int members;

    GzipMembers(InputStream source, int bufferBytes) {
        this.source = source;
        input = new byte[bufferBytes];
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** @throws EOFException it ends inside of a member */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (true) {
            if (!inside && !begin()) {
                return -1;
            }
            int count = inflate(target, offset, length);
            checksum.update(target, offset, count);
            if (count > 0) {
                return count;
            }
            if (inflater.finished()) {
                finish();
            } else if (inflater.needsInput()) {
                fill();
                inflater.setInput(input, 0, end);
            } else {
                throw new IOException("the compressed data is damaged: it wants a dictionary");
            }
        }
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException damaged) {
            throw new IOException("the compressed data is damaged: " + damaged.getMessage(), damaged);
        }
    }

    /** @return false at the end */
    private boolean begin() throws IOException {
        int first = 0;
        do {
            if (next == end && !refilled()) {
                return false;
            }
            first = unsigned();
        } while (first == 0 && members > 0);
        if (first != MAGIC >>> 8 || unsigned() != (MAGIC & 0xFF)) {
            throw new IOException("what follows its compressed data is not gzip");
        }
        if (unsigned() != DEFLATE) {
            throw new IOException("it is compressed in a way that gzip does not know");
        }
        int flags = unsigned();
        skip(UNUSED_BYTES);
        if ((flags & HAS_EXTRA) != 0) {
            skip(unsigned() | unsigned() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        inflater.reset();
        checksum.reset();
        inflater.setInput(input, next, end - next);
        members++;
        inside = true;
        return true;
    }

    private void finish() throws IOException {
        inside = false;
        next = end - inflater.getRemaining();
        long wanted = number();
        long length = number();
        if (wanted != checksum.getValue() || length != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
            throw new IOException("the compressed data is damaged: its checksum or length is another one");
        }
    }

    /** Gives back the memory of the inflater, which lies outside of the heap. The source stays open. */
    @Override
    public void close() {
        inflater.end();
    }

    private long number() throws IOException {
        long low = unsigned() | unsigned() << 8;
        return low | (long) (unsigned() | unsigned() << 8) << 16;
    }

    private void skip(int bytes) throws IOException {
        for (int count = 0; count < bytes; count++) {
            unsigned();
        }
    }

    private void skipText() throws IOException {
        while (unsigned() != 0) {
            // up to the zero that ends it
        }
    }

    private int unsigned() throws IOException {
        if (next == end) {
            fill();
        }
        return input[next++] & 0xFF;
    }

    private void fill() throws IOException {
        if (!refilled()) {
            throw new EOFException();
        }
    }

    private boolean refilled() throws IOException {
        next = 0;
        end = Math.max(0, source.read(input, 0, input.length));
        return end > 0;
    }
}
