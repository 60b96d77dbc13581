package io.weir.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the frame headers of a TPACKET_V3 ring: {@code tpacket3_hdr} with {@code sockaddr_ll} behind it. Two fields at a time:
 * each look into a buffer costs as much as a dozen steps of arithmetic.
 */
final class RingFrames {
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int LINKTYPE_RAW = 101;

    private static final int NEXT_AND_SECONDS = 0;
    private static final int NANOSECONDS_AND_CAPTURED_LENGTH = 8;
    private static final int WIRE_LENGTH_AND_STATUS = 16;
    private static final int LINK_AND_NETWORK_HEADER = 24;
    private static final int VLAN_TCI = 32;
    private static final int VLAN_TPID = 36;
    /** Hardware type, packet type and an address length of 8 bits are the second field here. */
    private static final int INTERFACE_AND_TYPES = 52;

    private static final int STATUS_CHECKSUM_NOT_READY = 0x08;
    private static final int STATUS_VLAN_VALID = 0x10;
    private static final int STATUS_TPID_VALID = 0x40;
    private static final int STATUS_CHECKSUM_VALID = 0x80;
    private static final int DEFAULT_TPID = 0x8100;
    private static final int PACKET_OUTGOING = 4;
    private static final long NANOSECONDS_PER_SECOND = 1_000_000_000L;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final ByteBuffer headers;
    private final ByteBuffer bytes;
    private final Frame frame = new Frame();
    private int next;
    private int left;

    /** Headers are in the machine's byte order, frames in the network's. */
    RingFrames(ByteBuffer ring) {
        headers = ring.duplicate().order(ByteOrder.nativeOrder());
        bytes = ring.duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /** Goes on with another block: where its first frame's header begins, and how many there are. */
    void block(int first, int count) {
        next = first;
        left = count;
    }

    /** Frames of the block that were not handed on yet. */
    int left() {
        return left;
    }

    /** Hands on so many frames of the block at most, and counts each one, also the one at which the handler throws. */
    void handOn(FrameHandler handler, int atMost, InterfaceTally tally) {
        int interfaceIndex = 0;
        int ofInterface = 0;
        try {
            for (int number = Math.min(atMost, left); number > 0; number--) {
                Frame found = take();
                if (found.interfaceIndex() != interfaceIndex) {
                    tally.count(interfaceIndex, ofInterface);
                    interfaceIndex = found.interfaceIndex();
                    ofInterface = 0;
                    // whoever gets the frame may ask for the name at once
                    tally.meet(interfaceIndex);
                }
                ofInterface++;
                handler.onFrame(found);
            }
        } finally {
            tally.count(interfaceIndex, ofInterface);
        }
    }

    /** The next frame; the same object each time. */
    private Frame take() {
        int at = next;
        long both = headers.getLong(at + NEXT_AND_SECONDS);
        next = at + first(both);
        left--;
        long timeNs = (second(both) & 0xFFFFFFFFL) * NANOSECONDS_PER_SECOND;
        both = headers.getLong(at + NANOSECONDS_AND_CAPTURED_LENGTH);
        timeNs += first(both) & 0xFFFFFFFFL;
        int captured = second(both);
        both = headers.getLong(at + WIRE_LENGTH_AND_STATUS);
        int wire = first(both);
        int status = second(both);
        both = headers.getLong(at + INTERFACE_AND_TYPES);
        int interfaceIndex = first(both);
        int types = second(both);
        int starts = headers.getInt(at + LINK_AND_NETWORK_HEADER);
        int start = firstHalf(starts);
        int linkType = LINKTYPE_ETHERNET;
        if (!LiveInterface.ethernet(firstHalf(types))) {
            // other link layers are as many as drivers; what they have in common is where the IP header begins
            int skipped = Math.min(captured, Math.max(0, secondHalf(starts) - start));
            linkType = LINKTYPE_RAW;
            start += skipped;
            captured -= skipped;
            wire -= skipped;
        }
        return frame.bytes(bytes, at + start, captured, wire)
                .origin(timeNs, linkType, interfaceIndex)
                .vlanTag(vlanTag(at, status))
                .checksumOffloaded((status & (STATUS_CHECKSUM_NOT_READY | STATUS_CHECKSUM_VALID)) != 0)
                .outgoing((LITTLE_ENDIAN ? types >>> 16 & 0xFF : types >>> 8 & 0xFF) == PACKET_OUTGOING);
    }

    private static int first(long both) {
        return (int) (LITTLE_ENDIAN ? both : both >>> 32);
    }

    private static int second(long both) {
        return (int) (LITTLE_ENDIAN ? both >>> 32 : both);
    }

    private static int firstHalf(int both) {
        return LITTLE_ENDIAN ? both & 0xFFFF : both >>> 16;
    }

    private static int secondHalf(int both) {
        return LITTLE_ENDIAN ? both >>> 16 : both & 0xFFFF;
    }

    private int vlanTag(int at, int status) {
        if ((status & STATUS_VLAN_VALID) == 0) {
            return Frame.NO_VLAN_TAG;
        }
        int tpid = (status & STATUS_TPID_VALID) != 0 ? headers.getShort(at + VLAN_TPID) & 0xFFFF : DEFAULT_TPID;
        return tpid << 16 | headers.getInt(at + VLAN_TCI) & 0xFFFF;
    }
}
