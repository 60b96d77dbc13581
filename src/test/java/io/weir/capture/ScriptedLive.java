package io.weir.capture;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A live source on which nothing passes, until it is broken. */
public final class ScriptedLive implements LiveSource {
    private final String name;
    private volatile Throwable breaksWith;
    private volatile boolean closeFails;
    private volatile boolean closed;
    private volatile long clockErrorNs;
    private final Queue<Consumer<FrameHandler>> frames = new ConcurrentLinkedQueue<>();

    public ScriptedLive() {
        this("scripted");
    }

    /** @param name of its interface */
    public ScriptedLive(String name) {
        this.name = name;
    }

    /** The next poll throws this, checked or not. */
    public void breakWith(Throwable failure) {
        breaksWith = failure;
    }

    /** Closing it throws, when all is done. */
    public void failAtClose() {
        closeFails = true;
    }

    /** The machine's clock goes wrong by so much. */
    public void setClock(long errorNs) {
        clockErrorNs = errorNs;
    }

    /** The next poll hands on an Ethernet frame. */
    public void pass(byte[] ethernet, long timeNs) {
        ByteBuffer bytes = ByteBuffer.wrap(ethernet);
        frames.add(handler -> handler.onFrame(
                new Frame().bytes(bytes, 0, ethernet.length, ethernet.length).origin(timeNs, 1, 0)));
    }

    @Override
    public long presentNs() {
        return LiveSource.super.presentNs() + clockErrorNs;
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        if (breaksWith instanceof CaptureException failure) {
            throw failure;
        }
        if (breaksWith instanceof Error error) {
            throw error;
        }
        Consumer<FrameHandler> next = frames.poll();
        if (next != null) {
            next.accept(handler);
            return 1;
        }
        LockSupport.parkNanos(Math.min(waitMs, 5) * 1_000_000L);
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        if (closeFails) {
            throw new IllegalStateException("close");
        }
    }

    @Override
    public Backend backend() {
        return Backend.AFPACKET;
    }

    @Override
    public List<String> interfaces() {
        return List.of(name);
    }

    @Override
    public Filter filter() {
        return Filter.NONE;
    }

    @Override
    public void filter(Filter filter) {}

    @Override
    public boolean refresh() {
        return false;
    }

    @Override
    public long latencyNs() {
        return 0;
    }

    @Override
    public String interfaceName(int interfaceIndex) {
        return name;
    }

    @Override
    public Statistics statistics() {
        return new Statistics(0, 0, 0, 0, 0, Map.of());
    }

    @Override
    public void interrupt() {}
}
