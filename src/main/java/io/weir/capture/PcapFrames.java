package io.weir.capture;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads frames of a libpcap handle by direct calls, a third of the time that pcap4j's callback takes, and without an
 * allocation: frames are read where libpcap has put them, as a rule always the same place. Of a libpcap that puts each one
 * elsewhere they are copied into one buffer.
 *
 * <p>On 64-bit Linux only, whose {@code pcap_pkthdr} it knows.
 */
final class PcapFrames {
    static final int FRAME = 1;
    static final int NONE = 0;

    // struct pcap_pkthdr
    private static final int HEADER_BYTES = 24;
    private static final int SECONDS = 0;
    private static final int NANOSECONDS = 8;
    private static final int CAPTURED_LENGTH = 16;
    private static final int WIRE_LENGTH = 20;

    private static final int MAX_PLACES = 16;

    private static final long NANOSECONDS_PER_SECOND = 1_000_000_000L;

    private final long handle;
    private final Memory results = new Memory(16);
    private final ByteBuffer pointers = results.getByteBuffer(0, 16).order(ByteOrder.nativeOrder());
    private final long resultsAt;
    private final int snapLengthBytes;
    private final Frame frame = new Frame();
    private ByteBuffer bytes;
    private long bytesAt;
    private int placesLeft = MAX_PLACES;
    private Memory copy;
    private long headerAt;
    private ByteBuffer header;

    /** @param handle a {@code pcap_t*} that does not block and tells times in nanoseconds */
    PcapFrames(long handle, int snapLengthBytes) {
        this.handle = handle;
        this.snapLengthBytes = snapLengthBytes;
        resultsAt = Libc.address(results);
    }

    /** {@link #FRAME}, {@link #NONE} if none is there now, or a negative error. */
    int next() {
        return Libpcap.next(handle, resultsAt, resultsAt + 8);
    }

    /** The frame that {@link #next} found; the same object each time. */
    Frame frame(int linkType, int interfaceIndex) {
        long at = pointers.getLong(0);
        if (at != headerAt) {
            headerAt = at;
            header = new Pointer(at).getByteBuffer(0, HEADER_BYTES).order(ByteOrder.nativeOrder());
        }
        int captured = Math.min(header.getInt(CAPTURED_LENGTH), snapLengthBytes);
        int wire = header.getInt(WIRE_LENGTH);
        long timeNs = header.getLong(SECONDS) * NANOSECONDS_PER_SECOND + header.getLong(NANOSECONDS);
        long found = pointers.getLong(8);
        if (found != bytesAt || placesLeft == 0) {
            bytesAt = found;
            place(found, captured);
        }
        return frame.bytes(bytes, 0, captured, wire).origin(timeNs, linkType, interfaceIndex);
    }

    private void place(long found, int captured) {
        if (placesLeft > 0 && --placesLeft > 0) {
            bytes = new Pointer(found).getByteBuffer(0, snapLengthBytes).order(ByteOrder.BIG_ENDIAN);
            return;
        }
        if (copy == null) {
            copy = new Memory(snapLengthBytes);
            bytes = copy.getByteBuffer(0, snapLengthBytes).order(ByteOrder.BIG_ENDIAN);
        }
        Libc.memcpy(Libc.address(copy), found, captured);
    }

    /** What went wrong, in libpcap's words. */
    String error() {
        return Libpcap.error(handle);
    }
}
