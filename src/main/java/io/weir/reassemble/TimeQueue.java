package io.weir.reassemble;

/**
 * Things that wait for the same length of time, oldest first: a timer without a heap or a wheel. Adding and removing
 * cost a constant, finding what is due costs as much as is due.
 */
final class TimeQueue {
    /** How far an element that is older than the newest one is moved forward at most. */
    private static final int MAX_STEPS = 64;

    private final Timers timers;
    private final long delayNs;
    private Timed oldest;
    private Timed newest;
    private int size;

    /** @param delayNs how long an element waits */
    TimeQueue(Timers timers, long delayNs) {
        this.timers = timers;
        this.delayNs = delayNs;
    }

    Timed oldest() {
        return oldest;
    }

    int size() {
        return size;
    }

    /** When the oldest element has waited long enough, or {@code Long.MAX_VALUE} if there is none. */
    long dueNs() {
        return oldest == null ? Long.MAX_VALUE : oldest.queuedNs + delayNs;
    }

    /** The oldest element if it has waited long enough, or null. */
    Timed due(long nowNs) {
        return dueNs() <= nowNs ? oldest : null;
    }

    /** How long an element waits. */
    long delayNs() {
        return delayNs;
    }

    /** Adds, or moves here from whatever queue it is in. */
    void add(Timed element, long timeNs) {
        if (element.queue != null) {
            element.queue.remove(element);
        }
        Timed place = newest;
        for (int step = 0; step < MAX_STEPS && place != null && place.queuedNs > timeNs; step++) {
            place = place.before;
        }
        element.queue = this;
        element.queuedNs = timeNs;
        element.before = place;
        element.after = place == null ? oldest : place.after;
        if (element.after == null) {
            newest = element;
        } else {
            element.after.before = element;
        }
        if (place == null) {
            oldest = element;
        } else {
            place.after = element;
        }
        size++;
        timers.dueBy(timeNs + delayNs);
    }

    void remove(Timed element) {
        if (element.before == null) {
            oldest = element.after;
        } else {
            element.before.after = element.after;
        }
        if (element.after == null) {
            newest = element.before;
        } else {
            element.after.before = element.before;
        }
        element.before = null;
        element.after = null;
        element.queue = null;
        size--;
    }

    static void leave(Timed element) {
        if (element.queue != null) {
            element.queue.remove(element);
        }
    }
}
