package io.weir.capture;

/** What a {@link CaptureVerticle} is about. */
public enum CaptureState {
    /** Not started, or stopped by {@link CaptureVerticle#stopCapture}. */
    STOPPED,
    CAPTURING,
    /** The source broke; it will be opened again. */
    RETRYING,
    /** The file is at its end, or broke. */
    ENDED
}
