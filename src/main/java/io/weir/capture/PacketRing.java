package io.weir.capture;

import com.sun.jna.LastErrorException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Live frames from a packet ring that the Linux kernel fills (TPACKET_V3). Frames are handed on where the kernel put them;
 * a block goes back to the kernel when all its frames were handed on.
 *
 * <p>One ring serves all interfaces, so frames come in the order in which the kernel saw them. A {@link Frame#interfaceIndex}
 * is the kernel's interface index.
 */
final class PacketRing implements LiveSource {
    // block header
    private static final int BLOCK_STATUS = 8;
    private static final int BLOCK_PACKETS = 12;
    private static final int BLOCK_FIRST = 16;
    private static final int STATUS_KERNEL = 0;
    private static final int STATUS_USER = 1;
    private static final int STATUS_TIMED_OUT = 0x20;

    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final RingSocket socket;
    private final LiveTargets targets;
    private final int latencyMs;
    private final boolean promiscuous;
    private final int blockBytes;
    private final int blocks;
    private final RingShare share;
    private final RingFilter program;
    private final InterfaceTally tally = new InterfaceTally();
    private final RingNap nap;

    private ByteBuffer headers;
    private RingFrames frames;
    private volatile Filter filter;
    private int block;

    private final KernelCounts counts = new KernelCounts();

    private PacketRing(RingSocket socket, LiveOptions options, LiveTargets targets, Fanout fanout, int worker) {
        share = new RingShare(socket, fanout, worker);
        this.socket = socket;
        this.targets = targets;
        blockBytes = RingSocket.blockBytes(options);
        blocks = Math.max(2, options.bufferBytes() / blockBytes);
        latencyMs = options.latencyMs();
        nap = new RingNap(latencyMs, blocks);
        program = new RingFilter(
                targets, options.ownService().orElse(null), Math.min(options.snapLengthBytes(), blockBytes - 256));
        promiscuous = options.promiscuous();
    }

    /** @param fanout that this ring gets its share from, as that of a worker; null for all frames */
    static PacketRing open(LiveOptions options, Fanout fanout, int worker) throws CaptureException {
        if (!Libc.available()) {
            throw new CaptureException(
                    CaptureException.Kind.UNSUPPORTED,
                    "The afpacket backend does not work here: " + Libc.unavailable() + ". The pcap backend may.");
        }
        LiveTargets targets = new LiveTargets(options);
        PacketRing ring = null;
        boolean open = false;
        try {
            ring = new PacketRing(new RingSocket(), options, targets, fanout, worker);
            ring.start(options.filter());
            open = true;
            return ring;
        } catch (LastErrorException | FilterException | CaptureException failure) {
            throw LiveFailures.ofRing(failure, targets, options);
        } finally {
            if (!open && ring != null) {
                ring.close();
            }
        }
    }

    private void start(Filter first) throws FilterException, CaptureException {
        BpfProgram wanted = program.assemble(first);
        share.prepare(wanted);
        filter = first;
        ByteBuffer memory = socket.map(blockBytes, blocks, latencyMs);
        headers = memory.duplicate().order(ByteOrder.nativeOrder());
        frames = new RingFrames(memory);
        if (share.part()
                && targets.fixedIndex() != 0
                && !targets.interfaces().get(0).up()) {
            throw LiveFailures.down(targets);
        }
        socket.bind(targets.fixedIndex());
        if (promiscuous) {
            targets.indexes().forEach(socket::promiscuous);
        }
        targets.interfaces().forEach(entry -> tally.name(entry.index(), entry.name()));
        share.enter(wanted);
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        try {
            int handedOn = drain(handler, maxFrames);
            if (handedOn == 0 && waitMs > 0) {
                await(waitMs);
                handedOn = drain(handler, maxFrames);
            }
            return handedOn == 0 ? orLeft(handler, maxFrames) : handedOn;
        } catch (LastErrorException failure) {
            throw new CaptureException("The packet ring on " + targets + " broke: " + failure.getMessage(), failure);
        }
    }

    private void await(int waitMs) throws CaptureException {
        int napMs = Math.min(waitMs, nap.nextMs(System.nanoTime()));
        boolean woken = napMs > 0 && socket.sleep(napMs);
        if (!woken && !ready(block * blockBytes) && socket.await(waitMs - napMs)) {
            checkError(socket.takeError());
        }
    }

    /** If the other workers' rings are gone, the rest, and then the end of this one. */
    private int orLeft(FrameHandler handler, int maxFrames) throws CaptureException {
        if (!share.lost()) {
            return 0;
        }
        // the kernel still holds a block that is not full
        socket.await((int) (latencyNs() / 1_000_000));
        int handedOn = drain(handler, maxFrames);
        if (handedOn == 0) {
            throw new CaptureException("The packet ring on " + targets
                    + " is opened again together with another capture worker's, which ended.");
        }
        return handedOn;
    }

    private int drain(FrameHandler handler, int maxFrames) {
        int handedOn = 0;
        while (handedOn < maxFrames) {
            int blockAt = block * blockBytes;
            if (frames.left() == 0) {
                if (!ready(blockAt)) {
                    break;
                }
                frames.block(blockAt + headers.getInt(blockAt + BLOCK_FIRST), headers.getInt(blockAt + BLOCK_PACKETS));
            }
            int left = frames.left();
            try {
                frames.handOn(handler, maxFrames - handedOn, tally);
            } finally {
                // also if the handler throws: that frame is delivered all the same, and a block is handed on once only
                handedOn += left - frames.left();
                counts.delivered(left - frames.left());
                if (frames.left() == 0) {
                    giveBack(blockAt);
                }
            }
        }
        return handedOn;
    }

    private void giveBack(int blockAt) {
        nap.read((headers.getInt(blockAt + BLOCK_STATUS) & STATUS_TIMED_OUT) == 0);
        WORD.setRelease(headers, blockAt + BLOCK_STATUS, STATUS_KERNEL);
        block = block + 1 == blocks ? 0 : block + 1;
    }

    private boolean ready(int blockAt) {
        return ((int) WORD.getAcquire(headers, blockAt + BLOCK_STATUS) & STATUS_USER) != 0;
    }

    @Override
    public boolean crowded(int quarters) {
        return ready((block + blocks * quarters / 4) % blocks * blockBytes);
    }

    @Override
    public void countNow() {
        long counters = socket.takeStatistics();
        counts.add(counters >>> 32, counters & 0xFFFFFFFFL);
    }

    private void checkError(int error) throws CaptureException {
        if (error == 0) {
            return;
        }
        if (error != Libc.ENETDOWN) {
            throw new CaptureException("The packet ring on " + targets + " broke: error " + error + " of the kernel");
        }
        // an interface that is only switched off keeps its index, and goes on when it is switched on
        targets.requireFixedPresent();
        if (share.part()) {
            throw LiveFailures.down(targets);
        }
    }

    @Override
    public Backend backend() {
        return Backend.AFPACKET;
    }

    @Override
    public List<String> interfaces() {
        return targets.names();
    }

    @Override
    public Filter filter() {
        return filter;
    }

    @Override
    public void filter(Filter next) throws FilterException {
        try {
            share.filter(program.assemble(next));
        } catch (LastErrorException refused) {
            throw new FilterException("the kernel refuses the filter: " + refused.getMessage(), false);
        }
        filter = next;
    }

    @Override
    public boolean refresh() throws CaptureException {
        List<Integer> before = targets.indexes();
        boolean changed = targets.refresh();
        tally.present(targets.indexes());
        if (!changed) {
            return false;
        }
        try {
            share.filter(program.assemble(filter));
            for (LiveInterface entry : targets.interfaces()) {
                tally.name(entry.index(), entry.name());
                if (promiscuous && !before.contains(entry.index())) {
                    socket.promiscuous(entry.index());
                }
            }
        } catch (LastErrorException | FilterException failure) {
            throw new CaptureException(
                    "Capture cannot follow the change of interfaces to " + targets + ": " + failure.getMessage(),
                    failure);
        }
        return true;
    }

    @Override
    public String interfaceName(int interfaceIndex) {
        return tally.nameOf(interfaceIndex);
    }

    @Override
    public Statistics statistics() {
        return counts.statistics(targets.losses().sum(), tally.frames());
    }

    @Override
    public void countLosses() {
        targets.losses().look();
    }

    @Override
    public long latencyNs() {
        return (latencyMs + 50L) * 1_000_000;
    }

    @Override
    public void endIntake() {
        share.end();
    }

    @Override
    public void interrupt() {
        socket.wake();
    }

    @Override
    public void close() {
        try {
            share.leave();
        } finally {
            countTheRest();
            frames = null;
            headers = null;
            socket.close();
        }
    }

    private void countTheRest() {
        try {
            countNow();
            counts.end();
        } catch (LastErrorException alreadyClosed) {
            // closing twice is no mistake
        }
    }
}
