package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureFileTest {
    @TempDir
    Path folder;

    private static byte[] pcap(ByteOrder order, byte[]... frames) {
        ByteBuffer file = ByteBuffer.allocate(4096).order(order);
        file.putInt(0xA1B2C3D4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(65535)
                .putInt(1);
        for (byte[] frame : frames) {
            file.putInt(7)
                    .putInt(8)
                    .putInt(frame.length)
                    .putInt(frame.length + 10)
                    .put(frame);
        }
        byte[] bytes = new byte[file.position()];
        file.flip().get(bytes);
        return bytes;
    }

    @Test
    void bothByteOrdersGiveTheSameFrames() throws Exception {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            Path path = Files.write(folder.resolve("a.pcap"), pcap(order, new byte[] {1, 2, 3}, new byte[] {4}));
            List<String> frames = new ArrayList<>();
            try (CaptureFile file = CaptureFile.open(path)) {
                while (file.poll(
                                frame -> frames.add(
                                        frame.timeNs() + " " + frame.capturedLength() + "/" + frame.wireLength() + " "
                                                + frame.memory().get(frame.offset())),
                                1,
                                0)
                        != FrameSource.END) {}
                assertThat(file.interfaceName(0)).isEqualTo("file");
                assertThat(file.statistics().delivered()).isEqualTo(2);
            }
            assertThat(frames).containsExactly("7000008000 3/13 1", "7000008000 1/11 4");
        }
    }

    @Test
    void aStreamGivesTheSameAsAFile() throws Exception {
        byte[] bytes = pcap(ByteOrder.LITTLE_ENDIAN, new byte[] {1, 2, 3}, new byte[] {4});
        List<Integer> lengths = new ArrayList<>();
        try (CaptureFile file = CaptureFile.open(new ByteArrayInputStream(bytes), "standard input")) {
            while (file.poll(frame -> lengths.add(frame.capturedLength()), 100, 100) != FrameSource.END) {}
        }
        assertThat(lengths).containsExactly(3, 1);
    }
}
