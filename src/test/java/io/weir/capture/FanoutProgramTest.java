package io.weir.capture;

import static io.weir.capture.BpfAssembler.LINK;
import static io.weir.capture.BpfProgram.CLASS_LD;
import static io.weir.capture.BpfProgram.MODE_ABS;
import static io.weir.capture.BpfProgram.MODE_IMM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the kernel makes of the program is shown live, by CaptureWorkersTest; here, how it deals under many keys. */
class FanoutProgramTest {
    private static final int KEYS = 2_000;
    private static final int HOSTS = 256;
    private static final int PACKET_OUTGOING = 4;
    private static final int ETHERNET = 1;
    private static final int KIND_AND_MODE = 0xE7;

    private final Random random = seeded();

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("FanoutProgramTest seed " + seed);
        return new Random(seed);
    }

    @Test
    void hostsInARowAreDealtOutEvenlyUnderEveryKey() {
        for (int round = 0; round < KEYS; round++) {
            int key = random.nextInt() | 1;
            BpfProgram program = forLeavingFrames(FanoutProgram.of(key));
            for (int rings : new int[] {2, 3, 4}) {
                int[] hosts = new int[rings];
                for (int host = 0; host < HOSTS; host++) {
                    hosts[ring(program, rings, Frames.tcp("10.1.0." + host, 2_000, "10.2.0.1", 80, ""))]++;
                }
                // seven standard deviations or more: chance does not reach it
                double fair = (double) HOSTS / rings;
                for (int count : hosts) {
                    assertThat((double) count)
                            .as("key " + key + ", " + Arrays.toString(hosts))
                            .isCloseTo(fair, within(7 * Math.sqrt(fair)));
                }
            }
        }
    }

    @Test
    void theTwoDirectionsGoToOneRingWhateverTheKey() {
        for (int round = 0; round < KEYS; round++) {
            BpfProgram program = forLeavingFrames(FanoutProgram.of(random.nextInt() | 1));
            String host = "10.1." + random.nextInt(256) + "." + random.nextInt(256);

            assertThat(ring(program, 16, Frames.tcp(host, 2_000, "10.2.0.1", 80, "")))
                    .isEqualTo(ring(program, 16, Frames.tcp("10.2.0.1", 80, host, 2_000, "")));
        }
    }

    private static int ring(BpfProgram program, int rings, byte[] frame) {
        int answer = program.answer(ByteBuffer.wrap(frame), 0, frame.length, frame.length);
        return Integer.remainderUnsigned(answer, rings);
    }

    /** The same program without what only the kernel can load: packet type and hardware, and where the link header is. */
    private static BpfProgram forLeavingFrames(BpfProgram program) {
        long[] instructions = program.instructions();
        for (int at = 0; at < instructions.length; at++) {
            int operation = (int) (instructions[at] >>> 48);
            int constant = (int) instructions[at];
            if (operation == (CLASS_LD | MODE_ABS) && constant == KernelFilter.METADATA_PACKET_TYPE) {
                instructions[at] = BpfProgram.instruction(CLASS_LD | MODE_IMM, 0, 0, PACKET_OUTGOING);
            } else if (operation == (CLASS_LD | MODE_ABS) && constant == KernelFilter.METADATA_HARDWARE_TYPE) {
                instructions[at] = BpfProgram.instruction(CLASS_LD | MODE_IMM, 0, 0, ETHERNET);
            } else if (isLinkLoad(operation, constant)) {
                instructions[at] = BpfProgram.instruction(operation, 0, 0, constant - LINK);
            }
        }
        return new BpfProgram(instructions);
    }

    private static boolean isLinkLoad(int operation, int constant) {
        boolean loads = (operation & 0x07) == CLASS_LD && (operation & KIND_AND_MODE) != (CLASS_LD | MODE_IMM);
        return loads && constant >= LINK && constant < LINK + 0x10000;
    }
}
