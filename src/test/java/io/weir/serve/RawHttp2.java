package io.weir.serve;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An HTTP/2 connection of frames (RFC 9113) that the test writes one by one, right or wrong. One thread reads, any sends. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    record Frame(int type, int stream, byte[] payload) {}

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawHttp2(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    synchronized void send(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream);
        out.write(frame.put(payload).array());
    }

    /** Lets the service send more on a stream, or, with 0, on all together. */
    void allow(int stream, int bytes) throws IOException {
        send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    void reset(int stream) throws IOException {
        send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
    }

    /** HPACK (RFC 7541) without compression: a GET of this machine. */
    static byte[] get(String path) {
        ByteBuffer block = ByteBuffer.allocate(64 + path.length());
        block.put((byte) 0x82).put((byte) 0x86);
        literal(block, 4, path);
        literal(block, 1, "localhost");
        byte[] bytes = new byte[block.position()];
        block.flip().get(bytes);
        return bytes;
    }

    /** The same: the head of a POST of a capture. */
    static byte[] upload(String path) {
        ByteBuffer block = ByteBuffer.allocate(128 + path.length());
        block.put((byte) 0x83).put((byte) 0x86);
        literal(block, 4, path);
        literal(block, 1, "localhost");
        // 31, content-type, does not fit into four bits
        literal(block.put((byte) 15), 31 - 15, "application/x-pcap");
        byte[] bytes = new byte[block.position()];
        block.flip().get(bytes);
        return bytes;
    }

    private static void literal(ByteBuffer block, int name, String value) {
        block.put((byte) name).put((byte) value.length()).put(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** The next frame; null when the service has closed or reset the connection. */
    Frame next() throws IOException {
        try {
            int head = in.read();
            if (head < 0) {
                return null;
            }
            int length = head << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            in.readUnsignedByte();
            int stream = in.readInt();
            return new Frame(type, stream, in.readNBytes(length));
        } catch (SocketException reset) {
            return null;
        }
    }

    /** The code of the GOAWAY that ends the connection; -1 if it ended without. */
    int endedWith() throws IOException {
        int code = -1;
        for (Frame frame = next(); frame != null; frame = next()) {
            if (frame.type() == GOAWAY) {
                code = ByteBuffer.wrap(frame.payload()).getInt(4);
            }
        }
        return code;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
