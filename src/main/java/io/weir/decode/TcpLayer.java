package io.weir.decode;

import java.nio.ByteBuffer;

/** The TCP header (RFC 9293 section 3.1) and its options. */
final class TcpLayer {
    static final int PROTOCOL = 6;
    static final int HEADER_BYTES = 20;

    static final int FLAGS = 0x1FF;

    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM_SEGMENT_SIZE = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int MD5_SIGNATURE = 19;
    private static final int AUTHENTICATION = 29;
    private static final int MULTIPATH = 30;
    private static final int FAST_OPEN = 34;
    private static final int EXPERIMENT = 254;
    /** Magic number of the experimental fast open option (RFC 7413 section 4.1.1). */
    private static final int FAST_OPEN_MAGIC = 0xF989;

    /** NOP, NOP, timestamps of length 10: what almost every segment of an open connection carries (RFC 7323 appendix A). */
    static final int NOP_NOP_TIMESTAMPS = 0x0101080A;

    private final Cursor cursor;
    private final boolean verifyChecksums;

    TcpLayer(Cursor cursor, boolean verifyChecksums) {
        this.cursor = cursor;
        this.verifyChecksums = verifyChecksums;
    }

    Decoded decode(int at, int end, int wireEnd) {
        if (end - at < HEADER_BYTES) {
            return Cursor.missing(end, wireEnd, Decoded.TCP_HEADER_SHORT);
        }
        ByteBuffer memory = cursor.memory;
        int offsetAndFlags = memory.getShort(at + 12);
        int headerBytes = (offsetAndFlags & 0xF000) >>> 10;
        if (headerBytes < HEADER_BYTES || headerBytes > wireEnd - at) {
            return Decoded.TCP_DATA_OFFSET;
        }
        if (headerBytes > end - at) {
            return Decoded.HEADER_CUT;
        }
        Segment segment = cursor.segment;
        int ports = memory.getInt(at);
        int windowAndChecksum = memory.getInt(at + 14);
        segment.ports(ports >>> 16, ports & 0xFFFF)
                .numbers(
                        memory.getInt(at + 4),
                        memory.getInt(at + 8),
                        offsetAndFlags & FLAGS,
                        windowAndChecksum >>> 16,
                        (offsetAndFlags & Segment.URG) == 0 ? 0 : memory.getShort(at + 18) & 0xFFFF)
                .noOptions();
        if (headerBytes > HEADER_BYTES) {
            options(memory, at + HEADER_BYTES, at + headerBytes, segment);
        }
        segment.payload(memory, at + headerBytes, end - at - headerBytes, wireEnd - at - headerBytes);
        if (!verifyChecksums) {
            segment.checksum(Checksum.UNVERIFIED);
        } else if (cursor.checksumOffloaded) {
            segment.checksum(Checksum.OFFLOADED);
        } else if (end < wireEnd) {
            segment.checksum(Checksum.CUT);
        } else {
            segment.checksumBegun = TcpChecksum.begin(memory, at, headerBytes, end - at, segment);
        }
        return Decoded.SEGMENT;
    }

    private static void options(ByteBuffer memory, int from, int end, Segment segment) {
        if (end - from == 12 && memory.getInt(from) == NOP_NOP_TIMESTAMPS) {
            segment.timestamps(memory.getInt(from + 4), memory.getInt(from + 8));
            return;
        }
        int at = from;
        while (at < end) {
            int kind = memory.get(at) & 0xFF;
            if (kind == END) {
                return;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            int length = at + 1 < end ? memory.get(at + 1) & 0xFF : 0;
            if (length < 2 || length > end - at) {
                segment.addOption(Segment.OPTION_MALFORMED);
                return;
            }
            option(memory, at, kind, length, segment);
            at += length;
        }
    }

    /** An option that lies wholly in the header. Those of a wrong length count as absent, as Linux takes them. */
    private static void option(ByteBuffer memory, int at, int kind, int length, Segment segment) {
        switch (kind) {
            case MAXIMUM_SEGMENT_SIZE -> {
                if (length == 4) {
                    segment.maximumSegmentSize(memory.getShort(at + 2) & 0xFFFF);
                } else {
                    segment.addOption(Segment.OPTION_WRONG_LENGTH);
                }
            }
            case WINDOW_SCALE -> {
                if (length == 3) {
                    segment.windowScale(memory.get(at + 2) & 0xFF);
                } else {
                    segment.addOption(Segment.OPTION_WRONG_LENGTH);
                }
            }
            case SACK_PERMITTED -> {
                if (length == 2) {
                    segment.addOption(Segment.OPTION_SACK_PERMITTED);
                }
            }
            case SACK -> {
                if (length >= 10 && (length - 2) % 8 == 0) {
                    segment.addOption(Segment.OPTION_SACK);
                }
            }
            case TIMESTAMPS -> {
                if (length == 10) {
                    segment.timestamps(memory.getInt(at + 2), memory.getInt(at + 6));
                }
            }
            case MD5_SIGNATURE, AUTHENTICATION -> segment.addOption(Segment.OPTION_SIGNATURE);
            case MULTIPATH -> segment.addOption(Segment.OPTION_MULTIPATH);
            case FAST_OPEN -> segment.addOption(Segment.OPTION_FAST_OPEN);
            case EXPERIMENT -> {
                if (length >= 4 && (memory.getShort(at + 2) & 0xFFFF) == FAST_OPEN_MAGIC) {
                    segment.addOption(Segment.OPTION_FAST_OPEN);
                }
            }
            default -> {
                // options that change nothing here
            }
        }
    }
}
