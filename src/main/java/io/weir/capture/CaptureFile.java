package io.weir.capture;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A capture file or a stream of one: pcap and pcapng, each also gzip-compressed, told apart by their first bytes.
 *
 * <p>Frames are handed on in place, in file order. Takes at most {@value #MAX_MEMORY_BYTES} bytes of memory whatever the file
 * claims; a damaged file gives everything readable before the damage, then one {@link CaptureException} with the byte offset
 * (of the uncompressed bytes).
 */
public final class CaptureFile implements FrameSource {
    /** {@link #interfaceName} of a classic pcap file, which names none. */
    public static final String INTERFACE_NAME = "file";

    public static final int MAX_MEMORY_BYTES = 16 << 20;

    private static final int INITIAL_WAIT_MS = 10_000;

    private final String name;
    private final Window window;
    private final StreamFeed feed;
    private final Frame frame = new Frame();
    private volatile RecordFormat format;
    private CaptureException failure;
    private boolean ended;
    /** Delivered frames for each interface; one writer. Replaced when it grows. */
    private volatile AtomicLongArray delivered = new AtomicLongArray(4);

    private CaptureFile(String name, Window window, StreamFeed feed) {
        this.name = name;
        this.window = window;
        this.feed = feed;
    }

    /**
     * Opens a file, or a named pipe. The head of a file is read at once.
     *
     * @throws CaptureException it is not there, not readable, or no capture file
     */
    public static CaptureFile open(Path path) throws CaptureException {
        String name = path.toString();
        try {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(name);
            }
            if (Files.isDirectory(path)) {
                throw new CaptureException(name + " is a directory; give the capture files in it");
            }
            if (!Files.isRegularFile(path)) {
                return open(Files.newInputStream(path), name);
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            ByteBuffer magic = ByteBuffer.allocate(2);
            boolean compressed = channel.read(magic, 0) == 2 && (magic.getShort(0) & 0xFFFF) == GzipMembers.MAGIC;
            CaptureFile file;
            if (compressed) {
                channel.close();
                file = open(Files.newInputStream(path), name);
                file.window.waitMs(INITIAL_WAIT_MS);
            } else {
                file = new CaptureFile(name, Window.of(channel), null);
            }
            try {
                file.findFormat();
            } catch (CaptureException broken) {
                file.close();
                throw broken;
            }
            return file;
        } catch (NoSuchFileException missing) {
            throw new CaptureException(name + " does not exist", missing);
        } catch (AccessDeniedException denied) {
            throw new CaptureException(name + " may not be read by this user", denied);
        } catch (IOException broken) {
            throw new CaptureException(name + " cannot be read: " + broken.getMessage(), broken);
        }
    }

    /**
     * Reads a stream, such as a pipe; its head is read by the first {@link #poll}. A thread of its own reads the stream, which
     * is closed with this source unless it is standard input.
     *
     * @param name what errors call it, such as {@code standard input}
     */
    public static CaptureFile open(InputStream stream, String name) {
        StreamFeed feed = new StreamFeed(stream, name);
        return new CaptureFile(name, Window.of(feed), feed);
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            return END;
        }
        window.waitMs(waitMs);
        int count = 0;
        try {
            if (format == null && !findFormat()) {
                return 0;
            }
            RecordFormat known = format;
            while (count < maxFrames) {
                RecordFormat.Found found = known.next(window, frame);
                if (found != RecordFormat.Found.FRAME) {
                    ended = found == RecordFormat.Found.END;
                    break;
                }
                count++;
                window.waitMs(0);
                count(frame.interfaceIndex());
                handler.onFrame(frame);
            }
        } catch (CaptureException broken) {
            failure = broken;
        } catch (IOException broken) {
            failure = unreadable(broken);
        }
        if (count == 0 && failure != null) {
            throw failure;
        }
        return count == 0 && ended ? END : count;
    }

    private CaptureException unreadable(IOException broken) {
        String reason = broken instanceof EOFException
                ? "the compressed data is cut short"
                : broken.getMessage() == null ? broken.getClass().getSimpleName() : broken.getMessage();
        long at = window.fileOffset() + window.available();
        return new CaptureException(name + " cannot be read past byte " + at + ": " + reason, broken);
    }

    private void count(int index) {
        AtomicLongArray counters = delivered;
        if (index >= counters.length()) {
            AtomicLongArray larger = new AtomicLongArray(Math.max(index + 1, 2 * counters.length()));
            for (int at = 0; at < counters.length(); at++) {
                larger.setPlain(at, counters.getPlain(at));
            }
            delivered = larger;
            counters = larger;
        }
        counters.setRelease(index, counters.getPlain(index) + 1);
    }

    /** @return false if a stream has not delivered the head yet */
    private boolean findFormat() throws CaptureException {
        try {
            if (!window.has(4)) {
                return headIsMissing(4);
            }
            int magic = window.memory().getInt(window.position());
            if (magic == PcapngFormat.SECTION_HEADER) {
                format = new PcapngFormat(name);
                return true;
            }
            if (!PcapFormat.isMagic(magic) && !PcapFormat.isMagic(Integer.reverseBytes(magic))) {
                throw new CaptureException(name + " is no capture file: it starts with the bytes "
                        + String.format("%08x", magic) + ", and pcap or pcapng is wanted, plain or compressed by gzip");
            }
            if (!window.has(PcapFormat.FILE_HEADER_BYTES)) {
                return headIsMissing(PcapFormat.FILE_HEADER_BYTES);
            }
            format = new PcapFormat(window, name);
            return true;
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }

    private boolean headIsMissing(int wanted) throws CaptureException {
        if (!window.ended()) {
            return false;
        }
        throw new CaptureException(
                window.available() == 0
                        ? name + " is empty: not even the head of a capture file"
                        : name + " is cut short at byte " + window.available()
                                + ": the head of a capture file has at least " + wanted + " bytes");
    }

    /** The name that the file gives, or {@code if<index>}; {@value #INTERFACE_NAME} for classic pcap. */
    @Override
    public String interfaceName(int interfaceIndex) {
        RecordFormat known = format;
        String given = known == null ? null : known.interfaceName(interfaceIndex);
        return given == null || given.isEmpty() ? "if" + interfaceIndex : given;
    }

    @Override
    public Statistics statistics() {
        AtomicLongArray counters = delivered;
        Map<String, Long> byInterface = new LinkedHashMap<>();
        long sum = 0;
        for (int index = 0; index < counters.length(); index++) {
            long count = counters.getAcquire(index);
            if (count > 0) {
                sum += count;
                byInterface.merge(interfaceName(index), count, Long::sum);
            }
        }
        return new Statistics(sum, sum, 0, 0, 0, byInterface);
    }

    /** Only a stream can make {@link #poll} wait. */
    @Override
    public void interrupt() {
        if (feed != null) {
            feed.interrupt();
        }
    }

    @Override
    public void close() {
        ended = true;
        window.close();
    }
}
