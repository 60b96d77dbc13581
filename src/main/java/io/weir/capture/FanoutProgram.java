package io.weir.capture;

import static io.weir.capture.BpfProgram.CLASS_ALU;
import static io.weir.capture.BpfProgram.CLASS_JMP;
import static io.weir.capture.BpfProgram.CLASS_LD;
import static io.weir.capture.BpfProgram.CLASS_LDX;
import static io.weir.capture.BpfProgram.CLASS_RET;
import static io.weir.capture.BpfProgram.CLASS_ST;
import static io.weir.capture.BpfProgram.CLASS_STX;
import static io.weir.capture.BpfProgram.MODE_ABS;
import static io.weir.capture.BpfProgram.MODE_IMM;
import static io.weir.capture.BpfProgram.MODE_IND;
import static io.weir.capture.BpfProgram.MODE_MEM;
import static io.weir.capture.BpfProgram.RET_A;
import static io.weir.capture.BpfProgram.SIZE_H;
import static io.weir.capture.BpfProgram.SIZE_W;
import static io.weir.capture.BpfProgram.SOURCE_X;

import java.util.Arrays;

/**
 * Assembles the program by which the kernel deals frames out to rings: by the outermost IP addresses, whichever of them is
 * the source. What is no IP, or hidden behind more than two tags, goes to the first ring.
 *
 * <p>Such a program sees arriving frames from their network header on, and leaving ones from their link header on; where
 * the network header of a leaving frame with a tag is, depends on who sent it. So leaving frames are read by their link header.
 */
final class FanoutProgram {
    private static final int LINK = -0x200000;
    private static final int NETWORK = -0x100000;
    private static final int PACKET_OUTGOING = 4;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int TAG = 0x8100;
    private static final int SERVICE_TAG = 0x88A8;
    private static final int TAG_BYTES = 4;
    private static final int MAX_TAGS = 2;
    private static final int ETHERNET_TYPE = 12;
    private static final int ETHERNET_BYTES = 14;

    private static final int MULTIPLY = 0x20;
    private static final int SHIFT_RIGHT = 0x70;
    private static final int XOR = 0xA0;

    // scratch words
    private static final int SUM = 0;
    private static final int OFFSET = 1;

    private final long[] code = new long[256];
    private int length;
    private final int key;

    private FanoutProgram(int key) {
        this.key = key;
    }

    /**
     * The kernel takes the result modulo the number of rings.
     *
     * @param key odd; whoever does not know it cannot aim at one ring by choosing addresses one by one
     */
    static BpfProgram of(int key) {
        FanoutProgram program = new FanoutProgram(key);
        program.assemble();
        return new BpfProgram(Arrays.copyOf(program.code, program.length));
    }

    private void assemble() {
        load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PACKET_TYPE);
        unlessEqualSkip(PACKET_OUTGOING, 1);
        int toLeaving = jump();
        load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PROTOCOL);
        deal(0);

        land(toLeaving);
        load(MODE_ABS | SIZE_W, KernelFilter.METADATA_HARDWARE_TYPE);
        unlessEqualSkip(LiveInterface.HARDWARE_ETHERNET, 1);
        int ethernet = jump();
        unlessEqualSkip(LiveInterface.HARDWARE_LOOPBACK, 1);
        int loopback = jump();
        load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PROTOCOL);
        deal(NETWORK);

        land(ethernet);
        land(loopback);
        load(MODE_ABS | SIZE_H, LINK + ETHERNET_TYPE);
        deal(LINK + ETHERNET_BYTES);
    }

    /** @param start where what is behind the link header begins; its type is loaded */
    private void deal(int start) {
        int[] toIpv4 = new int[MAX_TAGS + 1];
        int[] toIpv6 = new int[MAX_TAGS + 1];
        for (int tags = 0; tags <= MAX_TAGS; tags++) {
            add(CLASS_LDX | MODE_IMM, 0, 0, tags * TAG_BYTES);
            unlessEqualSkip(IPV4, 1);
            toIpv4[tags] = jump();
            unlessEqualSkip(IPV6, 1);
            toIpv6[tags] = jump();
            if (tags < MAX_TAGS) {
                skipIfEqual(TAG, 2);
                skipIfEqual(SERVICE_TAG, 1);
                first();
                load(MODE_ABS | SIZE_H, start + tags * TAG_BYTES + 2);
            }
        }
        first();
        for (int at : toIpv4) {
            land(at);
        }
        words(start + 12, 2);
        for (int at : toIpv6) {
            land(at);
        }
        words(start + 8, 8);
    }

    /** Ends with a number that changes with any of the words and not with their order. */
    private void words(int at, int count) {
        add(CLASS_STX, 0, 0, OFFSET);
        load(MODE_IND | SIZE_W, at);
        add(CLASS_ST, 0, 0, SUM);
        for (int word = 1; word < count; word++) {
            add(CLASS_LDX | MODE_MEM, 0, 0, OFFSET);
            load(MODE_IND | SIZE_W, at + 4 * word);
            add(CLASS_LDX | MODE_MEM, 0, 0, SUM);
            add(CLASS_ALU | XOR | SOURCE_X, 0, 0, 0);
            add(CLASS_ST, 0, 0, SUM);
        }
        add(CLASS_ALU | MULTIPLY, 0, 0, key);
        add(CLASS_ALU | SHIFT_RIGHT, 0, 0, 16);
        add(CLASS_RET | RET_A, 0, 0, 0);
    }

    private void first() {
        add(CLASS_RET, 0, 0, 0);
    }

    private void load(int mode, int constant) {
        add(CLASS_LD | mode, 0, 0, constant);
    }

    private void unlessEqualSkip(int constant, int skip) {
        add(CLASS_JMP | 0x10, 0, skip, constant);
    }

    private void skipIfEqual(int constant, int skip) {
        add(CLASS_JMP | 0x10, skip, 0, constant);
    }

    private int jump() {
        add(CLASS_JMP, 0, 0, 0);
        return length - 1;
    }

    private void land(int jump) {
        code[jump] = BpfProgram.instruction(CLASS_JMP, 0, 0, length - 1 - jump);
    }

    private void add(int operation, int jumpTrue, int jumpFalse, int constant) {
        code[length++] = BpfProgram.instruction(operation, jumpTrue, jumpFalse, constant);
    }
}
