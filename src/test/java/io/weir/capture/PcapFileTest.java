package io.weir.capture;

import static io.weir.capture.CaptureBytes.pcap;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcapFileTest {
    @TempDir
    Path folder;

    private FileReading read(CaptureBytes bytes) {
        return FileReading.file(folder, bytes.bytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothByteOrdersAndBothResolutionsAreRead(boolean bigEndian) {
        ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        assertThat(read(pcap(order, PcapFormat.MICROSECONDS, 1)
                                .record(7, 8, "abc")
                                .record(8, 0, 1, 60, "d"))
                        .frames)
                .containsExactly("abc of 3 at 7000008000 on file type 1", "d of 60 at 8000000000 on file type 1");
        assertThat(read(pcap(order, PcapFormat.NANOSECONDS, 113).record(7, 8, "abc")).frames)
                .containsExactly("abc of 3 at 7000000008 on file type 113");
    }

    @Test
    void kuznetzovsRecordHeadsAreRead() {
        CaptureBytes bytes = pcap(ByteOrder.LITTLE_ENDIAN, PcapFormat.MODIFIED, 1);
        bytes.u32(7).u32(8).u32(3).u32(3).u32(2).u16(8).raw(new byte[] {4, 0}).text("abc");
        bytes.u32(7).u32(9).u32(1).u32(1).u32(2).u16(8).raw(new byte[] {0, 0}).text("d");
        assertThat(read(bytes).frames)
                .containsExactly("abc of 3 at 7000008000 on file type 1", "d of 1 at 7000009000 on file type 1");
    }

    @Test
    void theFrameCheckSequenceBitsAreNoPartOfTheLinkType() {
        assertThat(read(pcap(ByteOrder.LITTLE_ENDIAN, PcapFormat.MICROSECONDS, 0x24000001)
                                .record(0, 0, "a"))
                        .frames)
                .containsExactly("a of 1 at 0 on file type 1");
    }

    @Test
    void secondsAreUnsigned() {
        assertThat(read(pcap().record(-1, 999_999, "a")).frames)
                .containsExactly("a of 1 at 4294967295999999000 on file type 1");
    }

    @Test
    void aFileOfItsHeadOnlyIsEmpty() {
        FileReading reading = read(pcap());
        assertThat(reading.frames).isEmpty();
        assertThat(reading.error).isNull();
    }

    @Test
    void gzipIsRecognised() {
        byte[] packed = CaptureBytes.gzip(pcap().record(7, 8, "abc").bytes());
        assertThat(FileReading.file(folder, packed).frames).containsExactly("abc of 3 at 7000008000 on file type 1");
        assertThat(FileReading.stream(packed).frames).containsExactly("abc of 3 at 7000008000 on file type 1");
    }

    @Test
    void aDamagedGzipFileGivesWhatWasReadable() {
        byte[] packed = CaptureBytes.gzip(pcap().record(7, 8, "abc").bytes());
        FileReading reading = FileReading.file(folder, Arrays.copyOf(packed, packed.length - 6));
        assertThat(reading.frames).hasSize(1);
        assertThat(reading.error).isEqualTo("capture cannot be read past byte 43: the compressed data is cut short");
    }

    @Test
    void everyCutGivesWhatIsBeforeItAndSaysWhere() {
        byte[] whole = pcap().record(7, 8, "abc").record(7, 9, "defg").bytes();
        for (int length = 25; length < whole.length; length++) {
            FileReading reading = FileReading.file(folder, Arrays.copyOf(whole, length));
            assertThat(reading.frames).hasSize(length < 43 ? 0 : 1);
            if (length == 43) {
                assertThat(reading.error).isNull();
            } else {
                assertThat(reading.error).startsWith("capture is cut short at byte " + length + ": ");
            }
            FileReading stream = FileReading.stream(Arrays.copyOf(whole, length));
            assertThat(stream.frames).isEqualTo(reading.frames);
            assertThat(stream.error).isEqualTo(reading.error);
        }
        assertThat(FileReading.file(folder, Arrays.copyOf(whole, 62)).error)
                .isEqualTo("capture is cut short at byte 62: record 2 says 4 bytes, 3 are left");
        assertThat(FileReading.file(folder, Arrays.copyOf(whole, 45)).error)
                .isEqualTo("capture is cut short at byte 45: the head of record 2 has 16 bytes, 2 are left");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, RecordFormat.MAX_FRAME_BYTES + 1})
    void aLengthThatCannotBeIsRefused(int length) {
        FileReading reading = read(pcap().record(1, 0, "abc").record(2, 0, length, length, "abc"));
        assertThat(reading.frames).hasSize(1);
        assertThat(reading.error)
                .isEqualTo("capture is damaged at byte 43: record 2 says " + Integer.toUnsignedString(length)
                        + " bytes, and a frame has at most 1048576");
    }

    @Test
    void aFrameWithoutBytesAndAWireLengthThatIsTooSmallAreTaken() {
        assertThat(read(pcap().record(1, 0, 0, 60, "").record(1, 0, 3, 1, "abc")).frames)
                .containsExactly("" + " of 60 at 1000000000 on file type 1", "abc of 3 at 1000000000 on file type 1");
    }

    @Test
    void anythingElseIsNoCaptureFile() {
        assertThat(FileReading.file(folder, "GET / HTTP/1.1\r\n".getBytes()).error)
                .isEqualTo(
                        "capture is no capture file: it starts with the bytes 47455420, and pcap or pcapng is wanted,"
                                + " plain or compressed by gzip");
        assertThat(FileReading.file(folder, new byte[0]).error)
                .isEqualTo("capture is empty: not even the head of a capture file");
        assertThat(FileReading.file(folder, Arrays.copyOf(pcap().bytes(), 20)).error)
                .isEqualTo("capture is cut short at byte 20: the head of a capture file has at least 24 bytes");
        assertThat(FileReading.stream(new byte[0]).error).startsWith("capture is empty");
        assertThat(FileReading.file(folder, pcap().bytes().clone()).error).isNull();
    }

    @Test
    void manyFramesOfAllLengthsPassTheWindow() {
        CaptureBytes bytes = pcap();
        String text = "0123456789".repeat(7000);
        for (int index = 0; index < 200; index++) {
            bytes.record(index, 0, text.substring(0, (index * 977) % 70_000));
        }
        bytes.record(300, 0, "x".repeat(RecordFormat.MAX_FRAME_BYTES));
        FileReading reading = read(bytes);
        assertThat(reading.error).isNull();
        assertThat(reading.frames).hasSize(201);
        for (int index = 0; index < 200; index++) {
            assertThat(reading.frames.get(index)).startsWith(text.substring(0, (index * 977) % 70_000) + " of ");
        }
        assertThat(reading.statistics.byInterface()).isEqualTo(Map.of("file", 201L));
        assertThat(FileReading.stream(bytes.bytes()).frames).isEqualTo(reading.frames);
        assertThat(FileReading.stream(CaptureBytes.gzip(bytes.bytes())).frames).isEqualTo(reading.frames);
    }
}
