package io.weir.capture;

import java.nio.ByteBuffer;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapStat;
import org.pcap4j.core.RawPacketListener;

/** One libpcap handle, and what its callback needs. */
final class PcapCall implements RawPacketListener {
    final PcapHandle handle;
    final String name;
    final int interfaceIndex;
    private final int linkType;
    private final Frame frame = new Frame();
    private final ByteBuffer bytes;
    private FrameHandler handler;
    private RuntimeException thrown;
    private Error error;
    private int delivered;

    PcapCall(PcapHandle handle, String name, int interfaceIndex, int linkType, int snapLengthBytes) {
        this.handle = handle;
        this.name = name;
        this.interfaceIndex = interfaceIndex;
        this.linkType = linkType;
        bytes = ByteBuffer.allocate(snapLengthBytes);
    }

    int dispatch(FrameHandler receiver, int maxFrames) throws PcapNativeException {
        handler = receiver;
        try {
            handle.dispatch(maxFrames, this);
        } catch (InterruptedException stoppedByUs) {
            // an exception cannot cross libpcap: the callback keeps it and breaks off
        } catch (NotOpenException closed) {
            throw new IllegalStateException("polled after close", closed);
        }
        if (thrown != null || error != null) {
            RuntimeException exception = thrown;
            Error failure = error;
            thrown = null;
            error = null;
            if (failure != null) {
                throw failure;
            }
            throw exception;
        }
        return delivered;
    }

    @Override
    public void gotPacket(byte[] packet) {
        if (thrown != null || error != null) {
            return;
        }
        int captured = Math.min(packet.length, bytes.capacity());
        System.arraycopy(packet, 0, bytes.array(), 0, captured);
        Integer wire = handle.getOriginalLength();
        frame.bytes(bytes, 0, captured, wire == null ? packet.length : wire)
                .origin(PcapSource.nanoseconds(handle.getTimestamp()), linkType, interfaceIndex);
        delivered++;
        try {
            handler.onFrame(frame);
        } catch (RuntimeException exception) {
            thrown = exception;
            breakOff();
        } catch (Error failure) {
            error = failure;
            breakOff();
        }
    }

    /** Frames handed on since this was last asked. */
    int takeDelivered(InterfaceTally tally) {
        int count = delivered;
        delivered = 0;
        tally.count(interfaceIndex, count);
        return count;
    }

    /** Null if the handle does not tell. */
    PcapStat statistics() {
        try {
            return handle.getStats();
        } catch (PcapNativeException | NotOpenException gone) {
            return null;
        }
    }

    private void breakOff() {
        try {
            handle.breakLoop();
        } catch (NotOpenException closed) {
            // then it is broken off
        }
    }
}
