package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BpfProgramTest {
    private static final String[] EXPRESSIONS = {
        "tcp",
        "tcp port 80",
        "udp",
        "ip6 and tcp port 80",
        "host 10.0.0.1",
        "src net 10.0.0.0/24 and not port 81",
        "vlan 12 and tcp",
        "vlan and vlan and tcp port 80",
        "tcp[tcpflags] & tcp-push != 0",
        "len > 70",
        "less 62",
        "ip[8] - 1 > 62",
        "ip[2:2] * 2 / 3 % 7 = 1",
        "tcp[12] >> 4 << 2 = 20",
        "portrange 79-81",
        "ether[0] & 1 = 0 and ether[6:4] | 1 != 0",
        "tcp[(tcp[12] & 0xf0) >> 2] = 0x72",
        "arp",
        "mpls 5",
        "ip[0] & 0xf != 5",
        "tcp[(len - 54)] = 0",
        "ip[16:4] ^ 0x0a000002 = 0"
    };

    private static final class Calls {
        static native int bpf_filter(long program, long packet, int wireLength, int capturedLength);

        static {
            Native.register(Calls.class, "pcap");
        }
    }

    @Test
    void itDecidesAsLibpcapDoes() throws Exception {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
        long seed = System.nanoTime();
        System.out.println("BpfProgramTest seed " + seed);
        Random random = new Random(seed);
        List<byte[]> frames = frames(random);
        int accepted = 0;
        for (String expression : EXPRESSIONS) {
            BpfProgram program = Filter.of(expression).programFor(1);
            for (byte[] frame : frames) {
                ByteBuffer memory = ByteBuffer.allocate(frame.length + 7);
                memory.put(7, frame);
                int wire = frame.length + (random.nextInt(4) == 0 ? 100 : 0);
                boolean expected = byLibpcap(program, frame, wire);
                assertThat(program.accepts(memory, 7, frame.length, wire))
                        .as("%s on %s", expression, Arrays.toString(frame))
                        .isEqualTo(expected);
                accepted += expected ? 1 : 0;
            }
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    @Test
    void aReadBehindTheCapturedBytesRefuses() {
        BpfProgram program = new BpfProgram(
                new long[] {BpfProgram.instruction(0x20, 0, 0, 4), BpfProgram.instruction(0x06, 0, 0, 1)});
        assertThat(program.accepts(ByteBuffer.allocate(100), 0, 8, 100)).isTrue();
        assertThat(program.accepts(ByteBuffer.allocate(100), 0, 7, 100)).isFalse();

        BpfProgram negative = new BpfProgram(
                new long[] {BpfProgram.instruction(0x30, 0, 0, -4096), BpfProgram.instruction(0x06, 0, 0, 1)});
        assertThat(negative.accepts(ByteBuffer.allocate(100), 50, 50, 50)).isFalse();
    }

    @Test
    void programsThatCouldRunAwayAreRefused() {
        assertInvalid();
        assertInvalid(BpfProgram.instruction(0x00, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x05, 0, 0, 1), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x05, 0, 0, -1), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x15, 1, 0, 1), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x34, 0, 0, 0), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x02, 0, 0, 16), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0x60, 0, 0, -1), BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(BpfProgram.instruction(0xFF, 0, 0, 0), BpfProgram.instruction(0x06, 0, 0, 1));
        long[] tooLong = new long[4097];
        Arrays.fill(tooLong, BpfProgram.instruction(0x06, 0, 0, 1));
        assertInvalid(tooLong);
    }

    @Test
    void randomProgramsThatAreValidEnd() {
        Random random = new Random(11);
        int valid = 0;
        ByteBuffer frame = ByteBuffer.allocate(64);
        for (int round = 0; round < 200_000; round++) {
            long[] code = new long[1 + random.nextInt(12)];
            for (int at = 0; at < code.length; at++) {
                code[at] = BpfProgram.instruction(
                        random.nextInt(0xC0), random.nextInt(4), random.nextInt(4), random.nextInt(20) - 2);
            }
            code[code.length - 1] = BpfProgram.instruction(0x16, 0, 0, 0);
            try {
                new BpfProgram(code).accepts(frame, 0, 64, 64);
                valid++;
            } catch (IllegalArgumentException refused) {
                // most are
            }
        }
        assertThat(valid).isGreaterThan(1000);
    }

    @Test
    void aDecisionCostsNoAllocation() throws Exception {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BpfProgram program = Filter.of("ip[2:2] * 2 / 3 % 7 = 1 and tcp[(tcp[12] & 0xf0) >> 2] = 0x72")
                .programFor(1);
        byte[] bytes = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "request");
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        long allocated = 0;
        for (int round = 0; round < 5; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int index = 0; index < 10_000; index++) {
                program.accepts(frame, 0, bytes.length, bytes.length);
            }
            allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        }
        assertThat(allocated).isLessThan(1_000);
    }

    private static List<byte[]> frames(Random random) {
        byte[] plain = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "request");
        List<byte[]> frames = new ArrayList<>(List.of(
                plain,
                Frames.tcp("10.0.0.2", 81, "10.0.0.1", 1000, ""),
                Frames.tcp("192.168.3.4", 79, "10.0.0.200", 8080, "some longer payload, twice, twice"),
                Frames.udp("10.0.0.1", 53, "10.0.0.2", 80, "datagram"),
                Frames.tcp6(1, 1000, 2, 80, "request"),
                Frames.tagged(plain, 0x8100, 12),
                Frames.tagged(Frames.tagged(plain, 0x8100, 12), 0x88A8, 34),
                Frames.ethernet(0x0806, new byte[28]),
                new byte[0]));
        int whole = frames.size();
        for (int index = 0; index < 2000; index++) {
            byte[] frame = frames.get(random.nextInt(whole)).clone();
            for (int flips = random.nextInt(4); flips > 0 && frame.length > 0; flips--) {
                frame[random.nextInt(Math.min(frame.length, 60))] = (byte) random.nextInt();
            }
            frames.add(random.nextInt(3) == 0 ? Arrays.copyOf(frame, random.nextInt(frame.length + 1)) : frame);
        }
        return frames;
    }

    private static boolean byLibpcap(BpfProgram program, byte[] frame, int wireLength) {
        long[] instructions = program.instructions();
        try (Memory code = new Memory(8L * instructions.length);
                Memory packet = new Memory(frame.length + 1)) {
            for (int index = 0; index < instructions.length; index++) {
                code.setShort(8L * index, (short) (instructions[index] >>> 48));
                code.setByte(8L * index + 2, (byte) (instructions[index] >>> 40));
                code.setByte(8L * index + 3, (byte) (instructions[index] >>> 32));
                code.setInt(8L * index + 4, (int) instructions[index]);
            }
            packet.write(0, frame, 0, frame.length);
            return Calls.bpf_filter(Libc.address(code), Libc.address(packet), wireLength, frame.length) != 0;
        }
    }

    private static void assertInvalid(long... code) {
        assertThatThrownBy(() -> new BpfProgram(code)).isInstanceOf(IllegalArgumentException.class);
    }
}
