package io.weir.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a capture file gave: one text for each frame, and the error at its end, if there was one. */
final class FileReading {
    final List<String> frames = new ArrayList<>();
    String error;
    FrameSource.Statistics statistics;

    /** Reads the bytes as a file; the name in errors is {@code capture}. */
    static FileReading file(Path folder, byte[] bytes) {
        FileReading reading = new FileReading();
        try {
            Path path = Files.write(folder.resolve("capture"), bytes);
            try (CaptureFile file = CaptureFile.open(path)) {
                reading.read(file);
            }
        } catch (CaptureException broken) {
            reading.error = broken.getMessage().replace(folder + "/", "");
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return reading;
    }

    /** Reads the bytes as a stream of the name {@code capture}. */
    static FileReading stream(byte[] bytes) {
        FileReading reading = new FileReading();
        try (CaptureFile file = CaptureFile.open(new ByteArrayInputStream(bytes), "capture")) {
            reading.read(file);
        } catch (CaptureException broken) {
            reading.error = broken.getMessage();
        }
        return reading;
    }

    private void read(CaptureFile file) throws CaptureException {
        try {
            while (file.poll(frame -> frames.add(text(file, frame)), 3, 1000) != FrameSource.END) {
                // until the end
            }
        } finally {
            statistics = file.statistics();
        }
    }

    private static String text(CaptureFile file, Frame frame) {
        byte[] bytes = new byte[frame.capturedLength()];
        frame.memory().get(frame.offset(), bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1) + " of " + frame.wireLength() + " at " + frame.timeNs()
                + " on " + file.interfaceName(frame.interfaceIndex()) + " type " + frame.linkType();
    }
}
