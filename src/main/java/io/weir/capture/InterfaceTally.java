package io.weir.capture;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Frames and name of each interface that frames came from, by the kernel's index. The capture thread writes, any thread
 * reads; only the first frame of an interface costs more than a look-up.
 *
 * <p>Bounded: {@value #MAX_INTERFACES} interfaces, further ones are counted together as {@value #OTHERS}. Once half of that
 * is used, interfaces that have gone give up their place and join those.
 */
final class InterfaceTally {
    private static final int SLOTS = 4096;
    static final int MAX_INTERFACES = SLOTS / 2;
    private static final int CROWDED = MAX_INTERFACES / 2;
    static final String OTHERS = "others";

    private volatile Table table = new Table();

    // the capture thread's
    private Set<Integer> absent = Set.of();
    private int lastIndex = -1;
    private int lastSlot;

    /** Counts frames of one interface. Capture thread. */
    void count(int index, int more) {
        if (more == 0) {
            return;
        }
        meet(index);
        table.add(lastSlot, more);
    }

    /** From now on an interface has its name, as far as there is room. Capture thread. */
    void meet(int index) {
        if (index != lastIndex) {
            lastSlot = table.slotFor(index);
            lastIndex = index;
        }
    }

    /** Gives an interface its name before its first frame. Capture thread. */
    void name(int index, String name) {
        Table known = table;
        int slot = known.slotFor(index);
        if (slot != SLOTS) {
            known.names.setRelease(slot, name);
        }
    }

    /**
     * Says which interfaces there are now. Who is missing twice running gives up its place if room is short; the first time,
     * frames of its may still be on their way. Capture thread.
     */
    void present(Collection<Integer> indexes) {
        Table known = table;
        if (known.interfaces < CROWDED) {
            return;
        }
        Set<Integer> missing = known.indexes();
        missing.removeAll(new HashSet<>(indexes));
        // stands for no interface in particular
        missing.remove(0);
        Set<Integer> gone = new HashSet<>(missing);
        gone.retainAll(absent);
        absent = missing;
        if (!gone.isEmpty()) {
            table = known.without(gone);
            lastIndex = -1;
        }
    }

    /** Any thread. */
    String nameOf(int index) {
        Table known = table;
        int slot = known.find(index);
        return slot < 0 ? "interface-" + index : known.names.getAcquire(slot);
    }

    /** Any thread. */
    Map<String, Long> frames() {
        Table known = table;
        Map<String, Long> byName = new TreeMap<>();
        for (int slot = 0; slot <= SLOTS; slot++) {
            long count = known.frames.getAcquire(slot);
            if (count > 0) {
                byName.merge(known.names.getAcquire(slot), count, Long::sum);
            }
        }
        return byName;
    }

    /** Places are taken and never given up: whoever reads finds each one as it was, or a little behind. */
    private static final class Table {
        /** The last one is that of all others together. */
        private final AtomicLongArray frames = new AtomicLongArray(SLOTS + 1);

        private final AtomicReferenceArray<String> names = new AtomicReferenceArray<>(SLOTS + 1);
        /** Index plus one, 0 for a free slot. */
        private final AtomicLongArray published = new AtomicLongArray(SLOTS);

        private int interfaces;

        private Table() {
            names.set(SLOTS, OTHERS);
        }

        private void add(int slot, long more) {
            frames.setRelease(slot, frames.getPlain(slot) + more);
        }

        /** The slot of an interface, or -1. */
        private int find(int index) {
            for (int probe = 0, slot = start(index); probe < SLOTS; probe++, slot = slot + 1 & SLOTS - 1) {
                long known = published.getAcquire(slot);
                if (known == 0) {
                    break;
                }
                if ((int) (known - 1) == index) {
                    return slot;
                }
            }
            return -1;
        }

        private int slotFor(int index) {
            int known = find(index);
            if (known >= 0) {
                return known;
            }
            if (interfaces == MAX_INTERFACES) {
                return SLOTS;
            }
            String name = Libc.available() ? Libc.interfaceName(index) : null;
            return take(index, name == null ? "interface-" + index : name);
        }

        private int take(int index, String name) {
            int slot = start(index);
            while (published.getPlain(slot) != 0) {
                slot = slot + 1 & SLOTS - 1;
            }
            interfaces++;
            names.setRelease(slot, name);
            published.setRelease(slot, (index & 0xFFFFFFFFL) + 1);
            return slot;
        }

        private Set<Integer> indexes() {
            Set<Integer> all = new HashSet<>();
            for (int slot = 0; slot < SLOTS; slot++) {
                if (published.getPlain(slot) != 0) {
                    all.add((int) (published.getPlain(slot) - 1));
                }
            }
            return all;
        }

        /** The same, but frames of these interfaces are those of others. */
        private Table without(Set<Integer> gone) {
            Table next = new Table();
            next.add(SLOTS, frames.getPlain(SLOTS));
            for (int slot = 0; slot < SLOTS; slot++) {
                long known = published.getPlain(slot);
                if (known != 0) {
                    int index = (int) (known - 1);
                    int to = gone.contains(index) ? SLOTS : next.take(index, names.getPlain(slot));
                    next.add(to, frames.getPlain(slot));
                }
            }
            return next;
        }

        private static int start(int index) {
            return index * 0x9E3779B1 >>> 20;
        }
    }
}
