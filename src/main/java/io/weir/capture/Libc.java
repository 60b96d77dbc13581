package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * The few calls into the C library that packet rings and interface listing need. Pointers are {@code long}s: with primitives
 * only, a call costs no allocation.
 */
final class Libc {
    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EAFNOSUPPORT = 97;
    static final int ENETDOWN = 100;
    static final int ENOBUFS = 105;

    static final int POLLIN = 1;
    static final int POLLERR = 8;

    static final int IFNAMSIZ = 16;

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int NON_BLOCKING = 0x800;
    private static final int IFREQ_BYTES = 40;

    private static final String UNAVAILABLE;

    static {
        String reason = null;
        if (!Platform.isLinux() || !Platform.is64Bit()) {
            reason = "packet rings exist on 64-bit Linux only, this is " + System.getProperty("os.name") + " on "
                    + System.getProperty("os.arch");
        } else {
            try {
                Native.register(Libc.class, "c");
            } catch (LinkageError | RuntimeException failure) {
                reason = "the native part of JNA cannot be loaded (" + firstLine(failure)
                        + "); it is unpacked into java.io.tmpdir, which must be writable and allow execution";
            }
        }
        UNAVAILABLE = reason;
    }

    private Libc() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int setsockopt(int fd, int level, int option, long value, int length) throws LastErrorException;

    static native int getsockopt(int fd, int level, int option, long value, long length) throws LastErrorException;

    static native int bind(int fd, long address, int length) throws LastErrorException;

    static native int ioctl(int fd, long request, long argument) throws LastErrorException;

    static native long mmap(long address, long length, int protection, int flags, int fd, long offset)
            throws LastErrorException;

    static native int munmap(long address, long length) throws LastErrorException;

    static native int poll(long descriptors, long count, int timeoutMs) throws LastErrorException;

    static native int eventfd(int value, int flags) throws LastErrorException;

    static native long read(int fd, long target, long length) throws LastErrorException;

    static native long write(int fd, long source, long length) throws LastErrorException;

    static native long memcpy(long target, long source, long length);

    static native int madvise(long address, long length, int advice) throws LastErrorException;

    static native int close(int fd) throws LastErrorException;

    static native long if_indextoname(int index, long name) throws LastErrorException;

    /** Whether the calls work here; if not, {@link #unavailable} says why. */
    static boolean available() {
        return UNAVAILABLE == null;
    }

    static String unavailable() {
        return UNAVAILABLE;
    }

    static long address(Pointer memory) {
        return Pointer.nativeValue(memory);
    }

    static int wakeDescriptor() {
        return eventfd(0, CLOSE_ON_EXEC | NON_BLOCKING);
    }

    static int datagramSocket() {
        return socket(AF_INET, SOCK_DGRAM | CLOSE_ON_EXEC, 0);
    }

    /** Name of an interface of this network namespace, or null. */
    static String interfaceName(int index) {
        try (Memory name = new Memory(IFNAMSIZ)) {
            return if_indextoname(index, address(name)) == 0 ? null : name.getString(0, "US-ASCII");
        } catch (LastErrorException gone) {
            return null;
        }
    }

    /**
     * One interface request (netdevice(7)) by name.
     *
     * @return the 4 bytes of the answer in native order, or -1 if there is no such interface
     */
    static int interfaceRequest(int socket, int request, String name) {
        byte[] ascii = name.getBytes(StandardCharsets.UTF_8);
        if (ascii.length >= IFNAMSIZ) {
            return -1;
        }
        try (Memory memory = new Memory(IFREQ_BYTES)) {
            memory.clear();
            memory.write(0, ascii, 0, ascii.length);
            ioctl(socket, request, address(memory));
            return memory.getInt(IFNAMSIZ);
        } catch (LastErrorException gone) {
            return -1;
        }
    }

    /** Closes what is open; for paths on which nothing can be done about a failure. */
    static void closeQuietly(int fd) {
        if (fd >= 0) {
            try {
                close(fd);
            } catch (LastErrorException ignored) {
                // the descriptor is gone either way (close(2))
            }
        }
    }

    static String firstLine(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
