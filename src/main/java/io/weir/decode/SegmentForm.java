package io.weir.decode;

import java.nio.ByteBuffer;

/**
 * How a segment is written into a lane's batch: fields at fixed places, then the addresses, the path and the payload. Eight bytes
 * at a time: each look into a buffer costs as much as a dozen steps of arithmetic.
 */
final class SegmentForm {
    /** Bytes besides path and payload, at most. */
    static final int FIXED_BYTES = 104;

    private static final int FIELDS_BYTES = 72;
    private static final int IPV4_BYTES = 8;
    private static final int IPV6_BYTES = 32;

    // bits of a word that begins with the length of the path
    private static final int IPV6 = 1 << 8;
    private static final int CHECKSUM = 12;
    private static final int CHECKSUM_BEGUN = 15;

    private static final long LOW_HALF = 0xFFFFFFFFL;

    private SegmentForm() {}

    static int bytes(Segment segment) {
        return FIELDS_BYTES + (segment.ipv6 ? IPV6_BYTES : IPV4_BYTES) + 8 * segment.pathLength + segment.payloadLength;
    }

    static void write(Segment segment, ByteBuffer target, int at) {
        target.putLong(at, segment.timeNs);
        target.putLong(at + 8, segment.hash);
        target.putLong(at + 16, both(segment.sourcePort << 16 | segment.destinationPort, segment.interfaceIndex));
        target.putLong(at + 24, both(segment.domain, segment.wireLength));
        target.putLong(at + 32, both(segment.sequence, segment.acknowledgement));
        target.putLong(
                at + 40, both(segment.window << 16 | segment.urgentPointer, segment.flags << 16 | segment.options));
        target.putLong(
                at + 48,
                both(segment.maximumSegmentSize << 16 | segment.windowScale << 8 | segment.hopLimit, kinds(segment)));
        target.putLong(at + 56, both(segment.timestampValue, segment.timestampEcho));
        target.putLong(at + 64, both(segment.payloadLength, segment.payloadWireLength));
        int next = at + FIELDS_BYTES;
        if (segment.ipv6) {
            target.putLong(next, segment.sourceHigh);
            target.putLong(next + 8, segment.sourceLow);
            target.putLong(next + 16, segment.destinationHigh);
            target.putLong(next + 24, segment.destinationLow);
            next += IPV6_BYTES;
        } else {
            target.putLong(next, segment.sourceLow << 32 | segment.destinationLow);
            next += IPV4_BYTES;
        }
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
        long both = source.getLong(at + 16);
        segment.sourcePort = (int) (both >>> 48);
        segment.destinationPort = first(both) & 0xFFFF;
        segment.interfaceIndex = (int) both;
        both = source.getLong(at + 24);
        segment.domain = first(both);
        segment.wireLength = (int) both;
        both = source.getLong(at + 32);
        segment.sequence = first(both);
        segment.acknowledgement = (int) both;
        both = source.getLong(at + 40);
        segment.window = (int) (both >>> 48);
        segment.urgentPointer = first(both) & 0xFFFF;
        segment.flags = (int) both >>> 16;
        segment.options = (int) both & 0xFFFF;
        both = source.getLong(at + 48);
        segment.maximumSegmentSize = (int) (both >>> 48);
        segment.windowScale = first(both) >>> 8 & 0xFF;
        segment.hopLimit = first(both) & 0xFF;
        int kinds = (int) both;
        segment.checksum(Checksum.of(kinds >>> CHECKSUM & 7));
        segment.checksumBegun = kinds >>> CHECKSUM_BEGUN;
        segment.pathLength = kinds & 0xFF;
        both = source.getLong(at + 56);
        segment.timestampValue = first(both);
        segment.timestampEcho = (int) both;
        int next = addresses(segment, (kinds & IPV6) != 0, source, at + FIELDS_BYTES);
        for (int index = 0; index < segment.pathLength; index++, next += 8) {
            segment.path[index] = source.getLong(next);
        }
        both = source.getLong(at + 64);
        segment.payload(source, next, first(both), (int) both);
    }

    private static int kinds(Segment segment) {
        return segment.checksumBegun << CHECKSUM_BEGUN
                | segment.checksum.ordinal() << CHECKSUM
                | (segment.ipv6 ? IPV6 : 0)
                | segment.pathLength;
    }

    /** Returns where they end. */
    private static int addresses(Segment segment, boolean ipv6, ByteBuffer source, int at) {
        if (ipv6) {
            segment.addresses(
                    true, source.getLong(at), source.getLong(at + 8), source.getLong(at + 16), source.getLong(at + 24));
            return at + IPV6_BYTES;
        }
        long both = source.getLong(at);
        segment.addresses(false, 0, both >>> 32, 0, both & LOW_HALF);
        return at + IPV4_BYTES;
    }

    private static long both(int first, int second) {
        return (long) first << 32 | second & LOW_HALF;
    }

    private static int first(long both) {
        return (int) (both >>> 32);
    }
}
