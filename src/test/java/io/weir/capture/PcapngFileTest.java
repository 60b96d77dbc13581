package io.weir.capture;

import static io.weir.capture.CaptureBytes.pcapng;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcapngFileTest {
    private static final int CUSTOM = 0x0BAD;

    @TempDir
    Path folder;

    private FileReading read(CaptureBytes bytes) {
        return FileReading.file(folder, bytes.bytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyKindOfPacketBlockIsReadInBothByteOrders(boolean bigEndian) {
        CaptureBytes bytes = pcapng(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(1)
                .interfaceBlock(113)
                .enhanced(0, 7_000_008, "abc")
                .obsolete(1, 7_000_009, "defg")
                .simple(60, "hi");
        assertThat(read(bytes).frames)
                .containsExactly(
                        "abc of 3 at 7000008000 on if0 type 1",
                        "defg of 4 at 7000009000 on if1 type 113",
                        "hi\0\0 of 60 at 7000009000 on if0 type 1");
    }

    @Test
    void sectionsOfBothByteOrdersCountTheirInterfacesOn() {
        CaptureBytes bytes = pcapng().interfaceBlock(1).enhanced(0, 1, "a");
        bytes.section(ByteOrder.BIG_ENDIAN)
                .interfaceBlock(101)
                .interfaceBlock(113)
                .enhanced(1, 2, "b")
                .simple(1, "c");
        FileReading reading = read(bytes);
        assertThat(reading.error).isNull();
        assertThat(reading.frames)
                .containsExactly(
                        "a of 1 at 1000 on if0 type 1",
                        "b of 1 at 2000 on if2 type 113",
                        "c of 1 at 2000 on if1 type 101");
        assertThat(reading.statistics.byInterface()).isEqualTo(Map.of("if0", 1L, "if1", 1L, "if2", 1L));
    }

    @Test
    void aNameIsTakenFromTheOptions() {
        CaptureBytes bytes = pcapng();
        bytes.interfaceBlock(1, 0, bytes.option(2, "eth0".getBytes()));
        assertThat(read(bytes.enhanced(0, 1, "a")).frames).containsExactly("a of 1 at 1000 on eth0 type 1");
    }

    @ParameterizedTest
    @CsvSource({
        "9, 1234567890123, 1234567890123",
        "6, 1234567890, 1234567890000",
        "0, 5, 5000000000",
        "3, 1500, 1500000000",
        "12, 1500, 1",
        "18, 5000000000000000000, 5000000000",
        "127, 5000000000000000000, 0",
        // 2 to the power of -n: 0x80 | n
        "138, 1536, 1500000000",
        "160, 6442450944, 1500000000",
        "191, 9223372036854775807, 999999999",
        "255, -1, 0",
        "128, 5, 5000000000",
        // beyond what 64 bits of nanoseconds hold
        "6, -1, 4611686018427387903",
        "0, 9223372036854775807, 4611686018427387903",
        "128, -1, 4611686018427387903"
    })
    void everyResolutionGivesNanoseconds(int resolution, long units, long timeNs) {
        CaptureBytes bytes = pcapng();
        bytes.interfaceBlock(1, 0, bytes.option(9, new byte[] {(byte) resolution}));
        assertThat(read(bytes.enhanced(0, units, "a")).frames)
                .containsExactly("a of 1 at " + timeNs + " on if0 type 1");
    }

    @ParameterizedTest
    @CsvSource({"10, 11000000000", "-5, 0", "9223372036854775807, 4611686018427387903", "-9223372036854775808, 0"})
    void aTimeOffsetIsAdded(long seconds, long timeNs) {
        CaptureBytes bytes = pcapng();
        bytes.interfaceBlock(
                1,
                0,
                bytes.option(
                        14,
                        ByteBuffer.allocate(8)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(seconds)
                                .array()));
        assertThat(read(bytes.enhanced(0, 1_000_000, "a")).frames)
                .containsExactly("a of 1 at " + timeNs + " on if0 type 1");
    }

    @Test
    void aSimplePacketIsCutAtTheSnapLength() {
        CaptureBytes bytes = pcapng().interfaceBlock(1, 2, new byte[0]).simple(9, "abcd");
        assertThat(read(bytes).frames).containsExactly("ab of 9 at 0 on if0 type 1");
    }

    @Test
    void otherBlocksAreSkippedWhateverTheirLength() {
        CaptureBytes bytes = pcapng().interfaceBlock(1).block(CUSTOM, 12, "");
        bytes.block(CUSTOM, 12 + 6_000_000, "x".repeat(6_000_000)).enhanced(0, 1, "a");
        assertThat(read(bytes).frames).containsExactly("a of 1 at 1000 on if0 type 1");
        assertThat(FileReading.stream(bytes.bytes()).frames).containsExactly("a of 1 at 1000 on if0 type 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 8, 13, -1, 31})
    void aBlockLengthThatCannotBeIsRefused(int length) {
        for (int type : new int[] {CUSTOM, 1, 2, 3, 6, 0x0A0D0D0A}) {
            CaptureBytes bytes = pcapng().interfaceBlock(1).enhanced(0, 1, "abcd");
            bytes.u32(type)
                    .u32(length)
                    .u32(0x1A2B3C4D)
                    .u16(1)
                    .u16(0)
                    .u32(0)
                    .u32(0)
                    .u32(length);
            FileReading reading = read(bytes);
            assertThat(reading.frames).hasSize(1);
            assertThat(reading.error)
                    .isEqualTo("capture is damaged at byte 84: block 4 says " + Integer.toUnsignedString(length)
                            + " bytes; a block has at least 12, and a multiple of 4");
        }
    }

    @Test
    void aBlockThatClaimsGigabytesEndsTheFile() {
        assertThat(read(pcapng().interfaceBlock(1)
                                .enhanced(0, 1, "a")
                                .u32(CUSTOM)
                                .u32(-4)
                                .u32(0))
                        .error)
                .isEqualTo("capture is cut short at byte 96: block 4 goes on for 4294967280 bytes");
        assertThat(read(pcapng().interfaceBlock(1).u32(6).u32(-4).u32(0)).error)
                .isEqualTo(
                        "capture is damaged at byte 48: block 3 says 4294967292 bytes; at most 4194304 are believed");
        assertThat(read(pcapng().interfaceBlock(1).u32(6).u32(4_000_000).u32(0)).error)
                .isEqualTo("capture is cut short at byte 60: block 3 has 4000000 bytes, 12 are left");
    }

    @Test
    void aPacketBlockThatContradictsItselfIsRefused() {
        CaptureBytes start = pcapng().interfaceBlock(1);
        assertThat(read(pcapng().interfaceBlock(1).enhanced(0, 1, 5, 5, "abcd")).error)
                .endsWith("block 3 says that it holds 5 bytes of a frame, and has room for 4");
        assertThat(read(pcapng().interfaceBlock(1).enhanced(0, 1, -1, -1, "abcd")).error)
                .endsWith("block 3 says that it holds 4294967295 bytes of a frame, and has room for 4");
        assertThat(read(pcapng().interfaceBlock(1).enhanced(1, 1, "abcd")).error)
                .endsWith("block 3 is of interface 1; the section describes 1");
        assertThat(read(pcapng().simple(1, "abcd")).error)
                .endsWith("block 2 holds a frame, and its section describes no interface");
        assertThat(read(start.u32(6).u32(36).text("x".repeat(24)).u32(32)).error)
                .contains("36");
        assertThat(read(pcapng().interfaceBlock(1)
                                .u32(6)
                                .u32(28)
                                .text("x".repeat(16))
                                .u32(28))
                        .error)
                .endsWith("block 3 says 28 bytes; its kind has at least 32");
        assertThat(read(pcapng().u32(1).u32(16).text("x".repeat(4)).u32(16)).error)
                .endsWith("block 2 says 16 bytes; its kind has at least 20");
    }

    @Test
    void theLengthAtTheEndOfABlockMustBeThatAtItsStart() {
        CaptureBytes bytes = pcapng().interfaceBlock(1).enhanced(0, 1, "abcd");
        byte[] whole = bytes.bytes();
        whole[whole.length - 4] = 40;
        assertThat(FileReading.file(folder, whole).error)
                .isEqualTo("capture is damaged at byte 48: block 3 says 36 bytes at its start and 40 at its end");
    }

    @Test
    void everyCutGivesWhatIsBeforeItAndSaysWhere() {
        byte[] whole = pcapng().interfaceBlock(1)
                .enhanced(0, 1, "abcd")
                .enhanced(0, 2, "efgh")
                .bytes();
        for (int length = 28; length < whole.length; length++) {
            FileReading reading = FileReading.file(folder, Arrays.copyOf(whole, length));
            assertThat(reading.frames).hasSize(length < 84 ? 0 : 1);
            if (length == 28 || length == 48 || length == 84) {
                assertThat(reading.error).isNull();
            } else {
                assertThat(reading.error).startsWith("capture is cut short at byte " + length + ": block ");
            }
        }
    }

    @Test
    void optionsThatRunPastTheBlockAreIgnored() {
        CaptureBytes bytes = pcapng();
        bytes.interfaceBlock(1, 0, new byte[] {9, 0, (byte) 0xFF, (byte) 0xFF, 1, 2, 3, 4});
        assertThat(read(bytes.enhanced(0, 1, "a")).frames).containsExactly("a of 1 at 1000 on if0 type 1");
    }

    @Test
    void aFileThatDescribesMillionsOfInterfacesIsRefusedInTime() {
        CaptureBytes bytes = pcapng();
        for (int count = 0; count <= CaptureInterfaces.MAX_INTERFACES; count++) {
            bytes.interfaceBlock(1);
        }
        assertThat(read(bytes).error).endsWith("describes one more interface than the 16384 that are allowed");
    }

    @Test
    void anotherVersionOrByteOrderMagicIsRefused() {
        assertThat(read(pcapng().interfaceBlock(1)
                                .u32(0x0A0D0D0A)
                                .u32(28)
                                .u32(0x1A2B3C4D)
                                .u16(2)
                                .u16(0)
                                .u32(-1)
                                .u32(-1)
                                .u32(28))
                        .error)
                .isEqualTo(
                        "capture is damaged at byte 48: block 3 starts a section of pcapng version 2.0; only 1.0 is known");
        assertThat(read(pcapng().u32(0x0A0D0D0A)
                                .u32(28)
                                .u32(0)
                                .u16(1)
                                .u16(0)
                                .u32(-1)
                                .u32(-1)
                                .u32(28))
                        .error)
                .endsWith("starts a section without the byte-order magic");
    }

    @Test
    void aHostileFileCostsAtMostSixteenMebibytes() {
        CaptureBytes bytes = pcapng();
        byte[] name = bytes.option(2, "n".repeat(1000).getBytes());
        for (int count = 0; count < CaptureInterfaces.MAX_INTERFACES; count++) {
            bytes.interfaceBlock(1, 0, name);
        }
        bytes.enhanced(0, 1, "x".repeat(RecordFormat.MAX_FRAME_BYTES));
        bytes.block(6, 4 << 20, "x".repeat((4 << 20) - 12)).block(CUSTOM, 1 << 30, "x".repeat(5_000_000));
        byte[] file = bytes.bytes();
        try (CaptureFile capture = CaptureFile.open(new java.io.ByteArrayInputStream(file), "capture")) {
            BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();
            long before = direct.getTotalCapacity();
            assertThatThrownBy(() -> {
                        while (capture.poll(frame -> {}, 1000, 1000) >= 0) {
                            assertThat(direct.getTotalCapacity() - before).isLessThan(8 << 20);
                        }
                    })
                    .hasMessageContaining("capture is damaged");
            // names are the only thing on the heap that grows with the file
            assertThat(capture.interfaceName(CaptureInterfaces.MAX_INTERFACES - 1))
                    .hasSize(64);
            assertThat(direct.getTotalCapacity() - before).isLessThan(8 << 20);
        }
    }
}
