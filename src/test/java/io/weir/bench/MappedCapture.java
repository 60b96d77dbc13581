package io.weir.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A little-endian pcap file with microseconds, mapped into memory once: the cheapest way there is to get at a file's packets,
 * to tell what decode and reassemble cost without the copy out of the page cache. weir itself does not map files, because
 * a file that is cut short meanwhile would show zeros or end the process.
 */
final class MappedCapture {
    private static final int FILE_HEADER_BYTES = 24;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int MAGIC = 0xD4C3B2A1;
    private static final int CAPTURED_LENGTH_AT = 8;

    private final ByteBuffer memory;

    /** Gets each packet in place. */
    interface Packets {
        void packet(ByteBuffer memory, int offset, int capturedLength, int wireLength, long timeNs);
    }

    MappedCapture(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            memory = channel.map(MapMode.READ_ONLY, 0, channel.size());
        }
        if (memory.getInt(0) != MAGIC) {
            throw new IOException(file + " is no little-endian pcap file");
        }
    }

    /** All packets from the first one. */
    void read(Packets packets) {
        int end = memory.limit();
        for (int at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= end; ) {
            long seconds = Integer.reverseBytes(memory.getInt(at));
            long micros = Integer.reverseBytes(memory.getInt(at + 4));
            int captured = Integer.reverseBytes(memory.getInt(at + CAPTURED_LENGTH_AT));
            int wire = Integer.reverseBytes(memory.getInt(at + 12));
            at += RECORD_HEADER_BYTES;
            packets.packet(memory, at, captured, wire, seconds * 1_000_000_000L + micros * 1_000);
            at += captured;
        }
    }
}
