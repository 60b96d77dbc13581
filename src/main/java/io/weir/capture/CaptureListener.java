package io.weir.capture;

import java.util.List;

/** Told what becomes of a {@link CaptureVerticle}'s source. Called on the capture worker's thread; must not block. */
public interface CaptureListener {
    /** A source was opened, at first or again. */
    default void opened(FrameSource source) {}

    /** The set of captured interfaces is now another one. */
    default void interfacesChanged(List<String> names) {}

    /** The machine's clock was set back, and {@link FrameSink#timeStartsAnew} follows. */
    default void clockSetBack(long byNs) {}

    /**
     * The source broke, or could not be opened again.
     *
     * @param retryInMs when it is tried again; -1 never, for a file
     */
    default void broken(CaptureException failure, long retryInMs) {}

    /** The file is at its end; {@link FrameSink#sliceEnded} was called after its last frame. */
    default void ended() {}

    /** The sink threw at a frame, which is lost; a defect of the program. */
    default void frameFailed(RuntimeException failure) {}
}
