package io.weir.capture;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.pcap4j.core.PcapNativeException;

/**
 * Live frames through libpcap, by pcap4j: for systems without packet rings. Each frame is copied. On Linux filters and
 * frames take a shorter way, see {@link PcapSocket}; elsewhere each frame allocates, and libpcap empties its buffer when the
 * filter changes.
 *
 * <p>One handle for each interface, asked in turn without blocking.
 */
final class PcapSource implements LiveSource {
    private static final int ANY_INDEX = 0;
    private static final int LEAST_BUFFER_BYTES = 1 << 20;

    private final LiveOptions options;
    private final LiveTargets targets;
    private final boolean portable;
    private final InterfaceTally tally = new InterfaceTally();
    private final List<PcapCall> calls = new ArrayList<>();
    private volatile Filter filter;
    private final RingNap nap;
    private final PcapWait waiting;
    private volatile boolean interrupted;
    private int nextCall;

    private final KernelCounts counts = new KernelCounts();
    private volatile long droppedByInterfaces;
    private long droppedByInterfacesBefore;

    private PcapSource(LiveOptions options, LiveTargets targets, boolean portable) {
        this.options = options;
        this.portable = portable;
        this.targets = targets;
        filter = options.filter();
        nap = new RingNap(options.latencyMs(), options.bufferBytes() / RingSocket.DEFAULT_BLOCK_BYTES);
        waiting = new PcapWait(nap);
    }

    static PcapSource open(LiveOptions options) throws CaptureException {
        return open(options, false);
    }

    /** @param portable do as on other systems than Linux */
    static PcapSource open(LiveOptions options, boolean portable) throws CaptureException {
        if (!Libpcap.available()) {
            throw new CaptureException(
                    CaptureException.Kind.UNSUPPORTED, "The pcap backend does not work here: " + Libpcap.unavailable());
        }
        PcapSource source = new PcapSource(options, new LiveTargets(options), portable);
        try {
            source.openMissing();
        } catch (CaptureException | RuntimeException | Error failure) {
            source.close();
            throw failure;
        }
        return source;
    }

    /** Opens handles for interfaces that have none, and closes those of interfaces that are no longer wanted. */
    private void openMissing() throws CaptureException {
        if (targets.any()) {
            if (calls.isEmpty()) {
                tally.name(ANY_INDEX, Interfaces.ANY);
                calls.add(PcapCall.open(Interfaces.ANY, ANY_INDEX, options, filter, tally, portable));
            }
            return;
        }
        List<Integer> wanted = targets.indexes();
        for (Iterator<PcapCall> each = calls.iterator(); each.hasNext(); ) {
            PcapCall call = each.next();
            if (!wanted.contains(call.interfaceIndex)) {
                forget(call);
                each.remove();
            }
        }
        CaptureException notNow = null;
        for (LiveInterface entry : targets.interfaces()) {
            if (calls.stream().noneMatch(call -> call.interfaceIndex == entry.index())) {
                tally.name(entry.index(), entry.name());
                try {
                    calls.add(PcapCall.open(entry.name(), entry.index(), shared(), filter, tally, portable));
                } catch (CaptureException failure) {
                    notNow = failure;
                    requirePassing(failure);
                }
            }
        }
        if (calls.isEmpty() && notNow != null) {
            throw notNow;
        }
    }

    /** All handles together take the memory that was asked for, as far as their number is known. */
    private LiveOptions shared() {
        int share = options.bufferBytes() / Math.max(1, targets.interfaces().size());
        return options.withBufferBytes(Math.max(LEAST_BUFFER_BYTES, share));
    }

    /** One of several that is down, or gone just now, is tried again at each refresh. */
    private void requirePassing(CaptureException failure) throws CaptureException {
        boolean passing = failure.kind() == CaptureException.Kind.NO_INTERFACE
                || failure.kind() == CaptureException.Kind.INTERFACE_GONE;
        if (!passing || !targets.listed()) {
            throw failure;
        }
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        long deadline = System.nanoTime() + waitMs * 1_000_000L;
        while (true) {
            int handedOn = dispatch(handler, maxFrames);
            long leftNs = handedOn > 0 || interrupted ? 0 : deadline - System.nanoTime();
            if (leftNs <= 0) {
                interrupted = false;
                return handedOn;
            }
            waiting.await(calls, (int) (leftNs / 1_000_000) + 1);
        }
    }

    private int dispatch(FrameHandler handler, int maxFrames) throws CaptureException {
        int handedOn = 0;
        for (int turn = 0; turn < calls.size() && handedOn < maxFrames; turn++) {
            nextCall = nextCall + 1 < calls.size() ? nextCall + 1 : 0;
            PcapCall call = calls.get(nextCall);
            PcapNativeException broken = null;
            try {
                handedOn += call.dispatch(handler, maxFrames - handedOn);
            } catch (PcapNativeException failure) {
                broken = failure;
            } finally {
                call.countDelivered(counts, nap);
            }
            if (broken != null) {
                leave(call, broken);
            }
        }
        return handedOn;
    }

    /** Goes on with the other interfaces, if there are any. */
    private void leave(PcapCall call, PcapNativeException failure) throws CaptureException {
        if (!targets.listed() || calls.size() == 1) {
            throw broke(call, failure);
        }
        forget(call);
        calls.remove(call);
        nextCall = 0;
    }

    private CaptureException broke(PcapCall call, PcapNativeException failure) {
        if (!targets.any() && Interfaces.indexOf(call.name) != call.interfaceIndex) {
            return LiveSources.gone(call.name);
        }
        return new CaptureException("Capture on " + call.name + " broke: " + failure.getMessage(), failure);
    }

    @Override
    public boolean crowded(int quarters) {
        countNow();
        long nowNs = System.currentTimeMillis() * 1_000_000;
        LiveOptions each = shared();
        for (PcapCall call : calls) {
            if (call.crowded(quarters, nowNs, each)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void countNow() {
        long lostByInterfaces = droppedByInterfacesBefore;
        for (PcapCall call : calls) {
            call.countReceived(counts);
            lostByInterfaces += call.droppedByInterface();
        }
        droppedByInterfaces = lostByInterfaces;
    }

    /** Nobody will read what still lies in this one's buffer. */
    private void forget(PcapCall call) {
        call.endIntake();
        call.countReceived(counts);
        counts.add(0, call.unread());
        droppedByInterfacesBefore += call.droppedByInterface();
        call.close();
    }

    @Override
    public void filter(Filter next) throws FilterException {
        Filter before = filter;
        try {
            for (PcapCall call : calls) {
                call.filter(next);
            }
            filter = next;
        } catch (FilterException refused) {
            restore(before);
            throw refused;
        }
    }

    private void restore(Filter before) {
        for (PcapCall call : calls) {
            try {
                call.filter(before);
            } catch (FilterException gone) {
                // it worked before; a handle that is gone shows at the next poll
            }
        }
    }

    @Override
    public boolean refresh() throws CaptureException {
        boolean changed = targets.refresh();
        tally.present(targets.indexes());
        if (changed || targets.listed() && calls.size() < targets.interfaces().size()) {
            openMissing();
        }
        return changed;
    }

    @Override
    public Backend backend() {
        return Backend.PCAP;
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
    public String interfaceName(int interfaceIndex) {
        return tally.nameOf(interfaceIndex);
    }

    @Override
    public Statistics statistics() {
        return counts.statistics(droppedByInterfaces, tally.frames());
    }

    @Override
    public long latencyNs() {
        return (options.latencyMs() + 100L) * 1_000_000;
    }

    @Override
    public void interrupt() {
        interrupted = true;
        waiting.wake();
    }

    @Override
    public void endIntake() {
        calls.forEach(PcapCall::endIntake);
    }

    @Override
    public void close() {
        calls.forEach(this::forget);
        calls.clear();
        waiting.close();
        droppedByInterfaces = droppedByInterfacesBefore;
    }

    /** Nanoseconds since 1970. */
    static long nanoseconds(Timestamp time) {
        return Math.floorDiv(time.getTime(), 1000L) * 1_000_000_000L + time.getNanos();
    }
}
