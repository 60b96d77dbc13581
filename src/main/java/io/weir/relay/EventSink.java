package io.weir.relay;

/** Takes in the events of one partition, in their order, on the partition's thread. */
@FunctionalInterface
public interface EventSink {
    /**
     * @param subscribers bit {@code n} is set if the subscription in slot {@code n} wants the event; never 0
     * @return whether anybody may look at the event's payload after this call; if not, its memory is used again
     */
    boolean event(StreamEvent event, long subscribers);

    /**
     * An event could not be made, by a defect or for want of memory; the failure itself is thrown on. Who stops at failures
     * has nothing to do here.
     *
     * @param subscribers as above; may be 0
     * @param bytes of the stream that the event would have told
     */
    default void lost(long subscribers, long bytes) {}
}
