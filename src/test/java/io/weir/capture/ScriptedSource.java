package io.weir.capture;

import java.util.Map;

/** Gives so many frames, then ends or breaks. */
class ScriptedSource implements FrameSource {
    private final int total;
    private final CaptureException last;
    private final Frame frame = new Frame();
    private volatile long delivered;
    private volatile boolean closed;

    ScriptedSource(int total, CaptureException last) {
        this.total = total;
        this.last = last;
    }

    @Override
    public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
        int handedOn = 0;
        while (handedOn < maxFrames && delivered < total) {
            delivered = delivered + 1;
            handler.onFrame(frame.origin(delivered, 1, 0));
            handedOn++;
        }
        if (handedOn == 0 && last != null) {
            throw last;
        }
        return handedOn == 0 ? END : handedOn;
    }

    @Override
    public String interfaceName(int interfaceIndex) {
        return "scripted-" + interfaceIndex;
    }

    @Override
    public Statistics statistics() {
        return new Statistics(delivered, delivered, 0, 0, 0, Map.of());
    }

    @Override
    public void interrupt() {}

    @Override
    public void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }
}
