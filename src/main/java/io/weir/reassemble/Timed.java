package io.weir.reassemble;

/** Something that waits in at most one {@link TimeQueue}. */
abstract class Timed {
    Timed before;
    Timed after;
    TimeQueue queue;
    long queuedNs;
}
