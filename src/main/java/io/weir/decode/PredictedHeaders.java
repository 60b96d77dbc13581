package io.weir.decode;

import java.nio.ByteBuffer;

/**
 * The headers of nearly every frame, recognised as a whole by a few wide reads: Ethernet II without tags, IPv4 without options
 * that is no fragment, TCP without urgent data and without options or with nothing but timestamps, all of it captured. The
 * layers decode the same frames to the same segment; this is for speed only, after Van Jacobson's header prediction in a TCP
 * receiver.
 */
final class PredictedHeaders {
    // positions from the frame's first byte
    private static final int TYPE_TO_ID = 12;
    private static final int FRAGMENT_TO_PROTOCOL = 20;
    private static final int ADDRESSES = 26;
    private static final int TCP = EthernetLayer.HEADER_BYTES + Ipv4Layer.HEADER_BYTES;
    private static final int PORTS_AND_SEQUENCE = TCP;
    private static final int ACKNOWLEDGEMENT_TO_WINDOW = TCP + 8;
    private static final int OPTIONS = TCP + TcpLayer.HEADER_BYTES;
    private static final int TIMESTAMPS = OPTIONS + 4;
    private static final int WITH_TIMESTAMPS = OPTIONS + 12;

    /** EtherType, version and header length; the rest of the word is what may differ. */
    private static final long TYPE_AND_VERSION_MASK = 0xFFFF_FF00_0000_0000L;

    private static final long TYPE_AND_VERSION = 0x0800_4500_0000_0000L;

    /** More fragments and offset, protocol. */
    private static final int WHOLE_TCP_MASK = 0x3FFF_00FF;

    private static final int WHOLE_TCP = TcpLayer.PROTOCOL;

    private static final int OFFSET_20 = 5;
    private static final int OFFSET_32 = 8;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private final boolean verifyChecksums;

    PredictedHeaders(boolean verifyChecksums) {
        this.verifyChecksums = verifyChecksums;
    }

    /**
     * @param at of the first byte of an Ethernet frame
     * @param end behind its last captured byte
     * @param into is filled as {@link PacketDecoder#decode} says
     * @return false if the frame is another one; nothing was filled then
     */
    boolean decode(ByteBuffer memory, int at, int end, boolean checksumOffloaded, Segment into) {
        if (end - at < OPTIONS) {
            return false;
        }
        long typeToId = memory.getLong(at + TYPE_TO_ID);
        int fragmentToProtocol = memory.getInt(at + FRAGMENT_TO_PROTOCOL);
        long acknowledgementToWindow = memory.getLong(at + ACKNOWLEDGEMENT_TO_WINDOW);
        int flags = (int) acknowledgementToWindow >>> 16 & TcpLayer.FLAGS;
        int packetEnd = at + EthernetLayer.HEADER_BYTES + (int) (typeToId >>> 16 & 0xFFFF);
        int dataOffset = (int) acknowledgementToWindow >>> 28;
        boolean timestamps = dataOffset == OFFSET_32;
        int payloadAt = at + (timestamps ? WITH_TIMESTAMPS : OPTIONS);
        if ((typeToId & TYPE_AND_VERSION_MASK) != TYPE_AND_VERSION
                || (fragmentToProtocol & WHOLE_TCP_MASK) != WHOLE_TCP
                || (flags & Segment.URG) != 0
                || dataOffset != OFFSET_20 && !timestamps
                || payloadAt > packetEnd
                || packetEnd > end
                || timestamps && memory.getInt(at + OPTIONS) != TcpLayer.NOP_NOP_TIMESTAMPS) {
            return false;
        }
        long addresses = memory.getLong(at + ADDRESSES);
        long portsAndSequence = memory.getLong(at + PORTS_AND_SEQUENCE);
        into.addresses(false, 0, addresses >>> 32, 0, addresses & LOW_HALF)
                .hopLimit(fragmentToProtocol >>> 8 & 0xFF)
                .ports((int) (portsAndSequence >>> 48), (int) (portsAndSequence >>> 32) & 0xFFFF)
                .numbers(
                        (int) portsAndSequence,
                        (int) (acknowledgementToWindow >>> 32),
                        flags,
                        (int) acknowledgementToWindow & 0xFFFF,
                        0)
                .noOptions()
                .payload(memory, payloadAt, packetEnd - payloadAt, packetEnd - payloadAt);
        if (timestamps) {
            long valueAndEcho = memory.getLong(at + TIMESTAMPS);
            into.timestamps((int) (valueAndEcho >>> 32), (int) valueAndEcho);
        }
        if (!verifyChecksums) {
            into.checksum(Checksum.UNVERIFIED);
        } else if (checksumOffloaded) {
            into.checksum(Checksum.OFFLOADED);
        } else {
            into.checksumBegun = TcpChecksum.begin(memory, at + TCP, payloadAt - at - TCP, packetEnd - at - TCP, into);
        }
        return true;
    }
}
