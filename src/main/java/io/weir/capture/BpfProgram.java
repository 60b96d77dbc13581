package io.weir.capture;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A classic BPF program (McCanne and Jacobson 1993), verified: it ends after at most as many steps as it has
 * instructions, and reads nothing outside the frame.
 *
 * <p>One thread at a time may call {@link #accepts}; it allocates nothing.
 */
public final class BpfProgram {
    /** Longest program that is accepted; Linux itself takes up to 4096. */
    public static final int MAX_INSTRUCTIONS = 4096;

    static final int CLASS_LD = 0x00;
    static final int CLASS_LDX = 0x01;
    static final int CLASS_ST = 0x02;
    static final int CLASS_STX = 0x03;
    static final int CLASS_ALU = 0x04;
    static final int CLASS_JMP = 0x05;
    static final int CLASS_RET = 0x06;
    static final int CLASS_MISC = 0x07;

    static final int MODE_IMM = 0x00;
    static final int MODE_ABS = 0x20;
    static final int MODE_IND = 0x40;
    static final int MODE_MEM = 0x60;
    static final int MODE_LEN = 0x80;
    static final int MODE_MSH = 0xA0;

    static final int SIZE_W = 0x00;
    static final int SIZE_H = 0x08;
    static final int SIZE_B = 0x10;

    static final int SOURCE_X = 0x08;
    static final int RET_A = 0x10;

    static final int SCRATCH_WORDS = 16;

    private static final long UNREADABLE = Long.MIN_VALUE;

    private final short[] code;
    private final byte[] jumpTrue;
    private final byte[] jumpFalse;
    private final int[] constant;
    private final int[] scratch = new int[SCRATCH_WORDS];
    private final boolean usesScratch;

    /**
     * @param instructions one {@code long} each, as {@link #instruction} packs it
     * @throws IllegalArgumentException the program is not valid; the message says where
     */
    BpfProgram(long[] instructions) {
        int length = instructions.length;
        code = new short[length];
        jumpTrue = new byte[length];
        jumpFalse = new byte[length];
        constant = new int[length];
        for (int index = 0; index < length; index++) {
            code[index] = (short) (instructions[index] >>> 48);
            jumpTrue[index] = (byte) (instructions[index] >>> 40);
            jumpFalse[index] = (byte) (instructions[index] >>> 32);
            constant[index] = (int) instructions[index];
        }
        BpfVerifier.verify(instructions);
        usesScratch = usesScratch();
    }

    private BpfProgram(BpfProgram same) {
        code = same.code;
        jumpTrue = same.jumpTrue;
        jumpFalse = same.jumpFalse;
        constant = same.constant;
        usesScratch = same.usesScratch;
    }

    /** The same program, for another thread. */
    public BpfProgram another() {
        return new BpfProgram(this);
    }

    static long instruction(int code, int jumpTrue, int jumpFalse, int constant) {
        return (long) code << 48
                | (long) (jumpTrue & 0xFF) << 40
                | (long) (jumpFalse & 0xFF) << 32
                | constant & 0xFFFFFFFFL;
    }

    /** A program that accepts or refuses every frame. */
    static BpfProgram constant(int result) {
        return new BpfProgram(new long[] {instruction(CLASS_RET, 0, 0, result)});
    }

    /** How many instructions. */
    public int length() {
        return code.length;
    }

    long[] instructions() {
        long[] instructions = new long[code.length];
        for (int index = 0; index < instructions.length; index++) {
            instructions[index] = instruction(code[index] & 0xFFFF, jumpTrue[index], jumpFalse[index], constant[index]);
        }
        return instructions;
    }

    /**
     * Runs the program over a frame, which begins with its link layer header.
     *
     * @param wireLength bytes on the wire, the program's {@code len}
     * @return whether the program wants the frame; a read behind the captured bytes refuses it, as in the kernel
     */
    public boolean accepts(ByteBuffer memory, int offset, int capturedLength, int wireLength) {
        return answer(memory, offset, capturedLength, wireLength) != 0;
    }

    /** As {@link #accepts}; what the program returns. */
    int answer(ByteBuffer memory, int offset, int captured, int wireLength) {
        int a = 0;
        int x = 0;
        if (usesScratch) {
            Arrays.fill(scratch, 0);
        }
        for (int at = 0; ; at++) {
            int operation = code[at];
            int k = constant[at];
            switch (operation & 0x07) {
                case CLASS_LD:
                case CLASS_LDX:
                    long loaded = operand(operation, k, x, memory, offset, captured, wireLength);
                    if (loaded == UNREADABLE) {
                        return 0;
                    }
                    int value = (int) loaded;
                    if ((operation & 0x07) == CLASS_LD) {
                        a = value;
                    } else {
                        x = value;
                    }
                    break;
                case CLASS_ST:
                case CLASS_STX:
                    scratch[k] = (operation & 0x07) == CLASS_ST ? a : x;
                    break;
                case CLASS_ALU:
                    int operand = (operation & SOURCE_X) == 0 ? k : x;
                    if (operand == 0 && divides(operation)) {
                        return 0;
                    }
                    a = arithmetic(operation & 0xF0, a, operand);
                    break;
                case CLASS_JMP:
                    at += jump(operation, a, (operation & SOURCE_X) == 0 ? k : x, k, at);
                    break;
                case CLASS_RET:
                    return (operation & RET_A) == 0 ? k : a;
                default:
                    if ((operation & 0xF8) == 0) {
                        x = a;
                    } else {
                        a = x;
                    }
            }
        }
    }

    /** What a load instruction loads, or {@link #UNREADABLE} if that lies behind the captured bytes. */
    private long operand(int operation, int k, int x, ByteBuffer memory, int offset, int captured, int wireLength) {
        switch (operation & 0xE0) {
            case MODE_IMM:
                return k;
            case MODE_LEN:
                return wireLength;
            case MODE_MEM:
                return scratch[k];
            default:
                boolean indirect = (operation & 0xE0) == MODE_IND;
                long position = (k & 0xFFFFFFFFL) + (indirect ? x & 0xFFFFFFFFL : 0);
                int size = size(operation);
                if (position + size > captured) {
                    return UNREADABLE;
                }
                int value = load(memory, offset + (int) position, size);
                return (operation & 0xE0) == MODE_MSH ? (value & 0xF) << 2 : value;
        }
    }

    private int jump(int operation, int a, int operand, int k, int at) {
        boolean taken;
        switch (operation & 0xF0) {
            case 0x00:
                return k;
            case 0x10:
                taken = a == operand;
                break;
            case 0x20:
                taken = Integer.compareUnsigned(a, operand) > 0;
                break;
            case 0x30:
                taken = Integer.compareUnsigned(a, operand) >= 0;
                break;
            default:
                taken = (a & operand) != 0;
        }
        return (taken ? jumpTrue[at] : jumpFalse[at]) & 0xFF;
    }

    private static int size(int operation) {
        if ((operation & 0xE0) == MODE_MSH) {
            return 1;
        }
        int size = operation & 0x18;
        return size == SIZE_W ? 4 : size == SIZE_H ? 2 : 1;
    }

    /** In network byte order, whatever the buffer's order is. */
    private static int load(ByteBuffer memory, int at, int size) {
        int value = 0;
        for (int index = 0; index < size; index++) {
            value = value << 8 | memory.get(at + index) & 0xFF;
        }
        return value;
    }

    static boolean divides(int operation) {
        int what = operation & 0xF0;
        return what == 0x30 || what == 0x90;
    }

    private static int arithmetic(int what, int a, int operand) {
        switch (what) {
            case 0x00:
                return a + operand;
            case 0x10:
                return a - operand;
            case 0x20:
                return a * operand;
            case 0x30:
                return Integer.divideUnsigned(a, operand);
            case 0x40:
                return a | operand;
            case 0x50:
                return a & operand;
            case 0x60:
                return Integer.compareUnsigned(operand, 31) > 0 ? 0 : a << operand;
            case 0x70:
                return Integer.compareUnsigned(operand, 31) > 0 ? 0 : a >>> operand;
            case 0x80:
                return -a;
            case 0x90:
                return Integer.remainderUnsigned(a, operand);
            default:
                return a ^ operand;
        }
    }

    private boolean usesScratch() {
        for (short operation : code) {
            int kind = operation & 0x07;
            if (kind == CLASS_ST || kind == CLASS_STX) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BpfProgram && Arrays.equals(instructions(), ((BpfProgram) other).instructions());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(instructions());
    }
}
