package io.weir.capture;

/**
 * Makes a program that libpcap compiled for its cooked header (LINKTYPE_LINUX_SLL) one for the kernel, which does not have
 * that header: there a frame begins with its network header, and what the cooked header tells is metadata.
 */
final class CookedFilter {
    static final int DLT_LINUX_SLL = 113;

    // fields of the cooked header
    private static final int HEADER_BYTES = 16;
    private static final int PACKET_TYPE = 0;
    private static final int HARDWARE_TYPE = 2;
    private static final int PROTOCOL = 14;

    private CookedFilter() {}

    /** @throws FilterException the program looks at a part of the header that the kernel does not tell */
    static BpfProgram forKernel(BpfProgram program) throws FilterException {
        long[] instructions = program.instructions();
        for (int index = 0; index < instructions.length; index++) {
            int operation = (int) (instructions[index] >>> 48);
            int constant = (int) instructions[index];
            if (KernelFilter.readsFrame(operation) && constant >= 0) {
                instructions[index] = instructions[index] & ~0xFFFFFFFFL | place(operation, constant) & 0xFFFFFFFFL;
            }
        }
        return new BpfProgram(instructions);
    }

    private static int place(int operation, int constant) throws FilterException {
        if (constant >= HEADER_BYTES) {
            return constant - HEADER_BYTES;
        }
        if (operation == (BpfProgram.CLASS_LD | BpfProgram.MODE_ABS | BpfProgram.SIZE_H)) {
            switch (constant) {
                case PACKET_TYPE:
                    return KernelFilter.METADATA_PACKET_TYPE;
                case HARDWARE_TYPE:
                    return KernelFilter.METADATA_HARDWARE_TYPE;
                case PROTOCOL:
                    return KernelFilter.METADATA_PROTOCOL;
                default:
            }
        }
        throw new FilterException(
                "the filter looks at byte " + constant + " of the link layer, which frames of '" + Interfaces.ANY
                        + "' do not have; name the interface",
                true);
    }
}
