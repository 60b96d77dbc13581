package io.weir.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the frame headers of a TPACKET_V3 ring: {@code tpacket3_hdr} with {@code sockaddr_ll} behind it. */
final class RingFrames {
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int LINKTYPE_RAW = 101;

    private static final int NEXT = 0;
    private static final int SECONDS = 4;
    private static final int NANOSECONDS = 8;
    private static final int CAPTURED_LENGTH = 12;
    private static final int WIRE_LENGTH = 16;
    private static final int STATUS = 20;
    private static final int LINK_HEADER = 24;
    private static final int NETWORK_HEADER = 26;
    private static final int VLAN_TCI = 32;
    private static final int VLAN_TPID = 36;
    private static final int INTERFACE = 52;
    private static final int HARDWARE_TYPE = 56;
    private static final int PACKET_TYPE = 58;

    private static final int STATUS_CHECKSUM_NOT_READY = 0x08;
    private static final int STATUS_VLAN_VALID = 0x10;
    private static final int STATUS_TPID_VALID = 0x40;
    private static final int STATUS_CHECKSUM_VALID = 0x80;
    private static final int DEFAULT_TPID = 0x8100;
    private static final int PACKET_OUTGOING = 4;
    private static final long NANOSECONDS_PER_SECOND = 1_000_000_000L;

    private final ByteBuffer headers;
    private final ByteBuffer bytes;
    private final Frame frame = new Frame();

    /** Headers are in the machine's byte order, frames in the network's. */
    RingFrames(ByteBuffer ring) {
        headers = ring.duplicate().order(ByteOrder.nativeOrder());
        bytes = ring.duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /** Bytes from this frame's header to the next one's in the block. */
    int lengthAt(int at) {
        return headers.getInt(at + NEXT);
    }

    /** The frame whose header begins here; the same object each time. */
    Frame at(int at) {
        int captured = headers.getInt(at + CAPTURED_LENGTH);
        int wire = headers.getInt(at + WIRE_LENGTH);
        int status = headers.getInt(at + STATUS);
        int start = headers.getShort(at + LINK_HEADER) & 0xFFFF;
        int linkType = LINKTYPE_ETHERNET;
        if (!LiveInterface.ethernet(headers.getShort(at + HARDWARE_TYPE) & 0xFFFF)) {
            // other link layers are as many as drivers; what they have in common is where the IP header begins
            int network = headers.getShort(at + NETWORK_HEADER) & 0xFFFF;
            int skipped = Math.min(captured, Math.max(0, network - start));
            linkType = LINKTYPE_RAW;
            start += skipped;
            captured -= skipped;
            wire -= skipped;
        }
        long timeNs = (headers.getInt(at + SECONDS) & 0xFFFFFFFFL) * NANOSECONDS_PER_SECOND
                + (headers.getInt(at + NANOSECONDS) & 0xFFFFFFFFL);
        return frame.bytes(bytes, at + start, captured, wire)
                .origin(timeNs, linkType, headers.getInt(at + INTERFACE))
                .vlanTag(vlanTag(at, status))
                .checksumOffloaded((status & (STATUS_CHECKSUM_NOT_READY | STATUS_CHECKSUM_VALID)) != 0)
                .outgoing(headers.get(at + PACKET_TYPE) == PACKET_OUTGOING);
    }

    private int vlanTag(int at, int status) {
        if ((status & STATUS_VLAN_VALID) == 0) {
            return Frame.NO_VLAN_TAG;
        }
        int tpid = (status & STATUS_TPID_VALID) != 0 ? headers.getShort(at + VLAN_TPID) & 0xFFFF : DEFAULT_TPID;
        return tpid << 16 | headers.getInt(at + VLAN_TCI) & 0xFFFF;
    }
}
