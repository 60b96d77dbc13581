package io.weir.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * pcapng (draft-ietf-opsawg-pcapng): any number of sections, each with its own byte order and interfaces. Interfaces are
 * numbered through all sections; blocks that hold no frame are skipped.
 */
final class PcapngFormat implements RecordFormat {
    static final int SECTION_HEADER = 0x0A0D0D0A;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int SECTION_HEADER_BYTES = 28;
    /** Type, length, and the length again at the end. */
    private static final int FRAME_OF_BLOCK_BYTES = 12;

    private static final int OPTION_NAME = 2;
    private static final int OPTION_RESOLUTION = 9;
    private static final int OPTION_OFFSET = 14;
    private static final int MAX_NAME_BYTES = 64;

    private final String name;
    private final CaptureInterfaces interfaces = new CaptureInterfaces();
    private boolean swapped;
    private int sectionStart;
    private long blocks;
    /** For blocks that carry no time of their own. */
    private long lastTimeNs;

    /** The window has the first section header at its position; {@link #next} reads it. */
    PcapngFormat(String name) {
        this.name = name;
    }

    @Override
    public Found next(Window window, Frame frame) throws CaptureException, IOException {
        while (true) {
            if (!window.has(FRAME_OF_BLOCK_BYTES)) {
                return endOrWait(window, FRAME_OF_BLOCK_BYTES);
            }
            int type = window.memory().getInt(window.position());
            if (type == SECTION_HEADER && !window.has(SECTION_HEADER_BYTES)) {
                return endOrWait(window, SECTION_HEADER_BYTES);
            }
            if (type == SECTION_HEADER) {
                section(window);
            }
            int length = blockLength(window);
            type = u32(window.memory(), window.position());
            boolean wanted = type == INTERFACE_DESCRIPTION
                    || type == OBSOLETE_PACKET
                    || type == SIMPLE_PACKET
                    || type == ENHANCED_PACKET;
            if (!wanted) {
                window.skip(length & 0xFFFFFFFFL);
                blocks++;
                continue;
            }
            if (length < 0 || length > Window.MAX_BYTES) {
                throw damaged(
                        window,
                        "says " + Integer.toUnsignedString(length) + " bytes; at most " + Window.MAX_BYTES
                                + " are believed");
            }
            if (!window.has(length)) {
                return endOrWait(window, length);
            }
            boolean found = block(window, type, length, frame);
            window.skip(length);
            blocks++;
            if (found) {
                return Found.FRAME;
            }
        }
    }

    private void section(Window window) throws CaptureException {
        ByteBuffer memory = window.memory();
        int at = window.position();
        int magic = memory.getInt(at + 8);
        if (magic != BYTE_ORDER_MAGIC && magic != Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
            throw damaged(window, "starts a section without the byte-order magic");
        }
        swapped = magic != BYTE_ORDER_MAGIC;
        int major = u16(memory, at + 12);
        // minor 2 is written by some and means the same as 0
        int minor = u16(memory, at + 14);
        if (major != 1 || minor != 0 && minor != 2) {
            throw damaged(window, "starts a section of pcapng version " + major + "." + minor + "; only 1.0 is known");
        }
        sectionStart = interfaces.count();
    }

    /** The length of the block at the window's position, checked: at least its own frame, and a multiple of 4. */
    private int blockLength(Window window) throws CaptureException {
        int length = u32(window.memory(), window.position() + 4);
        if (Integer.compareUnsigned(length, FRAME_OF_BLOCK_BYTES) < 0 || (length & 3) != 0) {
            throw damaged(
                    window,
                    "says " + Integer.toUnsignedString(length)
                            + " bytes; a block has at least 12, and a multiple of 4");
        }
        return length;
    }

    /** @return whether the block holds a frame */
    private boolean block(Window window, int type, int length, Frame frame) throws CaptureException {
        ByteBuffer memory = window.memory();
        int at = window.position();
        if (u32(memory, at + length - 4) != length) {
            throw damaged(
                    window,
                    "says " + length + " bytes at its start and "
                            + Integer.toUnsignedString(u32(memory, at + length - 4)) + " at its end");
        }
        return switch (type) {
            case INTERFACE_DESCRIPTION -> interfaceDescription(window, at, length);
            case SIMPLE_PACKET -> simplePacket(window, at, length, frame);
            case OBSOLETE_PACKET -> {
                require(window, length, 32);
                yield packet(window, at, length, u16(memory, at + 8), frame);
            }
            default -> {
                require(window, length, 32);
                yield packet(window, at, length, u32(memory, at + 8), frame);
            }
        };
    }

    private boolean interfaceDescription(Window window, int at, int length) throws CaptureException {
        require(window, length, 20);
        if (interfaces.count() == CaptureInterfaces.MAX_INTERFACES) {
            throw damaged(
                    window,
                    "describes one more interface than the " + CaptureInterfaces.MAX_INTERFACES + " that are allowed");
        }
        ByteBuffer memory = window.memory();
        int linkType = u16(memory, at + 8);
        int snapLength = u32(memory, at + 12);
        int resolution = 6;
        long offsetSeconds = 0;
        String label = null;
        int end = at + length - 4;
        int option = at + 16;
        while (option + 4 <= end) {
            int code = u16(memory, option);
            int size = u16(memory, option + 2);
            int value = option + 4;
            if (code == 0 || value + size > end) {
                break;
            }
            if (code == OPTION_RESOLUTION && size >= 1) {
                resolution = memory.get(value) & 0xFF;
            } else if (code == OPTION_OFFSET && size >= 8) {
                offsetSeconds = swapped ? Long.reverseBytes(memory.getLong(value)) : memory.getLong(value);
            } else if (code == OPTION_NAME && size >= 1) {
                byte[] bytes = new byte[Math.min(size, MAX_NAME_BYTES)];
                memory.get(value, bytes);
                label = new String(bytes, StandardCharsets.UTF_8).strip();
            }
            option = value + (size + 3 & ~3);
        }
        interfaces.add(linkType, snapLength, resolution, offsetSeconds, label);
        return false;
    }

    private boolean simplePacket(Window window, int at, int length, Frame frame) throws CaptureException {
        require(window, length, 16);
        if (interfaces.count() == sectionStart) {
            throw damaged(window, "holds a frame, and its section describes no interface");
        }
        int wire = u32(window.memory(), at + 8);
        int captured = length - 16;
        if (wire >= 0) {
            captured = Math.min(captured, wire);
        }
        int snapLength = interfaces.snapLength(sectionStart);
        if (snapLength > 0) {
            captured = Math.min(captured, snapLength);
        }
        return frame(window, at + 12, captured, wire, sectionStart, lastTimeNs, frame);
    }

    private boolean packet(Window window, int at, int length, int index, Frame frame) throws CaptureException {
        ByteBuffer memory = window.memory();
        if (index < 0 || index >= interfaces.count() - sectionStart) {
            throw damaged(
                    window,
                    "is of interface " + Integer.toUnsignedString(index) + "; the section describes "
                            + (interfaces.count() - sectionStart));
        }
        int captured = u32(memory, at + 20);
        if (captured < 0 || captured > length - 32) {
            throw damaged(
                    window,
                    "says that it holds " + Integer.toUnsignedString(captured) + " bytes of a frame, and has room for "
                            + (length - 32));
        }
        long units = (long) u32(memory, at + 12) << 32 | u32(memory, at + 16) & 0xFFFFFFFFL;
        lastTimeNs = interfaces.timeNs(sectionStart + index, units);
        return frame(window, at + 28, captured, u32(memory, at + 24), sectionStart + index, lastTimeNs, frame);
    }

    private boolean frame(Window window, int at, int captured, int wire, int index, long timeNs, Frame frame)
            throws CaptureException {
        if (captured > MAX_FRAME_BYTES) {
            throw damaged(window, "holds a frame of " + captured + " bytes; a frame has at most " + MAX_FRAME_BYTES);
        }
        frame.bytes(window.memory(), at, captured, wire < 0 ? Integer.MAX_VALUE : Math.max(wire, captured))
                .origin(timeNs, interfaces.linkType(index), index);
        return true;
    }

    private void require(Window window, int length, int bytes) throws CaptureException {
        if (length < bytes) {
            throw damaged(window, "says " + length + " bytes; its kind has at least " + bytes);
        }
    }

    private CaptureException damaged(Window window, String what) {
        return new CaptureException(
                name + " is damaged at byte " + window.fileOffset() + ": block " + (blocks + 1) + " " + what);
    }

    private Found endOrWait(Window window, int wanted) throws CaptureException {
        if (!window.ended()) {
            return Found.NOTHING;
        }
        int left = window.available();
        if (left == 0 && window.missing() == 0) {
            return Found.END;
        }
        throw new CaptureException(name + " is cut short at byte " + window.end() + ": "
                + (window.missing() > 0
                        ? "block " + blocks + " goes on for " + window.missing() + " bytes"
                        : "block " + (blocks + 1) + " has " + wanted + " bytes, " + left + " are left"));
    }

    @Override
    public String interfaceName(int index) {
        return interfaces.name(index);
    }

    private int u32(ByteBuffer memory, int at) {
        int value = memory.getInt(at);
        return swapped ? Integer.reverseBytes(value) : value;
    }

    private int u16(ByteBuffer memory, int at) {
        short value = memory.getShort(at);
        return (swapped ? Short.reverseBytes(value) : value) & 0xFFFF;
    }
}
