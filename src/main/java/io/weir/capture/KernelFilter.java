package io.weir.capture;

import static io.weir.capture.BpfAssembler.NETWORK;
import static io.weir.capture.BpfProgram.CLASS_ALU;
import static io.weir.capture.BpfProgram.CLASS_JMP;
import static io.weir.capture.BpfProgram.CLASS_LD;
import static io.weir.capture.BpfProgram.CLASS_LDX;
import static io.weir.capture.BpfProgram.CLASS_RET;
import static io.weir.capture.BpfProgram.MODE_ABS;
import static io.weir.capture.BpfProgram.MODE_IND;
import static io.weir.capture.BpfProgram.MODE_LEN;
import static io.weir.capture.BpfProgram.MODE_MSH;
import static io.weir.capture.BpfProgram.SIZE_B;
import static io.weir.capture.BpfProgram.SIZE_H;
import static io.weir.capture.BpfProgram.SIZE_W;
import static io.weir.capture.BpfProgram.SOURCE_X;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Assembles the program that a live source attaches to its socket: which interfaces, no second copies on loopback, nothing of the own
 * service, then what the user asked for. Needs no library. It uses Linux's extensions (linux/filter.h): loads relative to the
 * network header, and loads of the packet's metadata.
 */
final class KernelFilter {
    private static final int METADATA = -0x1000;
    static final int METADATA_PROTOCOL = METADATA;
    static final int METADATA_PACKET_TYPE = METADATA + 4;
    static final int METADATA_INTERFACE = METADATA + 8;
    static final int METADATA_HARDWARE_TYPE = METADATA + 28;

    private static final int PACKET_OUTGOING = 4;
    private static final int PROTOCOL_IPV4 = 0x0800;
    private static final int PROTOCOL_IPV6 = 0x86DD;
    private static final int TCP = 6;

    private static final int REFUSE = 0;

    private static final int ADD = 0x00;
    private static final int SUBTRACT = 0x10;
    private static final int JUMP_AT_LEAST = 0x30;

    private static final int IPV4_BYTES = 20;
    private static final int MAX_IPV4_BYTES = 60;
    private static final int IPV6_BYTES = 40;
    private static final int PORTS_BYTES = 4;
    /** Longest link layer header that is looked behind; with the ports still less than an IP packet with a TCP header. */
    private static final int LINK_BYTES = 16;

    /** Of the kernel's 4096 instructions these take a quarter. */
    static final int MAX_INTERFACES = 500;

    private final BpfAssembler code = new BpfAssembler();

    /** Frames of these interfaces only, at most {@value #MAX_INTERFACES}: they are compared one by one. */
    KernelFilter interfaces(int[] indexes) {
        code.load(MODE_ABS | SIZE_W, METADATA_INTERFACE);
        int[] passes = new int[indexes.length];
        for (int index = 0; index < indexes.length; index++) {
            code.unlessEqualSkip(indexes[index], 1);
            passes[index] = code.jump();
        }
        code.answer(REFUSE);
        code.land(passes);
        return this;
    }

    /** Drops the sender's copy of each frame on a loopback interface, where the receiver's comes too. */
    KernelFilter noSecondCopies() {
        code.load(MODE_ABS | SIZE_W, METADATA_PACKET_TYPE);
        code.unlessEqualSkip(PACKET_OUTGOING, 3);
        code.load(MODE_ABS | SIZE_W, METADATA_HARDWARE_TYPE);
        code.unlessEqualSkip(LiveInterface.HARDWARE_LOOPBACK, 1);
        code.answer(REFUSE);
        return this;
    }

    /**
     * Refuses the own service's segments. A load behind the frame's end would refuse the frame as well, uncounted; so frames
     * too short for a whole TCP header pass unseen.
     */
    KernelFilter without(OwnService service) {
        code.load(MODE_ABS | SIZE_W, METADATA_PROTOCOL);
        code.unlessEqualSkip(PROTOCOL_IPV4, 1);
        int toIpv4 = code.jump();
        code.unlessEqualSkip(PROTOCOL_IPV6, 1);
        int toIpv6 = code.jump();
        int other = code.jump();

        code.land(toIpv4);
        int short4 = jumpIfShorter(IPV4_BYTES + PORTS_BYTES);
        code.load(MODE_ABS | SIZE_B, NETWORK + 9);
        code.skipIfEqual(TCP, 1);
        int noTcp = code.jump();
        code.load(MODE_ABS | SIZE_H, NETWORK + 6);
        // only the first fragment has ports
        code.add(CLASS_JMP | 0x40, 0, 1, 0x1FFF);
        int fragment = code.jump();
        code.add(CLASS_LDX | MODE_MSH | SIZE_B, 0, 0, NETWORK);
        int shortOptions = jumpIfShorterBehindOptions();
        refuseService(service, false);
        int ipv4Done = code.jump();

        code.land(toIpv6);
        int short6 = jumpIfShorter(IPV6_BYTES + PORTS_BYTES);
        code.load(MODE_ABS | SIZE_B, NETWORK + 6);
        code.skipIfEqual(TCP, 1);
        int noTcp6 = code.jump();
        refuseService(service, true);
        code.land(other, short4, noTcp, fragment, shortOptions, ipv4Done, short6, noTcp6);
        return this;
    }

    /**
     * Ends the program with what the user wants.
     *
     * @param ethernet compiled for frames that begin with an Ethernet header
     * @param ip compiled for frames that begin with the IP header
     * @param snapLengthBytes bytes that the kernel keeps of an accepted frame
     */
    BpfProgram then(BpfProgram ethernet, BpfProgram ip, int snapLengthBytes) {
        code.load(MODE_ABS | SIZE_W, METADATA_HARDWARE_TYPE);
        code.unlessEqualSkip(LiveInterface.HARDWARE_ETHERNET, 1);
        int first = code.jump();
        code.unlessEqualSkip(LiveInterface.HARDWARE_LOOPBACK, 1);
        int second = code.jump();
        append(ip, snapLengthBytes, true);
        code.land(first, second);
        return then(ethernet, snapLengthBytes);
    }

    /** Ends the program with what the user wants, compiled for frames that begin as these do. */
    BpfProgram then(BpfProgram program, int snapLengthBytes) {
        append(program, snapLengthBytes, false);
        return code.program();
    }

    /** A jump for frames with fewer bytes from the network header on, or a few more: never for a whole TCP segment. */
    private int jumpIfShorter(int bytes) {
        code.load(MODE_LEN, 0);
        code.add(CLASS_JMP | JUMP_AT_LEAST, 1, 0, LINK_BYTES + bytes);
        return code.jump();
    }

    /** The same for the ports behind an IPv4 header of X bytes, which this leaves in X. */
    private int jumpIfShorterBehindOptions() {
        code.load(MODE_LEN, 0);
        // so that the difference is never negative
        code.add(CLASS_ALU | ADD, 0, 0, MAX_IPV4_BYTES);
        code.add(CLASS_ALU | SUBTRACT | SOURCE_X, 0, 0, 0);
        code.add(CLASS_JMP | JUMP_AT_LEAST, 1, 0, MAX_IPV4_BYTES + LINK_BYTES + PORTS_BYTES);
        return code.jump();
    }

    private void refuseService(OwnService service, boolean ipv6) {
        int addressAt = ipv6 ? 8 : 12;
        int addressBytes = ipv6 ? 16 : 4;
        if (service.addresses().isEmpty()) {
            refusePort(service.port(), ipv6, 0);
            refusePort(service.port(), ipv6, 2);
        }
        for (InetAddress address : service.addresses()) {
            if (address instanceof Inet4Address != ipv6) {
                refuseEndpoint(address.getAddress(), addressAt, service.port(), ipv6, 0);
                refuseEndpoint(address.getAddress(), addressAt + addressBytes, service.port(), ipv6, 2);
            }
        }
    }

    private void refuseEndpoint(byte[] address, int addressAt, int port, boolean ipv6, int portAt) {
        ByteBuffer words = ByteBuffer.wrap(address);
        int remaining = address.length / 4;
        while (words.hasRemaining()) {
            code.load(MODE_ABS | SIZE_W, NETWORK + addressAt + words.position());
            remaining--;
            // behind the other words' pairs come three instructions for the port
            code.unlessEqualSkip(words.getInt(), 2 * remaining + 3);
        }
        refusePort(port, ipv6, portAt);
    }

    private void refusePort(int port, boolean ipv6, int portAt) {
        if (ipv6) {
            code.load(MODE_ABS | SIZE_H, NETWORK + 40 + portAt);
        } else {
            code.load(MODE_IND | SIZE_H, NETWORK + portAt);
        }
        code.unlessEqualSkip(port, 1);
        code.answer(REFUSE);
    }

    private void append(BpfProgram program, int snapLengthBytes, boolean fromNetworkHeader) {
        for (long instruction : program.instructions()) {
            int operation = (int) (instruction >>> 48) & 0xFFFF;
            int constant = (int) instruction;
            if (operation == CLASS_RET && constant != 0) {
                constant = snapLengthBytes;
            } else if (fromNetworkHeader && readsFrame(operation) && constant >= 0) {
                constant += NETWORK;
            }
            code.add(operation, (int) (instruction >>> 40), (int) (instruction >>> 32), constant);
        }
    }

    static boolean readsFrame(int operation) {
        int mode = operation & 0xE0;
        int kind = operation & 0x07;
        return kind == CLASS_LD && (mode == MODE_ABS || mode == MODE_IND) || kind == CLASS_LDX && mode == MODE_MSH;
    }
}
