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
    /** Of a cache line; the TCP header ends in it, or in the first. */
    private static final int SECOND_LINE_AT = 64;

    private static final int AHEAD = 96;

    private final ByteBuffer memory;
    private final int[] places = new int[AHEAD + 1];
    /** Four different ones that records had. */
    private final int[] sizes = new int[4];
    /** Written so that no compiler leaves the looks out. */
    private int looked;

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
        for (int at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= memory.limit(); ) {
            int records = goAhead(at);
            for (int record = 0; record < records; record++) {
                packet(places[record], packets);
            }
            at = places[records];
        }
    }

    /**
     * Finds the places of the next records and has a look at each one's headers, so that the machine waits for many of them at
     * a time. It can do so because a branch is predicted: behind {@code if (captured == size)} the next place does not depend
     * on what memory has yet to tell, and most records have one of a few sizes.
     *
     * @return how many; the last one's end is in {@code places} too
     */
    private int goAhead(int at) {
        int count = 0;
        int seen = 0;
        int end = memory.limit();
        int a = sizes[0];
        int b = sizes[1];
        int c = sizes[2];
        int d = sizes[3];
        while (count < AHEAD && at + RECORD_HEADER_BYTES <= end) {
            places[count++] = at;
            int captured = Integer.reverseBytes(memory.getInt(at + CAPTURED_LENGTH_AT));
            seen += memory.get(Math.min(at + SECOND_LINE_AT, end - 1));
            at += RECORD_HEADER_BYTES;
            if (captured == a) {
                at += a;
            } else if (captured == b) {
                at += b;
            } else if (captured == c) {
                at += c;
            } else if (captured == d) {
                at += d;
            } else {
                at += captured;
                d = c;
                c = b;
                b = a;
                a = captured;
            }
        }
        places[count] = at;
        sizes[0] = a;
        sizes[1] = b;
        sizes[2] = c;
        sizes[3] = d;
        looked = seen;
        return count;
    }

    private void packet(int at, Packets packets) {
        long time = Long.reverseBytes(memory.getLong(at));
        long lengths = Long.reverseBytes(memory.getLong(at + CAPTURED_LENGTH_AT));
        int captured = (int) lengths;
        int wire = (int) (lengths >>> 32);
        long timeNs = (time & 0xFFFFFFFFL) * 1_000_000_000L + (time >>> 32) * 1_000;
        packets.packet(memory, at + RECORD_HEADER_BYTES, captured, wire, timeNs);
    }
}
