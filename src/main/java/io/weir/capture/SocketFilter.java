package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/** Attaches BPF programs to Linux sockets (socket(7), SO_ATTACH_FILTER). */
final class SocketFilter {
    /** Lets no frame pass. */
    static final BpfProgram REFUSE_ALL = BpfProgram.constant(0);

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;

    private SocketFilter() {}

    /**
     * Puts a program in the place of the one before, in one step: each frame is judged by one of the two.
     *
     * @throws LastErrorException the program before is still in force
     */
    static void attach(int socket, BpfProgram program) {
        set(socket, SOL_SOCKET, SO_ATTACH_FILTER, program);
    }

    /** Sets a socket's option whose value is a program. */
    static void set(int socket, int level, int option, BpfProgram program) {
        long[] instructions = program.instructions();
        try (Memory code = new Memory(8L * instructions.length);
                Memory header = new Memory(16)) {
            for (int index = 0; index < instructions.length; index++) {
                long at = 8L * index;
                code.setShort(at, (short) (instructions[index] >>> 48));
                code.setByte(at + 2, (byte) (instructions[index] >>> 40));
                code.setByte(at + 3, (byte) (instructions[index] >>> 32));
                code.setInt(at + 4, (int) instructions[index]);
            }
            header.clear();
            header.setShort(0, (short) instructions.length);
            header.setPointer(8, code);
            Libc.setsockopt(socket, level, option, Libc.address(header), 16);
        }
    }
}
