package io.weir.capture;

import static io.weir.capture.BpfProgram.CLASS_JMP;
import static io.weir.capture.BpfProgram.CLASS_LD;
import static io.weir.capture.BpfProgram.CLASS_RET;

import java.util.Arrays;

/** Puts a program for the kernel together, one instruction after the other. */
final class BpfAssembler {
    /** Added to an offset: it counts from the network header (linux/filter.h, SKF_NET_OFF). */
    static final int NETWORK = -0x100000;
    /** Added to an offset: it counts from the link layer header (SKF_LL_OFF). */
    static final int LINK = -0x200000;

    private static final int IF_EQUAL = 0x10;

    private long[] code = new long[64];
    private int length;

    void add(int operation, int jumpTrue, int jumpFalse, int constant) {
        if (length == code.length) {
            code = Arrays.copyOf(code, 2 * length);
        }
        code[length++] = BpfProgram.instruction(operation, jumpTrue, jumpFalse, constant);
    }

    void load(int mode, int constant) {
        add(CLASS_LD | mode, 0, 0, constant);
    }

    /** @param skip instructions that are passed over if what was loaded is another number */
    void unlessEqualSkip(int constant, int skip) {
        add(CLASS_JMP | IF_EQUAL, 0, skip, constant);
    }

    void skipIfEqual(int constant, int skip) {
        add(CLASS_JMP | IF_EQUAL, skip, 0, constant);
    }

    /** Ends with this number. */
    void answer(int constant) {
        add(CLASS_RET, 0, 0, constant);
    }

    /** A jump whose target {@link #land} fills in. */
    int jump() {
        add(CLASS_JMP, 0, 0, 0);
        return length - 1;
    }

    /** The next instruction is where these jumps go. */
    void land(int... jumps) {
        for (int at : jumps) {
            code[at] = BpfProgram.instruction(CLASS_JMP, 0, 0, length - 1 - at);
        }
    }

    BpfProgram program() {
        return new BpfProgram(Arrays.copyOf(code, length));
    }
}
