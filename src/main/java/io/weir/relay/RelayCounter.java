package io.weir.relay;

/** What one partition's relay counts. Names are part of the interface: never reused or removed. */
public enum RelayCounter {
    STREAMS_OPENED("streams opened"),

    // told while a stream lives
    DELIVERED_BYTES("payload bytes delivered in order"),
    EVENT_PAYLOAD_BYTES("payload bytes copied because a subscription wants them"),
    RETAINED_COPY_BYTES("payload bytes copied to be retained"),

    // added up when a stream closes
    CLOSED_PACKETS("segments of closed streams"),
    CLOSED_OUT_OF_ORDER_PACKETS("segments of closed streams that had to wait for a hole before them"),
    CLOSED_DUPLICATE_BYTES("bytes of closed streams that came again with the same value"),
    CLOSED_OVERLAP_BYTES("bytes of closed streams that came again, with whatever value"),
    CLOSED_CONFLICT_BYTES("bytes of closed streams that came again with another value"),
    CLOSED_REFUSED_BYTES("bytes of closed streams in segments that were refused"),

    // events on their way; offered = sent + dropped + failed
    EVENTS_OFFERED("events that at least one subscription wants"),
    EVENTS_SENT("events put on the event bus"),
    EVENTS_DROPPED("events dropped because the consumer held the whole window"),
    EVENTS_FAILED("events that could not be made, by a defect or for want of memory"),
    BATCHES_SENT("batches of events put on the event bus"),

    // retention
    RETENTION_EVICTED_CLOSED("closed streams whose retained bytes made room"),
    RETENTION_EVICTED_OPEN("open streams whose retained bytes made room"),
    RETENTION_REFUSED_BYTES("bytes not retained because no room could be made"),
    CATALOGUE_FORGOTTEN("closed streams that left the catalogue to make room"),

    FAILURES("segments and times that met a defect of the probe itself");

    private final String sentence;

    RelayCounter(String sentence) {
        this.sentence = sentence;
    }

    /** What it counts, for people. */
    public String sentence() {
        return sentence;
    }
}
