package io.weir.capture;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;

/**
 * Live frames through libpcap, by pcap4j: for systems without packet rings. Each frame is copied and allocates.
 *
 * <p>One handle for each interface, asked in turn without blocking: in its blocking mode libpcap may wait for ever on an
 * idle Linux interface, whatever the time-out.
 */
final class PcapSource implements LiveSource {
    private static final int DLT_RAW = 12;
    private static final int LINKTYPE_RAW = 101;
    private static final int ANY_INDEX = 0;
    private static final long NAP_NS = 1_000_000;
    private static final int POLLS_BETWEEN_STATISTICS = 64;

    private final LiveOptions options;
    private final LiveTargets targets;
    private final InterfaceTally tally = new InterfaceTally();
    private final List<PcapCall> calls = new ArrayList<>();
    private volatile Filter filter;
    private volatile Thread waiting;
    private volatile boolean interrupted;
    private int nextCall;
    private int pollsSinceStatistics;

    private volatile long delivered;
    private volatile long dropped;
    private volatile long droppedByInterfaces;
    private long droppedBefore;
    private long droppedByInterfacesBefore;

    private PcapSource(LiveOptions options, LiveTargets targets) {
        this.options = options;
        this.targets = targets;
        filter = options.filter();
    }

    static PcapSource open(LiveOptions options) throws CaptureException {
        if (!Libpcap.available()) {
            throw new CaptureException(
                    CaptureException.Kind.UNSUPPORTED, "The pcap backend does not work here: " + Libpcap.unavailable());
        }
        PcapSource source = new PcapSource(options, new LiveTargets(options));
        try {
            source.openMissing();
        } catch (CaptureException failure) {
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
                calls.add(openOne(Interfaces.ANY, ANY_INDEX));
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
        for (LiveInterface entry : targets.interfaces()) {
            if (calls.stream().noneMatch(call -> call.interfaceIndex == entry.index())) {
                tally.name(entry.index(), entry.name());
                calls.add(openOne(entry.name(), entry.index()));
            }
        }
    }

    private PcapCall openOne(String name, int index) throws CaptureException {
        PcapHandle handle = null;
        try {
            handle = new PcapHandle.Builder(name)
                    .snaplen(options.snapLengthBytes())
                    .promiscuousMode(
                            options.promiscuous() ? PromiscuousMode.PROMISCUOUS : PromiscuousMode.NONPROMISCUOUS)
                    .bufferSize(options.bufferBytes())
                    .timeoutMillis(options.latencyMs())
                    .timestampPrecision(TimestampPrecision.NANO)
                    .build();
            handle.setFilter(expression(filter), BpfCompileMode.OPTIMIZE);
            handle.setBlockingMode(PcapHandle.BlockingMode.NONBLOCKING);
            int dlt = handle.getDlt().value();
            return new PcapCall(handle, name, index, dlt == DLT_RAW ? LINKTYPE_RAW : dlt, options.snapLengthBytes());
        } catch (PcapNativeException failure) {
            close(handle);
            throw LiveFailures.ofPcap(failure, name);
        } catch (NotOpenException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        long deadline = System.nanoTime() + waitMs * 1_000_000L;
        waiting = Thread.currentThread();
        while (true) {
            int handedOn = dispatch(handler, maxFrames);
            if (handedOn == 0 || ++pollsSinceStatistics >= POLLS_BETWEEN_STATISTICS) {
                addStatistics();
            }
            if (handedOn > 0 || interrupted || System.nanoTime() >= deadline) {
                interrupted = false;
                return handedOn;
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    private int dispatch(FrameHandler handler, int maxFrames) throws CaptureException {
        int handedOn = 0;
        for (int turn = 0; turn < calls.size() && handedOn < maxFrames; turn++) {
            nextCall = nextCall + 1 < calls.size() ? nextCall + 1 : 0;
            PcapCall call = calls.get(nextCall);
            try {
                handedOn += call.dispatch(handler, maxFrames - handedOn);
            } catch (PcapNativeException failure) {
                throw broke(call, failure);
            } finally {
                delivered = delivered + call.takeDelivered(tally);
            }
        }
        return handedOn;
    }

    private CaptureException broke(PcapCall call, PcapNativeException failure) {
        if (!targets.any() && Interfaces.indexOf(call.name) != call.interfaceIndex) {
            return LiveSources.gone(call.name);
        }
        return new CaptureException("Capture on " + call.name + " broke: " + failure.getMessage(), failure);
    }

    private void addStatistics() {
        pollsSinceStatistics = 0;
        long lost = droppedBefore;
        long lostByInterfaces = droppedByInterfacesBefore;
        for (PcapCall call : calls) {
            PcapStat statistics = call.statistics();
            if (statistics != null) {
                lost += statistics.getNumPacketsDropped() & 0xFFFFFFFFL;
                lostByInterfaces += statistics.getNumPacketsDroppedByIf() & 0xFFFFFFFFL;
            }
        }
        dropped = Math.max(dropped, lost);
        droppedByInterfaces = Math.max(droppedByInterfaces, lostByInterfaces);
    }

    private void forget(PcapCall call) {
        PcapStat statistics = call.statistics();
        if (statistics != null) {
            droppedBefore += statistics.getNumPacketsDropped() & 0xFFFFFFFFL;
            droppedByInterfacesBefore += statistics.getNumPacketsDroppedByIf() & 0xFFFFFFFFL;
        }
        close(call.handle);
    }

    @Override
    public void filter(Filter next) throws FilterException {
        Filter before = filter;
        filter = next;
        for (PcapCall call : calls) {
            try {
                call.handle.setFilter(expression(next), BpfCompileMode.OPTIMIZE);
            } catch (PcapNativeException refused) {
                filter = before;
                restore();
                throw new FilterException(withoutPrefix(refused.getMessage()), true);
            } catch (NotOpenException closed) {
                filter = before;
                throw new FilterException("the capture is closed", false);
            }
        }
    }

    private void restore() {
        for (PcapCall call : calls) {
            try {
                call.handle.setFilter(expression(filter), BpfCompileMode.OPTIMIZE);
            } catch (PcapNativeException | NotOpenException gone) {
                // it worked before; a handle that is gone shows at the next poll
            }
        }
    }

    /** The own service first: {@code vlan} in the user's expression changes the meaning of what follows it. */
    private String expression(Filter wanted) {
        String user = wanted.isNone() ? "" : "(" + wanted.expression() + ")";
        if (options.ownService().isEmpty()) {
            return user;
        }
        String rest = "(" + options.ownService().get().remainder() + ")";
        return user.isEmpty() ? rest : rest + " and " + user;
    }

    private static String withoutPrefix(String message) {
        String prefix = "Error occurred in pcap_compile: ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    @Override
    public boolean refresh() throws CaptureException {
        if (!targets.refresh()) {
            return false;
        }
        openMissing();
        return true;
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

    /** What libpcap itself calls received counts each frame on a loopback interface twice; the sum here does not. */
    @Override
    public Statistics statistics() {
        long handedOn = delivered;
        long lost = dropped;
        return new Statistics(handedOn + lost, handedOn, lost, droppedByInterfaces, tally.frames());
    }

    @Override
    public long latencyNs() {
        return (options.latencyMs() + 100L) * 1_000_000;
    }

    @Override
    public void interrupt() {
        interrupted = true;
        LockSupport.unpark(waiting);
    }

    @Override
    public void close() {
        calls.forEach(this::forget);
        calls.clear();
        addStatistics();
    }

    private static void close(PcapHandle handle) {
        if (handle != null) {
            handle.close();
        }
    }

    /** Nanoseconds since 1970. */
    static long nanoseconds(Timestamp time) {
        return Math.floorDiv(time.getTime(), 1000L) * 1_000_000_000L + time.getNanos();
    }
}
