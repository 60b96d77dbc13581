package io.weir.reassemble;

/** Why bytes are missing from a stream. */
public enum GapCause {
    /** The receiver acknowledged them, but this capture never saw them. */
    NOT_CAPTURED("not-captured"),
    /** The segment was seen, but the snap length cut these bytes off. */
    TRUNCATED("truncated"),
    /** A memory bound gave up the wait, or evicted what waited. */
    EVICTED("evicted"),
    /** They did not come in time, or not before the stream ended. */
    TIMEOUT("timeout"),
    /** The probe saw the frame and dropped it, at a full lane for example. */
    DROPPED("dropped");

    private final String label;

    GapCause(String label) {
        this.label = label;
    }

    /** As events spell it. */
    public String label() {
        return label;
    }
}
