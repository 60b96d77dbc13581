package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random and mutated frames: no exception, and no position outside of the frame. {@code -Dweir.fuzz.frames=10000000} runs
 * longer, {@code -Dweir.fuzz.seed=...} repeats a run.
 */
class DecoderFuzzTest {
    private static final int MAX_FRAME_BYTES = 400;
    private static final int[] LINK_TYPES = {
        0, 1, 7, 9, 10, 12, 50, 51, 100, 101, 104, 105, 108, 109, 113, 119, 127, 129, 163, 204, 205, 219, 228, 229, 239,
        274, 276, 281, 282, 999
    };

    private final PacketDecoder decoder = new PacketDecoder(true);
    private final Segment segment = new Segment();

    @Test
    void noFrameMakesTheDecoderThrowOrLeaveTheFrame() {
        long seed = Long.getLong("weir.fuzz.seed", System.nanoTime());
        int frames = Integer.getInteger("weir.fuzz.frames", 1_000_000);
        System.out.println("DecoderFuzzTest: seed " + seed + ", " + frames + " frames");
        Random random = new Random(seed);
        List<Sample> samples = Sample.all();
        byte[][] templates = samples.stream().map(one -> one.packet().bytes()).toArray(byte[][]::new);
        byte[] bytes = new byte[MAX_FRAME_BYTES];
        for (int count = 0; count < frames; count++) {
            int template = random.nextInt(templates.length);
            int linkType = samples.get(template).linkType();
            int length;
            if (random.nextInt(8) == 0) {
                random.nextBytes(bytes);
                length = random.nextInt(120);
                linkType = LINK_TYPES[random.nextInt(LINK_TYPES.length)];
            } else {
                length = templates[template].length;
                System.arraycopy(templates[template], 0, bytes, 0, length);
                length = mutate(random, bytes, length);
            }
            int wire = random.nextInt(4) == 0 ? random.nextInt() : length;
            try {
                decode(bytes, length, wire, linkType);
            } catch (RuntimeException | StackOverflowError | AssertionError failure) {
                throw new AssertionError(
                        "seed " + seed + ", frame " + count + ", link type " + linkType + ", wire length " + wire + ": "
                                + java.util.HexFormat.of().formatHex(bytes, 0, length),
                        failure);
            }
        }
    }

    /** Overwrites some bytes, with small, large or edge values, and perhaps cuts the frame. */
    private static int mutate(Random random, byte[] bytes, int length) {
        int changes = random.nextInt(6);
        for (int change = 0; change < changes; change++) {
            int at = random.nextInt(length);
            bytes[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (random.nextBoolean() ? 0 : 0xFF);
                case 2 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
                default -> bytes[random.nextInt(length)];
            };
        }
        return random.nextInt(3) == 0 ? random.nextInt(length + 1) : length;
    }

    private void decode(byte[] bytes, int length, int wire, int linkType) {
        // a limit right behind the frame turns every read beyond it into an exception
        ByteBuffer memory = ByteBuffer.wrap(bytes, 0, length);
        Decoded outcome = decoder.decode(memory, 0, length, wire, linkType, -1, false, segment);
        if (outcome == Decoded.SEGMENT) {
            check(segment.payloadOffset(), segment.payloadLength(), segment.payloadWireLength(), length);
        } else if (outcome == Decoded.FRAGMENT) {
            Fragment fragment = decoder.fragment();
            check(fragment.payloadOffset(), fragment.payloadLength(), fragment.payloadWireLength(), length);
            assertThat(fragment.offset()).isBetween(0, 65_528);
            decoder.resume(
                    fragment.protocol(), memory, fragment.payloadOffset(), fragment.payloadLength(), false, segment);
        }
    }

    private static void check(int offset, int length, int wireLength, int frameLength) {
        if (offset < 0 || length < 0 || offset + length > frameLength || wireLength < length) {
            throw new AssertionError("payload at " + offset + ", " + length + " of " + wireLength + " bytes");
        }
    }
}
