package io.weir.capture;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Frames and name of each interface that frames came from, by the kernel's index. The capture thread writes, any thread
 * reads; only the first frame of an interface costs more than a look-up.
 */
final class InterfaceTally {
    private static final int SLOTS = 4096;
    /** Interfaces past this many are counted together. */
    private static final int MAX_INTERFACES = SLOTS / 2;

    private final AtomicLongArray frames = new AtomicLongArray(SLOTS + 1);
    private final AtomicReferenceArray<String> names = new AtomicReferenceArray<>(SLOTS + 1);
    /** Index plus one, 0 for a free slot. */
    private final AtomicLongArray published = new AtomicLongArray(SLOTS);

    private int interfaces;
    private int lastIndex = -1;
    private int lastSlot;

    InterfaceTally() {
        names.set(SLOTS, "others");
    }

    /** Counts frames of one interface. Capture thread. */
    void count(int index, int more) {
        if (more == 0) {
            return;
        }
        if (index != lastIndex) {
            lastSlot = slot(index);
            lastIndex = index;
        }
        frames.setRelease(lastSlot, frames.getPlain(lastSlot) + more);
    }

    /** Gives an interface its name before its first frame. Capture thread. */
    void name(int index, String name) {
        names.setRelease(slot(index), name);
    }

    /** Any thread. */
    String nameOf(int index) {
        for (int probe = 0, slot = start(index); probe < SLOTS; probe++, slot = slot + 1 & SLOTS - 1) {
            long known = published.getAcquire(slot);
            if (known == 0) {
                break;
            }
            if ((int) (known - 1) == index) {
                return names.getAcquire(slot);
            }
        }
        return "interface-" + index;
    }

    /** Any thread. */
    Map<String, Long> frames() {
        Map<String, Long> byName = new TreeMap<>();
        for (int slot = 0; slot <= SLOTS; slot++) {
            long count = frames.getAcquire(slot);
            if (count > 0) {
                byName.merge(names.getAcquire(slot), count, Long::sum);
            }
        }
        return byName;
    }

    private int slot(int index) {
        int slot = start(index);
        while (published.getPlain(slot) != 0) {
            if ((int) (published.getPlain(slot) - 1) == index) {
                return slot;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        if (interfaces == MAX_INTERFACES) {
            return SLOTS;
        }
        interfaces++;
        String name = Libc.available() ? Libc.interfaceName(index) : null;
        names.setRelease(slot, name == null ? "interface-" + index : name);
        published.setRelease(slot, (index & 0xFFFFFFFFL) + 1);
        return slot;
    }

    private static int start(int index) {
        return index * 0x9E3779B1 >>> 20;
    }
}
