package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * An AF_PACKET socket with a TPACKET_V3 receive ring in shared memory (packet(7), the kernel's packet_mmap document). Until
 * {@link #bind} nothing enters the ring, so no frame that the filter does not know is ever seen.
 */
final class RingSocket implements AutoCloseable {
    static final int DEFAULT_BLOCK_BYTES = 256 << 10;

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_FANOUT_DATA = 22;
    private static final int FANOUT_BY_PROGRAM = 6;
    private static final int FANOUT_UNIQUE_ID = 0x2000;
    private static final int TPACKET_V3 = 2;
    private static final int PACKET_MR_PROMISC = 1;
    private static final int ETH_P_ALL_NETWORK_ORDER = 0x0300;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int REQUEST_BYTES = 28;
    private static final int STATISTICS_BYTES = 12;
    private static final int FRAME_BYTES = 2048;
    private static final int POLL_ENTRY_BYTES = 8;
    private static final int WAKE_ENTRY = 0;
    private static final int RING_ENTRY = POLL_ENTRY_BYTES;

    private final Object closing = new Object();
    private final Memory waiting = new Memory(2 * POLL_ENTRY_BYTES);
    private final Memory answer = new Memory(16);
    private final Memory counters = new Memory(STATISTICS_BYTES);
    private int fd = -1;
    private int wakeFd = -1;
    private long address;
    private long mappedBytes;
    private ByteBuffer memory;

    /** @throws LastErrorException EPERM without CAP_NET_RAW */
    RingSocket() {
        try {
            fd = Libc.socket(AF_PACKET, SOCK_RAW | CLOSE_ON_EXEC, 0);
            wakeFd = Libc.wakeDescriptor();
            integer(PACKET_VERSION, TPACKET_V3);
        } catch (LastErrorException failure) {
            close();
            throw failure;
        }
        waiting.clear();
        waiting.setInt(WAKE_ENTRY, wakeFd);
        waiting.setShort(WAKE_ENTRY + 4, (short) Libc.POLLIN);
        waiting.setInt(RING_ENTRY, fd);
        waiting.setShort(RING_ENTRY + 4, (short) (Libc.POLLIN | Libc.POLLERR));
    }

    /** How large a block of a ring is: holds a frame, and a few blocks fit into the memory. */
    static int blockBytes(LiveOptions options) {
        int bytes = DEFAULT_BLOCK_BYTES;
        while (bytes > options.bufferBytes() / 2 && bytes > 64 << 10) {
            bytes /= 2;
        }
        while (bytes < options.snapLengthBytes() + 256 && bytes <= options.bufferBytes() / 4) {
            bytes *= 2;
        }
        return bytes;
    }

    /** Replaces the filter at once for all frames that are still to come. */
    void attach(BpfProgram program) {
        SocketFilter.attach(fd, program);
    }

    /** From now on no frame enters the ring. */
    void shut() {
        attach(SocketFilter.REFUSE_ALL);
    }

    /**
     * Makes the ring and maps it.
     *
     * @param latencyMs after this long the kernel hands on a block that is not full
     * @return the mapped blocks, one behind the other; gone after {@link #close}
     */
    ByteBuffer map(int blockBytes, int blocks, int latencyMs) {
        try (Memory request = new Memory(REQUEST_BYTES)) {
            request.clear();
            request.setInt(0, blockBytes);
            request.setInt(4, blocks);
            request.setInt(8, FRAME_BYTES);
            request.setInt(12, (int) ((long) blockBytes * blocks / FRAME_BYTES));
            request.setInt(16, latencyMs);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, Libc.address(request), REQUEST_BYTES);
        }
        long bytes = (long) blockBytes * blocks;
        address = Libc.mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        mappedBytes = bytes;
        memory = new Pointer(address).getByteBuffer(0, bytes);
        return memory;
    }

    /** From now on frames enter the ring: those of one interface, or of all for index 0. */
    void bind(int interfaceIndex) {
        try (Memory target = new Memory(SOCKADDR_LL_BYTES)) {
            target.clear();
            target.setShort(0, (short) AF_PACKET);
            target.setShort(2, (short) ETH_P_ALL_NETWORK_ORDER);
            target.setInt(4, interfaceIndex);
            Libc.bind(fd, Libc.address(target), SOCKADDR_LL_BYTES);
        }
    }

    /**
     * Founds a fanout group of bound rings, which no other program can have.
     *
     * @return what to {@link #joinFanout join}
     */
    int newFanout() {
        try (Memory value = new Memory(16)) {
            value.clear();
            value.setInt(0, (FANOUT_BY_PROGRAM | FANOUT_UNIQUE_ID) << 16);
            value.setInt(8, 4);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_FANOUT, Libc.address(value), 4);
            Libc.getsockopt(fd, SOL_PACKET, PACKET_FANOUT, Libc.address(value), Libc.address(value) + 8);
            return value.getInt(0) & 0xFFFF;
        }
    }

    void joinFanout(int group) {
        try (Memory value = new Memory(4)) {
            value.setInt(0, group | FANOUT_BY_PROGRAM << 16);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_FANOUT, Libc.address(value), 4);
        }
    }

    /** Which ring of the group gets a frame: the program's result modulo their number, in the order in which they joined. */
    void dealBy(BpfProgram program) {
        SocketFilter.set(fd, SOL_PACKET, PACKET_FANOUT_DATA, program);
    }

    /** Promiscuous until this socket is closed. */
    void promiscuous(int interfaceIndex) {
        try (Memory membership = new Memory(16)) {
            membership.clear();
            membership.setInt(0, interfaceIndex);
            membership.setShort(4, (short) PACKET_MR_PROMISC);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, Libc.address(membership), 16);
        }
    }

    /**
     * Waits until a block is ready, {@link #wake} is called or the time is over.
     *
     * @return whether the socket reports an error, see {@link #takeError}
     */
    boolean await(int timeoutMs) {
        if (!poll(2, timeoutMs)) {
            return false;
        }
        woken();
        return (waiting.getShort(RING_ENTRY + 6) & Libc.POLLERR) != 0;
    }

    /**
     * Waits until {@link #wake} is called or the time is over, whatever becomes of the ring.
     *
     * @return whether it was called
     */
    boolean sleep(int timeoutMs) {
        return poll(1, timeoutMs) && woken();
    }

    private boolean woken() {
        if (waiting.getShort(WAKE_ENTRY + 6) == 0) {
            return false;
        }
        Libc.read(wakeFd, Libc.address(answer), 8);
        return true;
    }

    /** @return false if it was interrupted, and nothing is known */
    private boolean poll(int entries, int timeoutMs) {
        waiting.setShort(WAKE_ENTRY + 6, (short) 0);
        waiting.setShort(RING_ENTRY + 6, (short) 0);
        try {
            Libc.poll(Libc.address(waiting), entries, timeoutMs);
            return true;
        } catch (LastErrorException interrupted) {
            if (interrupted.getErrorCode() != Libc.EINTR) {
                throw interrupted;
            }
            return false;
        }
    }

    /** The pending error number, 0 for none; taking it clears it. */
    int takeError() {
        answer.setInt(0, 0);
        answer.setInt(8, 4);
        Libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, Libc.address(answer), Libc.address(answer) + 8);
        return answer.getInt(0);
    }

    /**
     * Reads the counters of this ring, which the kernel sets back to 0: whoever calls must add them up.
     *
     * @return frames that passed the filter in the high 32 bits, those of them that found no room in the low ones
     */
    long takeStatistics() {
        answer.setInt(0, STATISTICS_BYTES);
        Libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, Libc.address(counters), Libc.address(answer));
        return (long) counters.getInt(0) << 32 | counters.getInt(4) & 0xFFFFFFFFL;
    }

    /** Ends a running {@link #await}. Any thread, also after {@link #close}. */
    void wake() {
        synchronized (closing) {
            if (wakeFd >= 0) {
                try (Memory one = new Memory(8)) {
                    one.setLong(0, 1);
                    Libc.write(wakeFd, Libc.address(one), 8);
                }
            }
        }
    }

    private void integer(int option, int value) {
        answer.setInt(0, value);
        Libc.setsockopt(fd, SOL_PACKET, option, Libc.address(answer), 4);
    }

    /** Unmaps the ring: its memory must not be touched any more. */
    @Override
    public void close() {
        synchronized (closing) {
            if (mappedBytes > 0) {
                memory = null;
                Libc.munmap(address, mappedBytes);
                mappedBytes = 0;
            }
            Libc.closeQuietly(fd);
            Libc.closeQuietly(wakeFd);
            fd = -1;
            wakeFd = -1;
        }
    }
}
