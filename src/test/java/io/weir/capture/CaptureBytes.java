package io.weir.capture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** Bytes of capture files, pcap and pcapng, in either byte order, right or wrong on purpose. */
final class CaptureBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteOrder order;

    private CaptureBytes(ByteOrder order) {
        this.order = order;
    }

    static CaptureBytes pcap(ByteOrder order, int magic, int linkType) {
        return new CaptureBytes(order)
                .u32(magic)
                .u16(2)
                .u16(4)
                .u32(0)
                .u32(0)
                .u32(65_535)
                .u32(linkType);
    }

    static CaptureBytes pcap() {
        return pcap(ByteOrder.LITTLE_ENDIAN, PcapFormat.MICROSECONDS, 1);
    }

    static CaptureBytes pcapng(ByteOrder order) {
        return new CaptureBytes(order).section(order);
    }

    static CaptureBytes pcapng() {
        return pcapng(ByteOrder.LITTLE_ENDIAN);
    }

    CaptureBytes record(int seconds, int fraction, String frame) {
        return record(seconds, fraction, frame.length(), frame.length(), frame);
    }

    CaptureBytes record(int seconds, int fraction, int captured, int wire, String frame) {
        return u32(seconds).u32(fraction).u32(captured).u32(wire).text(frame);
    }

    CaptureBytes section(ByteOrder order) {
        this.order = order;
        return u32(0x0A0D0D0A)
                .u32(28)
                .u32(0x1A2B3C4D)
                .u16(1)
                .u16(0)
                .u32(-1)
                .u32(-1)
                .u32(28);
    }

    CaptureBytes interfaceBlock(int linkType) {
        return interfaceBlock(linkType, 0, new byte[0]);
    }

    /** @param options as they are, padded */
    CaptureBytes interfaceBlock(int linkType, int snapLength, byte[] options) {
        int length = 20 + options.length;
        return u32(1).u32(length)
                .u16(linkType)
                .u16(0)
                .u32(snapLength)
                .raw(options)
                .u32(length);
    }

    /** One option, padded. */
    byte[] option(int code, byte[] value) {
        ByteBuffer option = ByteBuffer.allocate(4 + (value.length + 3 & ~3)).order(order);
        return option.putShort((short) code)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    CaptureBytes enhanced(int index, long units, String frame) {
        return enhanced(index, units, frame.length(), frame.length(), frame);
    }

    CaptureBytes enhanced(int index, long units, int captured, int wire, String frame) {
        int length = 32 + padded(frame);
        u32(6).u32(length)
                .u32(index)
                .u32((int) (units >>> 32))
                .u32((int) units)
                .u32(captured)
                .u32(wire);
        return text(frame).pad(frame).u32(length);
    }

    CaptureBytes simple(int wire, String frame) {
        int length = 16 + padded(frame);
        return u32(3).u32(length).u32(wire).text(frame).pad(frame).u32(length);
    }

    CaptureBytes obsolete(int index, long units, String frame) {
        int length = 32 + padded(frame);
        u32(2).u32(length).u16(index).u16(0).u32((int) (units >>> 32)).u32((int) units);
        return u32(frame.length()).u32(frame.length()).text(frame).pad(frame).u32(length);
    }

    /** A block of any type that says it has {@code length} bytes, and has {@code body}. */
    CaptureBytes block(int type, int length, String body) {
        return u32(type).u32(length).text(body).u32(length);
    }

    CaptureBytes u32(int value) {
        return raw(ByteBuffer.allocate(4).order(order).putInt(value).array());
    }

    CaptureBytes u16(int value) {
        return raw(ByteBuffer.allocate(2).order(order).putShort((short) value).array());
    }

    CaptureBytes text(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    CaptureBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return packed.toByteArray();
    }

    private static int padded(String frame) {
        return frame.length() + 3 & ~3;
    }

    private CaptureBytes pad(String frame) {
        return raw(new byte[padded(frame) - frame.length()]);
    }
}
