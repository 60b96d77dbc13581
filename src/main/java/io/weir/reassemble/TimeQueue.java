package io.weir.reassemble;

/**
 * Things that wait for the same length of time, oldest first: a timer without a heap or a wheel. Adding and removing
 * cost a constant, finding what is due costs as much as is due.
 */
final class TimeQueue {
    /** How far an element that is older than the newest one is moved forward at most. */
    private static final int MAX_STEPS = 64;

    private Timed oldest;
    private Timed newest;
    private int size;

    Timed oldest() {
        return oldest;
    }

    int size() {
        return size;
    }

    /** Time of the oldest element plus {@code delayNs}, or {@code Long.MAX_VALUE} if there is none. */
    long dueNs(long delayNs) {
        return oldest == null ? Long.MAX_VALUE : oldest.queuedNs + delayNs;
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
