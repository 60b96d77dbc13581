package io.weir;

import java.util.Locale;

/**
 * Where each captured frame went, besides what the decoder found in it. Every frame that a source delivers is counted as
 * {@link #DELIVERED} and ends in exactly one other place: to a lane, refused there, a {@link io.weir.decode.Decoded} that is
 * no segment, filtered, or with the fragments.
 */
enum FrameCounter {
    /** Frames that the source handed on. */
    DELIVERED("frames that the source handed on"),
    /** Segments handed on to reassembly, those of reassembled datagrams included. */
    SEGMENTS("TCP segments handed on"),
    /** Segments of weir's own service, dropped behind the kernel's filter. */
    OWN_TRAFFIC("segments of weir's own service, dropped"),
    /** Frames that did not match the filter. */
    FILTERED("frames that the filter did not want"),
    /** Bytes of delivered frames on the wire. */
    WIRE_BYTES("bytes on the wire of the frames handed on"),
    /** Bytes of delivered frames that were captured. */
    CAPTURED_BYTES("captured bytes of the frames handed on");

    private final String sentence;

    FrameCounter(String sentence) {
        this.sentence = sentence;
    }

    /** What it means, for people. */
    String sentence() {
        return sentence;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
