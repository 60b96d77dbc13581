package io.weir.capture;

/** Receives frames from a {@link FrameSource}, on the source's thread, in the order of the source. */
@FunctionalInterface
public interface FrameHandler {
    /** The frame and its bytes are valid during this call only. */
    void onFrame(Frame frame);
}
