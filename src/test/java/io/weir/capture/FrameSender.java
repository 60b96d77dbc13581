package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/** Sends frames out of an interface of the namespace in which it was made, one after the other. One thread. */
public final class FrameSender implements AutoCloseable {
    private static final int PACKET_FAMILY = 17;
    private static final int RAW = 3;

    private final int socket = Libc.socket(PACKET_FAMILY, RAW, 0);
    private final Memory bytes = new Memory(1 << 16);

    public FrameSender(String interfaceName) {
        try (Memory address = new Memory(20)) {
            address.clear();
            address.setShort(0, (short) PACKET_FAMILY);
            address.setShort(2, (short) 0x0300);
            address.setInt(4, Interfaces.indexOf(interfaceName));
            Libc.bind(socket, Libc.address(address), 20);
        }
    }

    /** @return whether it was sent; not if the interface is gone */
    public boolean send(byte[] frame) {
        bytes.write(0, frame, 0, frame.length);
        try {
            return Libc.write(socket, Libc.address(bytes), frame.length) == frame.length;
        } catch (LastErrorException gone) {
            return false;
        }
    }

    @Override
    public void close() {
        Libc.closeQuietly(socket);
        bytes.close();
    }
}
