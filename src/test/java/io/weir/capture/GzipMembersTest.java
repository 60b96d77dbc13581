package io.weir.capture;

import static io.weir.capture.CaptureBytes.gzip;
import static io.weir.capture.CaptureBytes.pcapng;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that were compressed one by one and then put one behind the other. A section each, as each must be readable alone. */
@Timeout(60)
class GzipMembersTest {
    private static final byte[] FIRST = gzip(section("first"));
    private static final byte[] SECOND = gzip(section("second"));

    @TempDir
    Path folder;

    @Test
    void membersAreReadOneAfterTheOther() {
        FileReading reading = read(FIRST, SECOND, FIRST);

        assertThat(reading.frames).map(GzipMembersTest::payload).containsExactly("first", "second", "first");
        assertThat(reading.error).isNull();
        assertThat(FileReading.stream(together(FIRST, SECOND)).frames).hasSize(2);
    }

    @Test
    void aNextMemberWhoseHeadIsDamagedIsNotTakenForTheEnd() {
        byte[] damaged = SECOND.clone();
        damaged[0] = 0x1E;

        FileReading reading = read(FIRST, damaged);

        assertThat(reading.frames).map(GzipMembersTest::payload).containsExactly("first");
        assertThat(reading.error).endsWith("what follows its compressed data is not gzip");
    }

    @Test
    void aNextMemberOfAnotherCompressionIsNotTakenForTheEnd() {
        byte[] other = SECOND.clone();
        other[2] = 7;

        assertThat(read(FIRST, other).error).endsWith("it is compressed in a way that gzip does not know");
    }

    @Test
    void aNextMemberThatIsCutInItsHeadIsNotTakenForTheEnd() {
        for (int length = 1; length < 10; length++) {
            FileReading reading = read(FIRST, Arrays.copyOf(SECOND, length));

            assertThat(reading.frames).map(GzipMembersTest::payload).containsExactly("first");
            assertThat(reading.error).endsWith("the compressed data is cut short");
        }
    }

    @Test
    void zerosBehindTheLastMemberArePadding() {
        FileReading reading = read(FIRST, new byte[100_000]);

        assertThat(reading.frames).hasSize(1);
        assertThat(reading.error).isNull();
    }

    @Test
    void aWrongChecksumIsToldAfterTheFrames() {
        byte[] damaged = FIRST.clone();
        damaged[damaged.length - 8] ^= 1;

        FileReading reading = read(damaged);

        assertThat(reading.frames).hasSize(1);
        assertThat(reading.error).endsWith("the compressed data is damaged: its checksum or length is another one");
    }

    @Test
    void everyPartOfAHeadIsPassedOver() {
        byte[] head = {0x1F, (byte) 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 'x', 'y', 'z', 'n', 0, 'c', 0, 7, 7
        };

        FileReading reading = read(head, Arrays.copyOfRange(FIRST, 10, FIRST.length));

        assertThat(reading.frames).map(GzipMembersTest::payload).containsExactly("first");
        assertThat(reading.error).isNull();
    }

    private FileReading read(byte[]... parts) {
        return FileReading.file(folder, together(parts));
    }

    private static byte[] together(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] section(String payload) {
        return pcapng().interfaceBlock(1).enhanced(0, 1, payload).bytes();
    }

    private static String payload(String frame) {
        return frame.substring(0, frame.indexOf(' '));
    }
}
