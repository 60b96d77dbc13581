package io.weir;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** How far one file is read, shown where a person watches. */
final class ReadProgress {
    /** Of each frame in a classic pcap file; pcapng takes somewhat more. */
    private static final int RECORD_HEADER_BYTES = 16;

    private final Intake intake;
    private final ProgressBar bar;
    private final long framesBefore;
    private final long bytesBefore;

    ReadProgress(PrintStream err, String file, Intake intake) {
        this.intake = intake;
        bar = Terminal.isStandardError() ? new ProgressBar(err, file, size(file)) : null;
        framesBefore = intake.frames().get(FrameCounter.DELIVERED);
        bytesBefore = intake.frames().get(FrameCounter.CAPTURED_BYTES);
    }

    void update() {
        if (bar != null) {
            long frames = intake.frames().get(FrameCounter.DELIVERED) - framesBefore;
            long bytes = intake.frames().get(FrameCounter.CAPTURED_BYTES) - bytesBefore;
            bar.update(bytes + frames * RECORD_HEADER_BYTES, frames, System.nanoTime());
        }
    }

    void clear() {
        if (bar != null) {
            bar.clear();
        }
    }

    /** 0 where the size says nothing about the frames: a pipe, or a compressed file. */
    private static long size(String file) {
        try {
            boolean measurable = !file.equals(ReadCommand.STANDARD_INPUT) && !file.endsWith(".gz");
            return measurable && Files.isRegularFile(Path.of(file)) ? Files.size(Path.of(file)) : 0;
        } catch (IOException untold) {
            return 0;
        }
    }
}
