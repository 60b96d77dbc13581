package io.weir.capture;

import static io.weir.capture.CaptureBytes.pcap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CaptureFileTest {
    @TempDir
    Path folder;

    @Test
    void atMostTheWishedNumberOfFramesIsHandedOn() throws Exception {
        byte[] bytes =
                pcap().record(1, 0, "a").record(2, 0, "b").record(3, 0, "c").bytes();
        try (CaptureFile file = CaptureFile.open(Files.write(folder.resolve("a"), bytes))) {
            assertThat(file.poll(frame -> {}, 2, 0)).isEqualTo(2);
            assertThat(file.poll(frame -> {}, 2, 0)).isEqualTo(1);
            assertThat(file.poll(frame -> {}, 2, 0)).isEqualTo(FrameSource.END);
            assertThat(file.statistics().delivered()).isEqualTo(3);
            assertThat(file.statistics().received()).isEqualTo(3);
        }
    }

    @Test
    void aPipeIsReadAsItComes() throws Exception {
        byte[] bytes = pcap().record(1, 0, "abc").record(2, 0, "de").bytes();
        PipedOutputStream pipe = new PipedOutputStream();
        try (CaptureFile file = CaptureFile.open(new PipedInputStream(pipe), "standard input")) {
            assertThat(file.poll(frame -> {}, 10, 0)).isZero();
            pipe.write(bytes, 0, 30);
            pipe.flush();
            assertThat(file.poll(frame -> {}, 10, 50)).isZero();
            pipe.write(bytes, 30, 15);
            pipe.flush();
            assertThat(file.poll(frame -> {}, 10, 5000)).isEqualTo(1);
            pipe.write(bytes, 45, bytes.length - 45);
            pipe.close();
            assertThat(file.poll(frame -> {}, 10, 5000)).isEqualTo(1);
            assertThat(file.poll(frame -> {}, 10, 5000)).isEqualTo(FrameSource.END);
        }
    }

    @Test
    void aWaitingPollCanBeInterrupted() throws Exception {
        try (PipedOutputStream pipe = new PipedOutputStream();
                CaptureFile file = CaptureFile.open(new PipedInputStream(pipe), "standard input")) {
            Thread other = new Thread(() -> {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException stop) {
                    return;
                }
                file.interrupt();
            });
            other.start();
            assertThat(file.poll(frame -> {}, 10, 50_000)).isZero();
            other.join();
        }
    }

    @Test
    void whatIsNoFileSaysSo() {
        assertThatThrownBy(() -> CaptureFile.open(folder.resolve("nothing")))
                .isInstanceOf(CaptureException.class)
                .hasMessageEndingWith("nothing does not exist");
        assertThatThrownBy(() -> CaptureFile.open(folder)).hasMessageContaining("is a directory");
    }

    @Test
    void theErrorComesAfterTheFramesAndAgain() throws Exception {
        byte[] bytes = pcap().record(1, 0, "abc").record(2, 0, -1, 0, "").bytes();
        try (CaptureFile file = CaptureFile.open(Files.write(folder.resolve("a"), bytes))) {
            assertThat(file.poll(frame -> {}, 10, 0)).isEqualTo(1);
            assertThatThrownBy(() -> file.poll(frame -> {}, 10, 0)).hasMessageContaining("is damaged at byte 43");
            assertThatThrownBy(() -> file.poll(frame -> {}, 10, 0)).hasMessageContaining("is damaged at byte 43");
        }
    }

    @Test
    void readingFramesAllocatesNothing() throws Exception {
        CaptureBytes bytes = pcap();
        for (int index = 0; index < 50_000; index++) {
            bytes.record(index, 0, "abcdefghijklmnopqrstuvwxyz");
        }
        Path path = Files.write(folder.resolve("a"), bytes.bytes());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        FrameHandler handler = frame -> {};
        try (CaptureFile file = CaptureFile.open(path)) {
            file.poll(handler, 10_000, 0);
            long before = threads.getThreadAllocatedBytes(thread);
            int frames = file.poll(handler, 40_000, 0);
            long after = threads.getThreadAllocatedBytes(thread);
            assertThat(frames).isEqualTo(40_000);
            assertThat(after - before).isLessThan(20_000);
        }
    }

    @Test
    void mutatedFilesEndInFramesOrOneClearError() throws Exception {
        long seed = Long.getLong("weir.fuzz.seed", System.nanoTime());
        System.out.println("CaptureFileTest: seed " + seed);
        Random random = new Random(seed);
        CaptureBytes next = CaptureBytes.pcapng()
                .interfaceBlock(1)
                .enhanced(0, 1, "abcd")
                .simple(4, "efgh")
                .obsolete(0, 3, "ij");
        byte[][] wholes = {
            pcap().record(1, 2, "abc").record(3, 4, "defg").record(5, 6, "h").bytes(), next.bytes()
        };
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = wholes[round % 2].clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xFF);
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            FileReading reading = FileReading.file(folder, bytes);
            assertThat(reading.frames).as("seed %d round %d", seed, round).hasSizeLessThan(10);
            assertThat(reading.error == null || reading.error.startsWith("capture is "))
                    .as(reading.error)
                    .isTrue();
        }
    }
}
