package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for frames of libpcap's handles: where their sockets are known until the kernel has some, else in naps, because
 * libpcap itself may wait for ever. The capture thread's but {@link #wake}.
 */
final class PcapWait {
    private static final long NAP_NS = 1_000_000;
    private static final int ENTRY_BYTES = 8;

    private final int wakeFd = Libc.available() ? Libc.wakeDescriptor() : -1;
    private final RingNap nap;
    private Memory memory = new Memory(ENTRY_BYTES);
    private ByteBuffer entries = view(memory);
    private volatile Thread waiting;
    private boolean closed;

    PcapWait(RingNap nap) {
        this.nap = nap;
    }

    /** For frames of any of these, until {@link #wake} or the time is over. It may return earlier. */
    void await(List<PcapCall> calls, int timeoutMs) {
        waiting = Thread.currentThread();
        int sockets = entries(calls);
        if (wakeFd < 0 || sockets < calls.size()) {
            LockSupport.parkNanos(NAP_NS);
            return;
        }
        int napMs = Math.min(timeoutMs, nap.nextMs(System.nanoTime()));
        int found = poll(napMs > 0 ? 0 : sockets, napMs > 0 ? napMs : timeoutMs);
        if (found > 0 && entries.getShort(6) != 0) {
            Libc.read(wakeFd, Libc.address(memory), ENTRY_BYTES);
        } else if (broken(sockets)) {
            // which the handle will say, or not: then this must not become a loop without a pause
            LockSupport.parkNanos(NAP_NS);
        }
    }

    private int poll(int sockets, int timeoutMs) {
        try {
            return Libc.poll(Libc.address(memory), 1 + sockets, timeoutMs);
        } catch (LastErrorException interrupted) {
            return 0;
        }
    }

    /** Returns how many of the handles have a socket. */
    private int entries(List<PcapCall> calls) {
        if (memory.size() < (1L + calls.size()) * ENTRY_BYTES) {
            memory = new Memory((1L + calls.size()) * ENTRY_BYTES);
            entries = view(memory);
        }
        int count = 0;
        entry(0, wakeFd);
        for (int index = 0; index < calls.size(); index++) {
            int fd = calls.get(index).descriptor();
            if (fd >= 0) {
                entry(++count, fd);
            }
        }
        return count;
    }

    private void entry(int index, int fd) {
        entries.putInt(index * ENTRY_BYTES, fd);
        // what is wanted, and room for what there is
        entries.putShort(index * ENTRY_BYTES + 4, (short) Libc.POLLIN);
        entries.putShort(index * ENTRY_BYTES + 6, (short) 0);
    }

    private boolean broken(int sockets) {
        for (int index = 1; index <= sockets; index++) {
            if ((entries.getShort(index * ENTRY_BYTES + 6) & ~Libc.POLLIN) != 0) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuffer view(Memory memory) {
        return memory.getByteBuffer(0, memory.size()).order(ByteOrder.nativeOrder());
    }

    /** Ends a running {@link #await}. Any thread, also after {@link #close}. */
    synchronized void wake() {
        LockSupport.unpark(waiting);
        if (wakeFd >= 0 && !closed) {
            try (Memory one = new Memory(ENTRY_BYTES)) {
                one.setLong(0, 1);
                Libc.write(wakeFd, Libc.address(one), ENTRY_BYTES);
            }
        }
    }

    /** May be repeated. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.closeQuietly(wakeFd);
        }
    }
}
