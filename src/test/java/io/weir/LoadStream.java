package io.weir;

import io.weir.capture.FrameSender;
import io.weir.capture.Frames;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** One long conversation, sent frame by frame on a thread of its own until it is told to finish: the load of a live test. */
final class LoadStream implements AutoCloseable {
    static final int SERVER_PORT = 1000;
    static final int PAYLOAD_BYTES = 100;

    private static final long PAUSE_NS = 100_000;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int PUSH = 8;
    private static final int ACK = 16;

    private final FrameSender sender;
    private final int clientPort;
    private final Thread thread;
    private volatile boolean finishing;
    private volatile long frames;
    private volatile long dataBytes;
    private volatile boolean whole = true;

    /** Starts it, on an interface of this thread's namespace. */
    LoadStream(String interfaceName, int clientPort) {
        sender = new FrameSender(interfaceName);
        this.clientPort = clientPort;
        thread = new Thread(this::run, "load");
        thread.start();
    }

    private void run() {
        send(segment(true, 100, 0, SYN, 0));
        send(segment(false, 500, 101, SYN | ACK, 0));
        send(segment(true, 101, 501, ACK, 0));
        while (!finishing && whole) {
            send(segment(false, 501 + (int) dataBytes, 101, PUSH | ACK, PAYLOAD_BYTES));
            dataBytes = dataBytes + PAYLOAD_BYTES;
            LockSupport.parkNanos(PAUSE_NS);
        }
        int end = 501 + (int) dataBytes;
        send(segment(false, end, 101, FIN | ACK, 0));
        send(segment(true, 101, end + 1, FIN | ACK, 0));
        send(segment(false, end + 1, 102, ACK, 0));
    }

    private void send(byte[] frame) {
        if (sender.send(frame)) {
            frames = frames + 1;
        } else {
            whole = false;
        }
    }

    private byte[] segment(boolean fromClient, int sequence, int acknowledgement, int flags, int length) {
        ByteBuffer tcp = ByteBuffer.allocate(20 + length);
        tcp.putShort((short) (fromClient ? clientPort : SERVER_PORT));
        tcp.putShort((short) (fromClient ? SERVER_PORT : clientPort));
        tcp.putInt(sequence)
                .putInt(acknowledgement)
                .put((byte) 0x50)
                .put((byte) flags)
                .putShort((short) 60_000);
        for (int at = 20; at < tcp.capacity(); at++) {
            tcp.put(at, (byte) (sequence + at));
        }
        String client = "10.0.0.1";
        String server = "10.0.0.2";
        return Frames.ethernet(
                0x0800, Frames.ipv4(6, fromClient ? client : server, fromClient ? server : client, tcp.array()));
    }

    /** Frames that were sent so far. */
    long frames() {
        return frames;
    }

    /** Payload that was sent so far, all of it by the server. */
    long dataBytes() {
        return dataBytes;
    }

    /** Ends the conversation in order and waits until that is sent. */
    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
    }

    @Override
    public void close() throws InterruptedException {
        finish();
        sender.close();
    }
}
