package io.weir;

/** What {@link Intake} counts besides what the decoder found in each frame. */
enum FrameCounter {
    DELIVERED("frames that the source handed on"),
    FILTERED("frames that the filter did not want"),
    OWN_TRAFFIC("frames of weir's own service that passed the kernel's filter, dropped"),
    DUPLICATES("frames whose segment was captured on another interface already"),
    WIRE_BYTES("bytes on the wire of the frames handed on"),
    CAPTURED_BYTES("captured bytes of the frames handed on");

    private final String sentence;

    FrameCounter(String sentence) {
        this.sentence = sentence;
    }

    /** What it counts, for people. */
    String sentence() {
        return sentence;
    }
}
