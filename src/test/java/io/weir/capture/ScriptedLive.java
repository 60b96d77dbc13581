package io.weir.capture;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A live source on which nothing passes, until it is broken. */
public final class ScriptedLive implements LiveSource {
    private final String name;
    private volatile Throwable breaksWith;
    private volatile boolean closeFails;
    private volatile boolean closed;

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
