package io.weir.capture;

import java.io.IOException;

/** A capture file format: finds the next frame in a {@link Window}. */
interface RecordFormat {
    /** Longest frame that is believed: twice what Linux puts into one packet at most (512 KiB, BIG TCP). */
    int MAX_FRAME_BYTES = 1 << 20;

    /** What {@link #next} found. */
    enum Found {
        FRAME,
        /** The stream has nothing yet. */
        NOTHING,
        END
    }

    /**
     * Finds the next frame; its bytes are valid until the next call.
     *
     * @throws CaptureException the file is damaged here; its message names the byte offset
     */
    Found next(Window window, Frame frame) throws CaptureException, IOException;

    /** Name of an interface, or null if the file gives none. */
    String interfaceName(int index);
}
