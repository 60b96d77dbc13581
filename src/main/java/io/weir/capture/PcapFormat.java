package io.weir.capture;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Classic pcap (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and Kuznetzov's modified format with its
 * longer record heads.
 */
final class PcapFormat implements RecordFormat {
    static final int MICROSECONDS = 0xA1B2C3D4;
    static final int NANOSECONDS = 0xA1B23C4D;
    static final int MODIFIED = 0xA1B2CD34;

    static final int FILE_HEADER_BYTES = 24;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int MODIFIED_RECORD_HEADER_BYTES = 24;
    /** Where Kuznetzov's record head has the packet type of sockaddr_ll. */
    private static final int PACKET_TYPE_OFFSET = 22;

    private static final int OUTGOING = 4;

    private final String name;
    private final boolean swapped;
    private final boolean nanoseconds;
    private final boolean modified;
    private final int recordHeaderBytes;
    private final int linkType;
    /** Before version 2.4 some writers stored the two lengths the other way round. */
    private final boolean lengthsMayBeSwapped;

    private long records;

    /** The window has the file header at its position. */
    PcapFormat(Window window, String name) throws CaptureException {
        this.name = name;
        ByteBuffer memory = window.memory();
        int at = window.position();
        int magic = memory.getInt(at);
        swapped = !isMagic(magic);
        int known = swapped ? Integer.reverseBytes(magic) : magic;
        nanoseconds = known == NANOSECONDS;
        modified = known == MODIFIED;
        recordHeaderBytes = modified ? MODIFIED_RECORD_HEADER_BYTES : RECORD_HEADER_BYTES;
        int major =
                swapped ? Short.toUnsignedInt(Short.reverseBytes(memory.getShort(at + 4))) : memory.getShort(at + 4);
        int minor =
                swapped ? Short.toUnsignedInt(Short.reverseBytes(memory.getShort(at + 6))) : memory.getShort(at + 6);
        if (major != 2) {
            throw new CaptureException(
                    name + " is a pcap file of version " + major + "." + minor + " (byte 4); only version 2 is known");
        }
        lengthsMayBeSwapped = minor < 4;
        // the high bits tell the length of the frame check sequence; IP's own length cuts it off
        linkType = u32(memory, at + 20) & 0xFFFF;
        window.skip(FILE_HEADER_BYTES);
    }

    static boolean isMagic(int magic) {
        return magic == MICROSECONDS || magic == NANOSECONDS || magic == MODIFIED;
    }

    @Override
    public Found next(Window window, Frame frame) throws CaptureException, IOException {
        if (!window.has(recordHeaderBytes)) {
            return endOrWait(window, -1);
        }
        ByteBuffer memory = window.memory();
        int at = window.position();
        int captured = u32(memory, at + 8);
        int wire = u32(memory, at + 12);
        if (lengthsMayBeSwapped && Integer.compareUnsigned(captured, wire) > 0) {
            int length = captured;
            captured = wire;
            wire = length;
        }
        if (captured < 0 || captured > MAX_FRAME_BYTES) {
            throw new CaptureException(name + " is damaged at byte " + window.fileOffset() + ": record " + (records + 1)
                    + " says " + Integer.toUnsignedString(captured) + " bytes, and a frame has at most "
                    + MAX_FRAME_BYTES);
        }
        if (!window.has(recordHeaderBytes + captured)) {
            return endOrWait(window, captured);
        }
        memory = window.memory();
        at = window.position();
        records++;
        long seconds = u32(memory, at) & 0xFFFFFFFFL;
        long fraction = u32(memory, at + 4) & 0xFFFFFFFFL;
        frame.bytes(memory, at + recordHeaderBytes, captured, wire < 0 ? Integer.MAX_VALUE : Math.max(wire, captured))
                .origin(seconds * 1_000_000_000L + (nanoseconds ? fraction : fraction * 1000), linkType, 0)
                .outgoing(modified && memory.get(at + PACKET_TYPE_OFFSET) == OUTGOING);
        window.skip(recordHeaderBytes + captured);
        return Found.FRAME;
    }

    /** @param captured length of the record that is not all there, or -1 if not even its head is */
    private Found endOrWait(Window window, int captured) throws CaptureException {
        if (!window.ended()) {
            return Found.NOTHING;
        }
        int left = window.available();
        if (left == 0) {
            return Found.END;
        }
        long end = window.fileOffset() + left;
        String record = "record " + (records + 1);
        throw new CaptureException(name + " is cut short at byte " + end + ": "
                + (captured < 0
                        ? "the head of " + record + " has " + recordHeaderBytes + " bytes, " + left + " are left"
                        : record + " says " + captured + " bytes, " + (left - recordHeaderBytes) + " are left"));
    }

    @Override
    public String interfaceName(int index) {
        return index == 0 ? CaptureFile.INTERFACE_NAME : null;
    }

    private int u32(ByteBuffer memory, int at) {
        int value = memory.getInt(at);
        return swapped ? Integer.reverseBytes(value) : value;
    }
}
