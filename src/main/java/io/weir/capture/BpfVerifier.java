package io.weir.capture;

import static io.weir.capture.BpfProgram.CLASS_ALU;
import static io.weir.capture.BpfProgram.CLASS_JMP;
import static io.weir.capture.BpfProgram.CLASS_LD;
import static io.weir.capture.BpfProgram.CLASS_LDX;
import static io.weir.capture.BpfProgram.CLASS_MISC;
import static io.weir.capture.BpfProgram.CLASS_RET;
import static io.weir.capture.BpfProgram.CLASS_ST;
import static io.weir.capture.BpfProgram.CLASS_STX;
import static io.weir.capture.BpfProgram.MAX_INSTRUCTIONS;
import static io.weir.capture.BpfProgram.MODE_ABS;
import static io.weir.capture.BpfProgram.MODE_IMM;
import static io.weir.capture.BpfProgram.MODE_IND;
import static io.weir.capture.BpfProgram.MODE_LEN;
import static io.weir.capture.BpfProgram.MODE_MEM;
import static io.weir.capture.BpfProgram.MODE_MSH;
import static io.weir.capture.BpfProgram.RET_A;
import static io.weir.capture.BpfProgram.SCRATCH_WORDS;
import static io.weir.capture.BpfProgram.SIZE_B;
import static io.weir.capture.BpfProgram.SIZE_H;
import static io.weir.capture.BpfProgram.SOURCE_X;

/** Accepts a BPF program only if every instruction is known, every jump goes forward, and the last one returns. */
final class BpfVerifier {
    private BpfVerifier() {}

    /** @throws IllegalArgumentException with the place of the first instruction that is not valid */
    static void verify(long[] instructions) {
        int length = instructions.length;
        if (length == 0 || length > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(
                    "a BPF program has 1 to " + MAX_INSTRUCTIONS + " instructions, this one " + length);
        }
        for (int at = 0; at < length; at++) {
            int operation = (int) (instructions[at] >>> 48);
            int jumpTrue = (int) (instructions[at] >>> 40) & 0xFF;
            int jumpFalse = (int) (instructions[at] >>> 32) & 0xFF;
            int k = (int) instructions[at];
            if (!valid(operation, jumpTrue, jumpFalse, k, length - 1 - at)) {
                throw new IllegalArgumentException("BPF instruction " + at + " is not valid: code 0x"
                        + Integer.toHexString(operation) + ", jt " + jumpTrue + ", jf " + jumpFalse + ", k " + k);
            }
        }
        if (((int) (instructions[length - 1] >>> 48) & 0x07) != CLASS_RET) {
            throw new IllegalArgumentException("the BPF program does not end with a return");
        }
    }

    /** @param behind how many instructions follow this one */
    private static boolean valid(int operation, int jumpTrue, int jumpFalse, int k, int behind) {
        switch (operation & 0x07) {
            case CLASS_LD:
                return validLoad(operation, k);
            case CLASS_LDX:
                return validIndexLoad(operation, k);
            case CLASS_ST:
            case CLASS_STX:
                return operation <= CLASS_STX && k >= 0 && k < SCRATCH_WORDS;
            case CLASS_ALU:
                boolean byConstant = (operation & SOURCE_X) == 0;
                return operation <= (0xA0 | SOURCE_X | CLASS_ALU)
                        && !(BpfProgram.divides(operation) && byConstant && k == 0);
            case CLASS_JMP:
                if (operation == CLASS_JMP) {
                    return k >= 0 && k < behind;
                }
                return (operation & 0xF0) >= 0x10
                        && operation <= (0x40 | SOURCE_X | CLASS_JMP)
                        && jumpTrue < behind
                        && jumpFalse < behind;
            case CLASS_RET:
                return operation == CLASS_RET || operation == (CLASS_RET | RET_A);
            default:
                return operation == CLASS_MISC || operation == (0x80 | CLASS_MISC);
        }
    }

    private static boolean validLoad(int operation, int k) {
        switch (operation) {
            case CLASS_LD | MODE_IMM:
            case CLASS_LD | MODE_LEN:
            case CLASS_LD | MODE_ABS:
            case CLASS_LD | MODE_ABS | SIZE_H:
            case CLASS_LD | MODE_ABS | SIZE_B:
            case CLASS_LD | MODE_IND:
            case CLASS_LD | MODE_IND | SIZE_H:
            case CLASS_LD | MODE_IND | SIZE_B:
                return true;
            case CLASS_LD | MODE_MEM:
                return k >= 0 && k < SCRATCH_WORDS;
            default:
                return false;
        }
    }

    private static boolean validIndexLoad(int operation, int k) {
        switch (operation) {
            case CLASS_LDX | MODE_IMM:
            case CLASS_LDX | MODE_LEN:
            case CLASS_LDX | MODE_MSH | SIZE_B:
                return true;
            case CLASS_LDX | MODE_MEM:
                return k >= 0 && k < SCRATCH_WORDS;
            default:
                return false;
        }
    }
}
