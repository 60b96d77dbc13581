package io.weir.capture;

import static io.weir.capture.BpfAssembler.LINK;
import static io.weir.capture.BpfAssembler.NETWORK;
import static io.weir.capture.BpfProgram.CLASS_ALU;
import static io.weir.capture.BpfProgram.CLASS_LDX;
import static io.weir.capture.BpfProgram.CLASS_MISC;
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

/**
 * Assembles the program by which the kernel deals frames out to rings: by the outermost IP addresses, whichever of them is
 * the source. What is no IP, or hidden behind more than two tags, goes to the first ring.
 *
 * <p>Such a program sees arriving frames from their network header on, and leaving ones from their link header on; where
 * the network header of a leaving frame with a tag is, depends on who sent it. So leaving frames are read by their link header.
 */
final class FanoutProgram {
    private static final int FIRST_RING = 0;
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

    /** Odd numbers without a pattern, as integer mixers use them. */
    private static final int SPREAD = 0x7FEB352D;

    private static final int SPREAD_AGAIN = 0x846CA68B;

    // scratch words
    private static final int SUM = 0;
    private static final int OFFSET = 1;

    private final BpfAssembler code = new BpfAssembler();
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
        FanoutProgram fanout = new FanoutProgram(key);
        fanout.assemble();
        return fanout.code.program();
    }

    private void assemble() {
        code.load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PACKET_TYPE);
        code.unlessEqualSkip(PACKET_OUTGOING, 1);
        int toLeaving = code.jump();
        code.load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PROTOCOL);
        deal(0);

        code.land(toLeaving);
        code.load(MODE_ABS | SIZE_W, KernelFilter.METADATA_HARDWARE_TYPE);
        code.unlessEqualSkip(LiveInterface.HARDWARE_ETHERNET, 1);
        int ethernet = code.jump();
        code.unlessEqualSkip(LiveInterface.HARDWARE_LOOPBACK, 1);
        int loopback = code.jump();
        code.load(MODE_ABS | SIZE_W, KernelFilter.METADATA_PROTOCOL);
        deal(NETWORK);

        code.land(ethernet, loopback);
        code.load(MODE_ABS | SIZE_H, LINK + ETHERNET_TYPE);
        deal(LINK + ETHERNET_BYTES);
    }

    /** @param start where what is behind the link header begins; its type is loaded */
    private void deal(int start) {
        int[] toIpv4 = new int[MAX_TAGS + 1];
        int[] toIpv6 = new int[MAX_TAGS + 1];
        for (int tags = 0; tags <= MAX_TAGS; tags++) {
            code.add(CLASS_LDX | MODE_IMM, 0, 0, tags * TAG_BYTES);
            code.unlessEqualSkip(IPV4, 1);
            toIpv4[tags] = code.jump();
            code.unlessEqualSkip(IPV6, 1);
            toIpv6[tags] = code.jump();
            if (tags < MAX_TAGS) {
                code.skipIfEqual(TAG, 2);
                code.skipIfEqual(SERVICE_TAG, 1);
                code.answer(FIRST_RING);
                code.load(MODE_ABS | SIZE_H, start + tags * TAG_BYTES + 2);
            }
        }
        code.answer(FIRST_RING);
        code.land(toIpv4);
        words(start + 12, 2);
        code.land(toIpv6);
        words(start + 8, 8);
    }

    /** Ends with a number that changes with any of the words and not with their order. */
    private void words(int at, int count) {
        code.add(CLASS_STX, 0, 0, OFFSET);
        code.load(MODE_IND | SIZE_W, at);
        code.add(CLASS_ST, 0, 0, SUM);
        for (int word = 1; word < count; word++) {
            code.add(CLASS_LDX | MODE_MEM, 0, 0, OFFSET);
            code.load(MODE_IND | SIZE_W, at + 4 * word);
            code.add(CLASS_LDX | MODE_MEM, 0, 0, SUM);
            code.add(CLASS_ALU | XOR | SOURCE_X, 0, 0, 0);
            code.add(CLASS_ST, 0, 0, SUM);
        }
        code.add(CLASS_ALU | MULTIPLY, 0, 0, key);
        // one product spreads addresses in a row badly under some keys: a lower bit of it hardly changes
        fold(16);
        code.add(CLASS_ALU | MULTIPLY, 0, 0, SPREAD);
        fold(13);
        code.add(CLASS_ALU | MULTIPLY, 0, 0, SPREAD_AGAIN);
        code.add(CLASS_ALU | SHIFT_RIGHT, 0, 0, 16);
        code.add(CLASS_RET | RET_A, 0, 0, 0);
    }

    /** Lets the upper bits change the lower ones. */
    private void fold(int bits) {
        code.add(CLASS_MISC, 0, 0, 0);
        code.add(CLASS_ALU | SHIFT_RIGHT, 0, 0, bits);
        code.add(CLASS_ALU | XOR | SOURCE_X, 0, 0, 0);
    }
}
