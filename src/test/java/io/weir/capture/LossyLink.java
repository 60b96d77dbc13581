package io.weir.capture;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad cable between two tunnel devices, which may lie in different network namespaces: it loses some packets, holds
 * others back behind later ones, brings some twice and damages some. One thread for each way; the same seed does the same to the same packets.
 */
public final class LossyLink implements AutoCloseable {
    private static final int PACKET_BYTES = 65_536;
    private static final int IDLE_MS = 100;
    /** A packet held back goes on after this time even if no other comes. */
    private static final int HELD_MS = 2;

    private static final int MOST_OVERTAKERS = 12;
    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int PORTS_BYTES = 4;

    private final int[] descriptors;
    private final Thread[] ways = new Thread[2];
    private final Flaws flaws;
    private volatile boolean closed;

    public final AtomicLong forwarded = new AtomicLong();
    public final AtomicLong lost = new AtomicLong();
    public final AtomicLong heldBack = new AtomicLong();
    public final AtomicLong doubled = new AtomicLong();
    public final AtomicLong damaged = new AtomicLong();

    /**
     * Shares of all packets, 0 to 1.
     *
     * @param duplication of those that come at once and once more behind later ones
     * @param damage of those of which one bit of the TCP segment, but not of its ports, comes wrong
     */
    public record Flaws(double loss, double reordering, double duplication, double damage) {}

    /** @param one descriptor of {@link Namespace#tunnel}; closed with the link, as is the other */
    public LossyLink(int one, int other, Flaws flaws, long seed) {
        descriptors = new int[] {one, other};
        this.flaws = flaws;
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
                double fate = random.nextDouble();
                if ((fate -= flaws.loss) < 0) {
                    lost.incrementAndGet();
                } else {
                    long later = count + random.nextInt(1, MOST_OVERTAKERS);
                    if ((fate -= flaws.reordering) < 0) {
                        heldBack.incrementAndGet();
                        held.add(new Held(packet.getByteArray(0, length), later));
                    } else {
                        if ((fate -= flaws.duplication) < 0) {
                            doubled.incrementAndGet();
                            held.add(new Held(packet.getByteArray(0, length), later));
                        } else if (fate - flaws.damage < 0) {
                            damage(packet, length, random);
                        }
                        Libc.write(to, Libc.address(packet), length);
                        forwarded.incrementAndGet();
                    }
                }
                release(held, count, to);
            }
        } catch (LastErrorException broken) {
            if (!closed) {
                throw broken;
            }
        }
    }

    private void damage(Memory packet, int length, SplittableRandom random) {
        int numbers = (packet.getByte(0) >> 4 == 4 ? IPV4_BYTES : IPV6_BYTES) + PORTS_BYTES;
        if (numbers < length) {
            int at = random.nextInt(numbers, length);
            packet.setByte(at, (byte) (packet.getByte(at) ^ 1 << random.nextInt(8)));
            damaged.incrementAndGet();
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
        return forwarded + " packets forwarded, " + lost + " lost, " + heldBack + " held back, " + doubled
                + " doubled, " + damaged + " damaged";
    }
}
