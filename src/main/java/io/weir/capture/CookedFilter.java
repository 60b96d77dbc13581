package io.weir.capture;

/**
 * Makes a program that libpcap compiled for one of its cooked headers (LINKTYPE_LINUX_SLL and SLL2) one for the kernel, which
 * does not have that header: there a frame begins with its network header, and what the cooked header tells is metadata.
 */
final class CookedFilter {
    static final int DLT_LINUX_SLL = 113;
    static final int DLT_LINUX_SLL2 = 276;

    /** Where SLL2 has the interface's index, in network byte order. */
    static final int SLL2_INTERFACE = 4;

    private static final int SLL_BYTES = 16;
    private static final int SLL2_BYTES = 20;

    private CookedFilter() {}

    static boolean cooked(int linkType) {
        return linkType == DLT_LINUX_SLL || linkType == DLT_LINUX_SLL2;
    }

    /** @throws FilterException the program looks at a part of the header that the kernel does not tell */
    static BpfProgram forKernel(BpfProgram program, int linkType) throws FilterException {
        long[] instructions = program.instructions();
        for (int index = 0; index < instructions.length; index++) {
            int operation = (int) (instructions[index] >>> 48);
            int constant = (int) instructions[index];
            if (KernelFilter.readsFrame(operation) && constant >= 0) {
                int place = place(operation, constant, linkType == DLT_LINUX_SLL2);
                instructions[index] = instructions[index] & ~0xFFFFFFFFL | place & 0xFFFFFFFFL;
            }
        }
        return new BpfProgram(instructions);
    }

    private static int place(int operation, int constant, boolean second) throws FilterException {
        int headerBytes = second ? SLL2_BYTES : SLL_BYTES;
        if (constant >= headerBytes) {
            return constant - headerBytes;
        }
        boolean absolute = (operation & 0xE0) == BpfProgram.MODE_ABS;
        int metadata = !absolute ? 0 : second ? sll2(operation, constant) : sll(operation, constant);
        if (metadata == 0) {
            throw new FilterException(
                    "the filter looks at byte " + constant + " of the link layer, which frames of '" + Interfaces.ANY
                            + "' do not have; name the interface",
                    true);
        }
        return metadata;
    }

    private static int sll(int operation, int constant) {
        switch (constant << 8 | operation & 0x18) {
            case BpfProgram.SIZE_H:
                return KernelFilter.METADATA_PACKET_TYPE;
            case 2 << 8 | BpfProgram.SIZE_H:
                return KernelFilter.METADATA_HARDWARE_TYPE;
            case 14 << 8 | BpfProgram.SIZE_H:
                return KernelFilter.METADATA_PROTOCOL;
            default:
                return 0;
        }
    }

    private static int sll2(int operation, int constant) {
        switch (constant << 8 | operation & 0x18) {
            case BpfProgram.SIZE_H:
                return KernelFilter.METADATA_PROTOCOL;
            case SLL2_INTERFACE << 8 | BpfProgram.SIZE_W:
                return KernelFilter.METADATA_INTERFACE;
            case 8 << 8 | BpfProgram.SIZE_H:
                return KernelFilter.METADATA_HARDWARE_TYPE;
            case 10 << 8 | BpfProgram.SIZE_B:
                return KernelFilter.METADATA_PACKET_TYPE;
            default:
                return 0;
        }
    }
}
