package io.weir.tally;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One counter for each constant of an enum.
 *
 * <p>Exactly one thread writes; any thread reads. A reader sees each counter's value at some recent moment, counters
 * never go backwards, and two counters read one after the other may belong to different moments.
 *
 * @param <E> names of the counters
 */
public final class Counters<E extends Enum<E>> {
    private final E[] names;
    private final AtomicLongArray values;

    public Counters(Class<E> type) {
        names = type.getEnumConstants();
        values = new AtomicLongArray(names.length);
    }

    /** Adds one. Writer's thread only. */
    public void increment(E name) {
        add(name, 1);
    }

    /** Adds {@code amount}, which is not negative. Writer's thread only. */
    public void add(E name, long amount) {
        int index = name.ordinal();
        values.setRelease(index, values.getPlain(index) + amount);
    }

    /** Any thread. */
    public long get(E name) {
        return values.getAcquire(name.ordinal());
    }

    /** Sum over all names; any thread. */
    public long sum() {
        long sum = 0;
        for (int index = 0; index < names.length; index++) {
            sum += values.getAcquire(index);
        }
        return sum;
    }

    /** All names, in the order of the enum. */
    public E[] names() {
        return names.clone();
    }
}
