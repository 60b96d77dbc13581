package io.weir.capture;

/** Where {@link CaptureVerticle} hands frames to. All methods are called on the capture worker's thread. */
public interface FrameSink extends FrameHandler {
    /**
     * Whether there is room for the frames of at least one poll, see {@link CaptureVerticle#FRAMES_PER_POLL}. While not, the
     * source is not asked, and control still gets through.
     */
    default boolean ready() {
        return true;
    }

    /**
     * The same, but for places that nobody has read for a while: asked once half the source's buffer is
     * {@linkplain FrameSource#crowded full}. Once three quarters are, the source is polled all the same, and the sink drops and
     * counts.
     */
    default boolean readyWhereRead() {
        return ready();
    }

    /** The source has nothing more just now and is waited for; publish what it brought. */
    default void flush() {}

    /**
     * The machine's clock was set back: the frames that follow have earlier times than those before, so whatever waits for a
     * later time would wait for too long.
     */
    default void timeStartsAnew() {}

    /**
     * A slice of at most about 10 ms is over; publish what it brought.
     *
     * @param timeNs how far the source's clock is for certain: no frame of an earlier time will follow. For a file, the
     *     latest frame's time; 0 before the first frame
     */
    void sliceEnded(long timeNs);
}
