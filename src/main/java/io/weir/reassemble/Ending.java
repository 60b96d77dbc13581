package io.weir.reassemble;

/** Why a stream was closed. */
public enum Ending {
    /** Both sides' FIN were reached. */
    FIN("fin"),
    /** A valid reset. */
    RST("rst"),
    /** Nothing was seen for longer than the stream's timeout. */
    IDLE("idle"),
    /** A new connection took over the same addresses and ports. */
    REUSED("reused"),
    /** The table of streams was full. */
    EVICTED("evicted"),
    /** The probe, its capture, or the file came to its end, or the clock that the times come from was set back. */
    STOPPED("stopped");

    private final String label;

    Ending(String label) {
        this.label = label;
    }

    /** As events spell it. */
    public String label() {
        return label;
    }
}
