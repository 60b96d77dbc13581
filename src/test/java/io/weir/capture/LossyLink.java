package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad cable between two tunnel devices, which may lie in different network namespaces: it loses some packets and holds
 * others back behind later ones. One thread for each way; the same seed does the same to the same packets.
 */
public final class LossyLink implements AutoCloseable {
    private static final int PACKET_BYTES = 65_536;
    private static final int IDLE_MS = 100;
    /** A packet held back goes on after this time even if no other comes. */
    private static final int HELD_MS = 2;

    private static final int MOST_OVERTAKERS = 12;

    private final int[] descriptors;
    private final Thread[] ways = new Thread[2];
    private final double loss;
    private final double reordering;
    private volatile boolean closed;

    public final AtomicLong forwarded = new AtomicLong();
    public final AtomicLong lost = new AtomicLong();
    public final AtomicLong heldBack = new AtomicLong();

    /**
     * @param one descriptor of {@link Namespace#tunnel}; closed with the link, as is the other
     * @param loss of all packets, 0 to 1
     * @param reordering of those that are left, 0 to 1
     */
    public LossyLink(int one, int other, double loss, double reordering, long seed) {
        descriptors = new int[] {one, other};
        this.loss = loss;
        this.reordering = reordering;
        for (int way = 0; way < 2; way++) {
            int from = descriptors[way];
            int to = descriptors[1 - way];
            SplittableRandom random = new SplittableRandom(seed + way);
            ways[way] = new Thread(() -> forward(from, to, random), "lossy-link-" + way);
            ways[way].start();
        }
    }

    private record Held(byte[] packet, long afterPacket) {}

    private void forward(int from, int to, SplittableRandom random) {
        Deque<Held> held = new ArrayDeque<>();
        long count = 0;
        try (Memory packet = new Memory(PACKET_BYTES);
                Memory ready = new Memory(8)) {
            ready.setInt(0, from);
            ready.setInt(4, Libc.POLLIN);
            while (!closed) {
                ready.setShort(6, (short) 0);
                if (Libc.poll(Libc.address(ready), 1, held.isEmpty() ? IDLE_MS : HELD_MS) == 0) {
                    count = held.isEmpty() ? count : held.peek().afterPacket;
                    release(held, count, to);
                    continue;
                }
                int length = (int) Libc.read(from, Libc.address(packet), PACKET_BYTES);
                count++;
                if (random.nextDouble() < loss) {
                    lost.incrementAndGet();
                } else if (random.nextDouble() < reordering) {
                    heldBack.incrementAndGet();
                    held.add(new Held(packet.getByteArray(0, length), count + random.nextInt(1, MOST_OVERTAKERS)));
                } else {
                    Libc.write(to, Libc.address(packet), length);
                    forwarded.incrementAndGet();
                }
                release(held, count, to);
            }
        } catch (LastErrorException broken) {
            if (!closed) {
                throw broken;
            }
        }
    }

    private void release(Deque<Held> held, long count, int to) {
        while (!held.isEmpty() && held.peek().afterPacket <= count) {
            Namespace.write(to, held.poll().packet);
            forwarded.incrementAndGet();
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        for (Thread way : ways) {
            way.join();
        }
        for (int descriptor : descriptors) {
            Libc.closeQuietly(descriptor);
        }
    }

    @Override
    public String toString() {
        return forwarded + " packets forwarded, " + lost + " lost, " + heldBack + " held back";
    }
}
