package io.weir.capture;

import org.pcap4j.core.PcapStat;

/** Adds up the counters of one libpcap handle, which have 32 bits and start anew at some 4 thousand million. */
final class PcapCounts {
    private static final long MASK = 0xFFFFFFFFL;

    private final boolean afterFilter;
    private long received;
    private long dropped;
    private long droppedByInterface;
    private long sumDroppedByInterface;
    /** Frames that the kernel took and that were neither dropped nor read. */
    private long unread;

    /** @param afterFilter the handle counts as received just what passed the filter, each frame once */
    PcapCounts(boolean afterFilter) {
        this.afterFilter = afterFilter;
    }

    /** What was counted so far does not count. */
    void begin(PcapStat statistics) {
        if (statistics != null) {
            received = statistics.getNumPacketsReceived();
            dropped = statistics.getNumPacketsDropped();
        }
    }

    void read(int frames) {
        unread -= frames;
    }

    /** Counts what the kernel received and dropped since this was last called. */
    void add(PcapStat now, KernelCounts counts) {
        if (now == null) {
            return;
        }
        long moreDropped = now.getNumPacketsDropped() - dropped & MASK;
        // else all that is known is what was read
        long moreReceived = afterFilter ? now.getNumPacketsReceived() - received & MASK : moreDropped - unread;
        sumDroppedByInterface += now.getNumPacketsDroppedByIf() - droppedByInterface & MASK;
        dropped = now.getNumPacketsDropped();
        received = now.getNumPacketsReceived();
        droppedByInterface = now.getNumPacketsDroppedByIf();
        unread += moreReceived - moreDropped;
        counts.add(moreReceived, moreDropped);
    }

    long unread() {
        return Math.max(0, unread);
    }

    /** Whether {@link #unread} knows of frames that lie in the kernel's buffer. */
    boolean knowsUnread() {
        return afterFilter;
    }

    long droppedByInterface() {
        return sumDroppedByInterface;
    }
}
