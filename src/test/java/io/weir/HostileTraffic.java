package io.weir;

import io.weir.Conversation.Sender;
import io.weir.capture.FrameSender;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Sends hostile frames beside honest traffic, at a steady rate. Any thread. */
final class HostileTraffic {
    private static final int TURN_NS = 10_000_000;
    private static final int CABLE_FRAMES_A_TURN = 30;
    private static final int LINK_FRAMES_A_TURN = 10;
    /** Of what is caught up with after a pause. */
    private static final int MAX_LATE_NS = 50_000_000;

    private static final int FAR_ADDRESS = 0x0A630002;
    private static final int NEAR_ADDRESS = 0x0A630001;

    private final long seed;
    private final LossyTraffic honest;
    private final AtomicLong sent = new AtomicLong();

    HostileTraffic(long seed, LossyTraffic honest) {
        this.seed = seed;
        this.honest = honest;
    }

    /** Frames of all kinds, until it is over, out of an interface of this thread's namespace. */
    void overCable(String interfaceName, AtomicBoolean over) {
        HostileFrames frames = new HostileFrames(seed + sent.get());
        send(interfaceName, over, CABLE_FRAMES_A_TURN, frames::next);
    }

    /** IP packets, some of them to the ports of honest conversations, from the honest link's far side. */
    void overLink(AtomicBoolean over) {
        HostileFrames frames = new HostileFrames(~seed + sent.get());
        SplittableRandom random = new SplittableRandom(seed);
        send(LossyTraffic.FAR, over, LINK_FRAMES_A_TURN, () -> {
            byte[] packet = HostileFrames.packet(frames.next());
            return random.nextInt(10) == 0 ? poison(frames, random) : packet;
        });
    }

    private interface Source {
        /** @return null for none this time */
        byte[] next();
    }

    private void send(String interfaceName, AtomicBoolean over, int framesATurn, Source source) {
        try (FrameSender sender = new FrameSender(interfaceName)) {
            long nextNs = System.nanoTime();
            while (!over.get()) {
                for (int count = 0; count < framesATurn; count++) {
                    byte[] frame = source.next();
                    if (frame != null && sender.send(frame)) {
                        sent.incrementAndGet();
                    }
                }
                nextNs = Math.max(nextNs + TURN_NS, System.nanoTime() - MAX_LATE_NS);
                Thread.sleep(Math.max(1, (nextNs - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** To a conversation that has begun, as the first segment of a stream may have a wrong checksum. */
    private byte[] poison(HostileFrames frames, SplittableRandom random) {
        List<Conversation> begun = honest.current().stream()
                .filter(one -> !one.overIpv6 && one.habit.rounds() == 1)
                .filter(one -> Arrays.stream(Sender.values())
                        .allMatch(sender -> one.rounds.get(0).of(sender).readBytes > 0))
                .toList();
        if (begun.isEmpty()) {
            return null;
        }
        Conversation one = begun.get(random.nextInt(begun.size()));
        boolean fromClient = LossyTraffic.nearServes(one);
        int fromPort = fromClient ? one.clientPort() : one.serverPort();
        return frames.poison(FAR_ADDRESS, NEAR_ADDRESS, fromPort, fromClient ? one.serverPort() : one.clientPort());
    }

    /** Frames so far. */
    long sent() {
        return sent.get();
    }
}
