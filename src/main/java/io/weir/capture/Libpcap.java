package io.weir.capture;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The part of libpcap that compiles filters, called directly. The library is optional: {@link #available} tells, once and
 * for all, without a throw.
 */
public final class Libpcap {
    static final int DLT_EN10MB = 1;
    static final int DLT_RAW = 12;

    private static final int SNAP_LENGTH = 262_144;
    private static final int NETMASK_UNKNOWN = -1;
    private static final int ERROR_BUFFER_BYTES = 256;
    private static final int PROGRAM_BYTES = 16;
    private static final String UNAVAILABLE;

    static {
        String reason = null;
        try {
            Calls.register();
        } catch (LinkageError | RuntimeException missing) {
            reason = "libpcap is not installed or cannot be loaded (" + Libc.firstLine(missing)
                    + "). On Debian and Ubuntu: apt-get install libpcap0.8; on Fedora: dnf install libpcap;"
                    + " on Alpine: apk add libpcap";
        }
        UNAVAILABLE = reason;
    }

    @FunctionalInterface
    private interface OnHandle<T> {
        T run(long handle) throws FilterException;
    }

    @FunctionalInterface
    private interface OfProgram<T> {
        T of(int length, Pointer instructions) throws FilterException;
    }

    private Libpcap() {}

    /** Whether filters can be compiled and the {@link Backend#PCAP} backend works. */
    public static boolean available() {
        return UNAVAILABLE == null;
    }

    /** Why not, with the command that mends it; null if it is available. */
    public static String unavailable() {
        return UNAVAILABLE;
    }

    /** How many instructions an expression takes for Ethernet frames before it is simplified, which takes the time. */
    static int rawLength(String expression) throws FilterException {
        return onDeadHandle(DLT_EN10MB, handle -> compileOn(handle, expression, false, (length, code) -> length));
    }

    /**
     * Compiles for frames of a link type.
     *
     * @param dlt DLT_ number
     */
    static BpfProgram compile(String expression, int dlt) throws FilterException {
        return onDeadHandle(dlt, handle -> compileOn(handle, expression));
    }

    private static <T> T onDeadHandle(int dlt, OnHandle<T> action) throws FilterException {
        requireLibrary();
        long handle = Calls.pcap_open_dead(dlt, SNAP_LENGTH);
        if (handle == 0) {
            throw new FilterException("libpcap has no memory for a filter", false);
        }
        try {
            return action.run(handle);
        } finally {
            Calls.pcap_close(handle);
        }
    }

    /**
     * Compiles for Ethernet frames of a live capture on Linux, where the kernel takes the VLAN tag out of the bytes: libpcap
     * asks for the tag in the right place only if it sees a live handle.
     *
     * @param device an Ethernet interface that is up
     * @return null if the device cannot be opened or is not Ethernet
     */
    static BpfProgram compileLive(String expression, String device) throws FilterException {
        requireLibrary();
        try (Memory error = new Memory(ERROR_BUFFER_BYTES)) {
            long handle = Calls.pcap_create(device, Libc.address(error));
            if (handle == 0) {
                return null;
            }
            try {
                Calls.pcap_set_snaplen(handle, SNAP_LENGTH);
                // this handle never reads a packet
                Calls.pcap_set_buffer_size(handle, 1 << 19);
                if (Calls.pcap_activate(handle) < 0 || Calls.pcap_datalink(handle) != DLT_EN10MB) {
                    return null;
                }
                return compileOn(handle, expression);
            } finally {
                Calls.pcap_close(handle);
            }
        }
    }

    /** Compiles for the frames of an open handle, a {@code pcap_t*}. */
    static BpfProgram compileOn(long handle, String expression) throws FilterException {
        return compileOn(handle, expression, true, Libpcap::copy);
    }

    private static <T> T compileOn(long handle, String expression, boolean simplified, OfProgram<T> result)
            throws FilterException {
        try (Memory program = new Memory(PROGRAM_BYTES)) {
            program.clear();
            int simplify = simplified ? 1 : 0;
            if (Calls.pcap_compile(handle, Libc.address(program), expression, simplify, NETMASK_UNKNOWN) != 0) {
                throw new FilterException(error(handle), true);
            }
            try {
                return result.of(program.getInt(0), program.getPointer(8));
            } finally {
                Calls.pcap_freecode(Libc.address(program));
            }
        }
    }

    /** What an open handle, a {@code pcap_t*}, captures from; -1 for none. */
    static int descriptor(long handle) {
        return Calls.pcap_fileno(handle);
    }

    /** As {@code pcap_next_ex}: where a frame's header and bytes are goes to the two addresses. */
    static int next(long handle, long headerAt, long bytesAt) {
        return Calls.pcap_next_ex(handle, headerAt, bytesAt);
    }

    /** The latest error of an open handle. */
    static String error(long handle) {
        return new Pointer(Calls.pcap_geterr(handle)).getString(0);
    }

    private static BpfProgram copy(int length, Pointer instructions) throws FilterException {
        if (length > BpfProgram.MAX_INSTRUCTIONS) {
            throw new FilterException(
                    "the filter compiles to " + length + " instructions, allowed are " + Filter.MAX_INSTRUCTIONS, true);
        }
        long[] packed = new long[length];
        for (int index = 0; index < length; index++) {
            long at = 8L * index;
            packed[index] = BpfProgram.instruction(
                    instructions.getShort(at) & 0xFFFF,
                    instructions.getByte(at + 2),
                    instructions.getByte(at + 3),
                    instructions.getInt(at + 4));
        }
        try {
            return new BpfProgram(packed);
        } catch (IllegalArgumentException loop) {
            throw new FilterException(
                    "the filter compiles to a program that kernels refuse, as 'protochain' does: " + loop.getMessage(),
                    true);
        }
    }

    private static void requireLibrary() throws FilterException {
        if (UNAVAILABLE != null) {
            throw new FilterException("A filter needs libpcap: " + UNAVAILABLE, false);
        }
    }

    /** In a class of its own, so that a missing library breaks nothing but this. */
    private static final class Calls {
        static void register() {
            Native.register(Calls.class, "pcap");
        }

        static native long pcap_open_dead(int linkType, int snapLength);

        static native long pcap_create(String device, long errorBuffer);

        static native int pcap_set_snaplen(long handle, int snapLength);

        static native int pcap_set_buffer_size(long handle, int bytes);

        static native int pcap_activate(long handle);

        static native int pcap_datalink(long handle);

        static native int pcap_fileno(long handle);

        static native int pcap_next_ex(long handle, long header, long bytes);

        static native int pcap_compile(long handle, long program, String expression, int optimize, int netmask);

        static native void pcap_freecode(long program);

        static native long pcap_geterr(long handle);

        static native void pcap_close(long handle);
    }
}
