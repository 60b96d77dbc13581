package io.weir.decode;

import java.nio.ByteBuffer;

/** How a segment is written into a lane's batch: fields at fixed places, then the path, then the payload. */
final class SegmentForm {
    /** Bytes besides path and payload. */
    static final int FIXED_BYTES = 104;

    private SegmentForm() {}

    static void write(Segment segment, ByteBuffer target, int at) {
        target.putLong(at, segment.timeNs);
        target.putLong(at + 8, segment.hash);
        target.putLong(at + 16, segment.sourceHigh);
        target.putLong(at + 24, segment.sourceLow);
        target.putLong(at + 32, segment.destinationHigh);
        target.putLong(at + 40, segment.destinationLow);
        target.putInt(at + 48, segment.sourcePort << 16 | segment.destinationPort);
        target.putInt(at + 52, segment.interfaceIndex);
        target.putInt(at + 56, segment.domain);
        target.putInt(at + 60, segment.wireLength);
        target.putInt(at + 64, segment.sequence);
        target.putInt(at + 68, segment.acknowledgement);
        target.putInt(at + 72, segment.window << 16 | segment.urgentPointer);
        target.putInt(at + 76, segment.flags << 16 | segment.options);
        target.putInt(at + 80, segment.maximumSegmentSize << 16 | segment.windowScale << 8 | segment.hopLimit);
        target.putInt(at + 84, segment.timestampValue);
        target.putInt(at + 88, segment.timestampEcho);
        target.putInt(at + 92, segment.payloadLength);
        target.putInt(at + 96, segment.payloadWireLength);
        target.putInt(at + 100, segment.checksum.ordinal() << 16 | (segment.ipv6 ? 1 << 8 : 0) | segment.pathLength);
        int next = at + FIXED_BYTES;
        for (int index = 0; index < segment.pathLength; index++, next += 8) {
            target.putLong(next, segment.path[index]);
        }
        if (segment.payloadLength > 0) {
            target.put(next, segment.memory, segment.payloadOffset, segment.payloadLength);
        }
    }

    static void read(Segment segment, ByteBuffer source, int at) {
        segment.timeNs = source.getLong(at);
        segment.hash = source.getLong(at + 8);
        segment.sourceHigh = source.getLong(at + 16);
        segment.sourceLow = source.getLong(at + 24);
        segment.destinationHigh = source.getLong(at + 32);
        segment.destinationLow = source.getLong(at + 40);
        int both = source.getInt(at + 48);
        segment.sourcePort = both >>> 16;
        segment.destinationPort = both & 0xFFFF;
        segment.interfaceIndex = source.getInt(at + 52);
        segment.domain = source.getInt(at + 56);
        segment.wireLength = source.getInt(at + 60);
        segment.sequence = source.getInt(at + 64);
        segment.acknowledgement = source.getInt(at + 68);
        both = source.getInt(at + 72);
        segment.window = both >>> 16;
        segment.urgentPointer = both & 0xFFFF;
        both = source.getInt(at + 76);
        segment.flags = both >>> 16;
        segment.options = both & 0xFFFF;
        both = source.getInt(at + 80);
        segment.maximumSegmentSize = both >>> 16;
        segment.windowScale = both >>> 8 & 0xFF;
        segment.hopLimit = both & 0xFF;
        segment.timestampValue = source.getInt(at + 84);
        segment.timestampEcho = source.getInt(at + 88);
        segment.payloadLength = source.getInt(at + 92);
        segment.payloadWireLength = source.getInt(at + 96);
        both = source.getInt(at + 100);
        segment.checksum = Checksum.of(both >>> 16);
        segment.ipv6 = (both >>> 8 & 1) != 0;
        segment.pathLength = both & 0xFF;
        int next = at + FIXED_BYTES;
        for (int index = 0; index < segment.pathLength; index++, next += 8) {
            segment.path[index] = source.getLong(next);
        }
        segment.memory = source;
        segment.payloadOffset = next;
    }
}
