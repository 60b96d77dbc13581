package io.weir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Capture files of some conversations each, compressed or not. */
final class SmallCaptures {
    private SmallCaptures() {}

    static byte[] whole(SplittableRandom random) throws IOException {
        PcapBuilder capture = new PcapBuilder();
        for (int count = random.nextInt(1, 200); count > 0; count--) {
            capture.clientPort(random.nextInt(1_025, 60_000))
                    .exchange("question".repeat(random.nextInt(100)), "answer");
        }
        return random.nextInt(3) == 0 ? zipped(capture.bytes()) : capture.bytes();
    }

    /** With other bytes here and there, and without its end. */
    static byte[] broken(SplittableRandom random) throws IOException {
        byte[] bytes = whole(random);
        for (int change = random.nextInt(20); change > 0; change--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(bytes);
        }
        return zipped.toByteArray();
    }
}
