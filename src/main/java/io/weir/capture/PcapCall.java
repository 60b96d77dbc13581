package io.weir.capture;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;
import org.pcap4j.core.RawPacketListener;

/** One libpcap handle: what is captured on it, what its callback needs, what it counts. */
final class PcapCall implements RawPacketListener {
    private static final int DLT_RAW = 12;
    private static final int LINKTYPE_RAW = 101;
    /** What a frame takes in libpcap's ring besides its bytes, and the blocks of that, about. */
    private static final int RING_HEADER_BYTES = 128;

    private static final int BLOCK_BYTES = 256 << 10;

    final String name;
    final int interfaceIndex;
    private final PcapHandle handle;
    private final PcapSocket socket;
    private final Optional<OwnService> ownService;
    private final int snapLengthBytes;
    private final int linkType;
    private final InterfaceTally tally;
    private final Frame frame = new Frame();
    private final ByteBuffer bytes;
    /** Reads instead of pcap4j where that is possible, else null. */
    private final PcapFrames frames;

    private FrameHandler handler;
    /** By the handler: unchecked, or an Error. */
    private Throwable thrown;

    private int delivered;
    // of frames that were handed on
    private long frameBytes = 1_000;
    private long lastTimeNs;
    private final PcapCounts counts;

    private PcapCall(
            PcapHandle handle,
            String name,
            int interfaceIndex,
            LiveOptions options,
            InterfaceTally tally,
            boolean portable) {
        this.handle = handle;
        this.name = name;
        this.interfaceIndex = interfaceIndex;
        this.tally = tally;
        ownService = options.ownService();
        snapLengthBytes = options.snapLengthBytes();
        socket = portable ? null : PcapSocket.of(handle);
        int dlt = handle.getDlt().value();
        linkType = dlt == DLT_RAW ? LINKTYPE_RAW : dlt;
        counts = new PcapCounts(socket != null);
        frames = socket == null ? null : socket.frames(snapLengthBytes);
        bytes = ByteBuffer.allocate(socket == null ? snapLengthBytes : 0);
    }

    /** Captures what the filter wants of one interface, without blocking. */
    static PcapCall open(
            String name, int interfaceIndex, LiveOptions options, Filter filter, InterfaceTally tally, boolean portable)
            throws CaptureException {
        PcapHandle handle = null;
        PcapCall open = null;
        try {
            handle = new PcapHandle.Builder(name)
                    .snaplen(options.snapLengthBytes())
                    .promiscuousMode(
                            options.promiscuous() ? PromiscuousMode.PROMISCUOUS : PromiscuousMode.NONPROMISCUOUS)
                    .bufferSize(options.bufferBytes())
                    .timeoutMillis(options.latencyMs())
                    .timestampPrecision(TimestampPrecision.NANO)
                    .build();
            handle.setBlockingMode(PcapHandle.BlockingMode.NONBLOCKING);
            PcapCall call = new PcapCall(handle, name, interfaceIndex, options, tally, portable);
            if (call.socket != null) {
                call.endIntake();
                call.discard(options.latencyMs());
            }
            call.filter(filter);
            open = call;
            return call;
        } catch (PcapNativeException failure) {
            throw LiveFailures.ofPcap(failure, name);
        } catch (FilterException wrong) {
            throw new CaptureException("The filter cannot be used on " + name + ": " + wrong.getMessage(), wrong);
        } catch (NotOpenException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            if (open == null) {
                close(handle);
            }
        }
    }

    /** What came in before there could be a filter is no part of the capture, nor of its counters. */
    private void discard(int latencyMs) {
        // until the kernel has handed on the last of it
        long deadline = System.nanoTime() + (2L * latencyMs + 50) * 1_000_000;
        long discarded = 0;
        PcapStat before = statistics();
        while (before != null
                && discarded < before.getNumPacketsReceived() - before.getNumPacketsDropped()
                && System.nanoTime() < deadline) {
            while (frames.next() == PcapFrames.FRAME) {
                discarded++;
            }
            Thread.onSpinWait();
        }
        counts.begin(statistics());
    }

    /** Replaces the filter. Where the socket can be reached, no frame is lost that both filters want. */
    void filter(Filter wanted) throws FilterException {
        if (socket != null) {
            socket.attach(programFor(wanted));
            return;
        }
        try {
            String expression = ownService.map(own -> own.leftOf(wanted)).orElse(wanted.expression());
            handle.setFilter(expression, BpfCompileMode.OPTIMIZE);
        } catch (PcapNativeException refused) {
            throw new FilterException(withoutPrefix(refused.getMessage()), true);
        } catch (NotOpenException closed) {
            throw new FilterException("the capture is closed", false);
        }
    }

    private BpfProgram programFor(Filter wanted) throws FilterException {
        BpfProgram program = socket.compile(wanted, linkType);
        // not its successor with the interface in it: for that libpcap leaves VLAN tags out
        if (linkType == CookedFilter.DLT_LINUX_SLL) {
            program = CookedFilter.forKernel(program);
        }
        // libpcap leaves the sender's copies on loopback out itself, but they would be counted
        KernelFilter all = new KernelFilter().noSecondCopies();
        ownService.ifPresent(all::without);
        return all.then(program, snapLengthBytes);
    }

    private static String withoutPrefix(String message) {
        String prefix = "Error occurred in pcap_compile: ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    /** As far as possible no frame is captured from now on. */
    void endIntake() {
        if (socket != null) {
            try {
                socket.attach(SocketFilter.REFUSE_ALL);
            } catch (FilterException refused) {
                // then frames go on coming in, and are counted
            }
        }
    }

    /** Returns how many frames were handed on. */
    int dispatch(FrameHandler receiver, int maxFrames) throws PcapNativeException {
        return frames == null ? dispatchByCallback(receiver, maxFrames) : read(receiver, maxFrames);
    }

    private int read(FrameHandler receiver, int maxFrames) throws PcapNativeException {
        for (int handedOn = 0; handedOn < maxFrames; handedOn++) {
            int outcome = frames.next();
            if (outcome == PcapFrames.NONE) {
                return handedOn;
            }
            if (outcome != PcapFrames.FRAME) {
                throw new PcapNativeException(frames.error());
            }
            delivered++;
            Frame found = frames.frame(linkType, interfaceIndex);
            tally.count(found.interfaceIndex(), 1);
            lastTimeNs = found.timeNs();
            frameBytes += found.capturedLength() - frameBytes >> 6;
            receiver.onFrame(found);
        }
        return maxFrames;
    }

    private int dispatchByCallback(FrameHandler receiver, int maxFrames) throws PcapNativeException {
        handler = receiver;
        int before = delivered;
        try {
            handle.dispatch(maxFrames, this);
        } catch (InterruptedException stoppedByUs) {
            // an exception cannot cross libpcap: the callback keeps it and breaks off
        } catch (NotOpenException closed) {
            throw new IllegalStateException("polled after close", closed);
        }
        if (thrown != null) {
            Throwable failure = thrown;
            thrown = null;
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
        return delivered - before;
    }

    @Override
    public void gotPacket(byte[] packet) {
        if (thrown != null) {
            return;
        }
        int captured = Math.min(packet.length, bytes.capacity());
        System.arraycopy(packet, 0, bytes.array(), 0, captured);
        Integer wire = handle.getOriginalLength();
        frame.bytes(bytes, 0, captured, wire == null ? packet.length : wire)
                .origin(PcapSource.nanoseconds(handle.getTimestamp()), linkType, interfaceIndex);
        delivered++;
        tally.count(interfaceIndex, 1);
        try {
            handler.onFrame(frame);
        } catch (RuntimeException | Error failure) {
            thrown = failure;
            breakOff();
        }
    }

    /** Counts frames handed on since this was last called. */
    void countDelivered(KernelCounts sum, RingNap nap) {
        nap.read(delivered * (frameBytes + RING_HEADER_BYTES));
        sum.delivered(delivered);
        counts.read(delivered);
        delivered = 0;
    }

    /** -1 if it is not known. */
    int descriptor() {
        return socket == null ? -1 : socket.descriptor();
    }

    /** Counts what the kernel received and dropped since this was last called. */
    void countReceived(KernelCounts sum) {
        counts.add(statistics(), sum);
    }

    long droppedByInterface() {
        return counts.droppedByInterface();
    }

    /** Frames that wait to be read, as of the last {@link #countReceived}. */
    long unread() {
        return counts.unread();
    }

    /**
     * Whether this many quarters of the kernel's buffer may be full: with frames as long as those before, or with blocks that
     * time closed before they were full.
     *
     * @param nowNs nanoseconds since 1970
     */
    boolean crowded(int quarters, long nowNs, LiveOptions options) {
        if (!counts.knowsUnread()) {
            return true;
        }
        long bytes = counts.unread() * (frameBytes + RING_HEADER_BYTES);
        long blocks = options.bufferBytes() / BLOCK_BYTES;
        long ageNs = counts.unread() == 0 || lastTimeNs == 0 ? 0 : nowNs - lastTimeNs;
        return 4 * bytes > (long) quarters * options.bufferBytes()
                || 4 * ageNs > quarters * blocks * options.latencyMs() * 1_000_000;
    }

    /** Null if the handle does not tell. */
    private PcapStat statistics() {
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

    void close() {
        close(handle);
    }

    private static void close(PcapHandle handle) {
        if (handle != null) {
            handle.close();
        }
    }
}
