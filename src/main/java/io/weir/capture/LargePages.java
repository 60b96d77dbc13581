package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;

/**
 * Asks the kernel (madvise(2)) to keep memory in pages of 2 MiB. What is written or read once from one end to the other, again
 * and again, else needs the tables of another small page for every few frames.
 */
public final class LargePages {
    private static final int PAGE_BYTES = 4096;
    private static final int MADV_HUGEPAGE = 14;
    /** At once, not some seconds later; Linux 6.1. */
    private static final int MADV_COLLAPSE = 25;

    private LargePages() {}

    /** Where that cannot be, nothing is done. Any thread; takes some milliseconds the first time. */
    public static void under(ByteBuffer memory) {
        if (!memory.isDirect() || !Libc.available()) {
            return;
        }
        long address = Libc.address(Native.getDirectBufferPointer(memory));
        long first = address + PAGE_BYTES - 1 & -PAGE_BYTES;
        long bytes = (address + memory.capacity() & -PAGE_BYTES) - first;
        if (bytes <= 0) {
            return;
        }
        try {
            Libc.madvise(first, bytes, MADV_HUGEPAGE);
            Libc.madvise(first, bytes, MADV_COLLAPSE);
        } catch (LastErrorException refused) {
            // by an older kernel, or there is no large page free: small ones do too
        }
    }
}
