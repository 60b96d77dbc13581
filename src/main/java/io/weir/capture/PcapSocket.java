package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import org.pcap4j.core.PcapHandle;

/**
 * The packet socket under a libpcap handle on Linux, for what pcap4j does not do: read frames at libpcap's own speed, and
 * replace a filter without losing frames. libpcap's {@code pcap_setfilter} refuses every frame while it empties the socket, and counts none of them; a
 * filter that goes to the socket directly is replaced in one step.
 */
final class PcapSocket {
    private static final int SOL_SOCKET = 1;
    private static final int SO_DOMAIN = 39;
    private static final int AF_PACKET = 17;

    private final long handle;
    private final int fd;

    private PcapSocket(long handle, int fd) {
        this.handle = handle;
        this.fd = fd;
    }

    /** Null where there is none: other systems, and devices that libpcap reads in other ways. */
    static PcapSocket of(PcapHandle open) {
        if (!Libc.available()) {
            return null;
        }
        long handle = pointer(open);
        int fd = handle == 0 ? -1 : Libpcap.descriptor(handle);
        return fd >= 0 && domain(fd) == AF_PACKET ? new PcapSocket(handle, fd) : null;
    }

    /** pcap4j keeps libpcap's handle to itself; 0 if this version of it keeps it elsewhere. */
    private static long pointer(PcapHandle open) {
        try {
            Field field = PcapHandle.class.getDeclaredField("handle");
            field.setAccessible(true);
            return field.get(open) instanceof Pointer pointer ? Libc.address(pointer) : 0;
        } catch (ReflectiveOperationException | RuntimeException kept) {
            return 0;
        }
    }

    private static int domain(int fd) {
        try (Memory answer = new Memory(8)) {
            answer.setInt(0, 0);
            answer.setInt(4, 4);
            Libc.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, Libc.address(answer), Libc.address(answer) + 4);
            return answer.getInt(0);
        } catch (LastErrorException noSocket) {
            return -1;
        }
    }

    int descriptor() {
        return fd;
    }

    PcapFrames frames(int snapLengthBytes) {
        return new PcapFrames(handle, snapLengthBytes);
    }

    /** Compiles for this handle's frames as the kernel shows them. */
    BpfProgram compile(Filter filter, int dlt) throws FilterException {
        return filter.programForHandle(handle, dlt);
    }

    void attach(BpfProgram program) throws FilterException {
        try {
            SocketFilter.attach(fd, program);
        } catch (LastErrorException refused) {
            throw new FilterException("the kernel refuses the filter: " + refused.getMessage(), false);
        }
    }
}
