package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** Writes a pcapng file (draft-ietf-opsawg-pcapng) of one section and one Ethernet interface, in little endian. */
final class PcapngBlocks {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int LINKTYPE_ETHERNET = 1;

    private static final int OPTION_COMMENT = 1;
    private static final int OPTION_INTERFACE_NAME = 2;
    private static final int OPTION_TIME_RESOLUTION = 9;
    private static final int OPTION_APPLICATION = 4;

    private final Buffer file;

    PcapngBlocks(int sizeHint) {
        file = Buffer.buffer(sizeHint);
    }

    void section(String comment) {
        Buffer body = Buffer.buffer()
                .appendIntLE(BYTE_ORDER_MAGIC)
                .appendShortLE((short) 1)
                .appendShortLE((short) 0)
                .appendLongLE(-1);
        option(body, OPTION_COMMENT, comment.getBytes(StandardCharsets.UTF_8));
        option(body, OPTION_APPLICATION, "weir".getBytes(StandardCharsets.UTF_8));
        block(SECTION_HEADER, endOfOptions(body));
    }

    void ethernet(String interfaceName) {
        Buffer body = Buffer.buffer()
                .appendShortLE((short) LINKTYPE_ETHERNET)
                .appendShortLE((short) 0)
                .appendIntLE(0);
        option(body, OPTION_INTERFACE_NAME, interfaceName.getBytes(StandardCharsets.UTF_8));
        option(body, OPTION_TIME_RESOLUTION, new byte[] {9});
        block(INTERFACE_DESCRIPTION, endOfOptions(body));
    }

    void packet(long timeNs, byte[] frame) {
        Buffer body = Buffer.buffer(frame.length + 24)
                .appendIntLE(0)
                .appendIntLE((int) (timeNs >>> 32))
                .appendIntLE((int) timeNs)
                .appendIntLE(frame.length)
                .appendIntLE(frame.length)
                .appendBytes(frame);
        block(ENHANCED_PACKET, pad(body));
    }

    Buffer file() {
        return file;
    }

    private void block(int type, Buffer body) {
        int length = body.length() + 12;
        file.appendIntLE(type).appendIntLE(length).appendBuffer(body).appendIntLE(length);
    }

    private static void option(Buffer body, int code, byte[] value) {
        body.appendShortLE((short) code).appendShortLE((short) value.length).appendBytes(value);
        pad(body);
    }

    private static Buffer endOfOptions(Buffer body) {
        return body.appendIntLE(0);
    }

    private static Buffer pad(Buffer body) {
        while (body.length() % 4 != 0) {
            body.appendByte((byte) 0);
        }
        return body;
    }
}
