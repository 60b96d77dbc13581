package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

/** Keeps a copy of each frame that it is handed. */
final class Recorder implements FrameHandler {
    static final class Kept {
        byte[] bytes;
        int wireLength;
        long timeNs;
        int linkType;
        int interfaceIndex;
        int vlanTag;
        boolean checksumOffloaded;
        boolean outgoing;
    }

    final List<Kept> frames = new ArrayList<>();

    @Override
    public void onFrame(Frame frame) {
        Kept kept = new Kept();
        kept.bytes = new byte[frame.capturedLength()];
        frame.memory().get(frame.offset(), kept.bytes);
        kept.wireLength = frame.wireLength();
        kept.timeNs = frame.timeNs();
        kept.linkType = frame.linkType();
        kept.interfaceIndex = frame.interfaceIndex();
        kept.vlanTag = frame.vlanTag();
        kept.checksumOffloaded = frame.checksumOffloaded();
        kept.outgoing = frame.outgoing();
        frames.add(kept);
    }

    byte[] bytes(int index) {
        return frames.get(index).bytes;
    }

    /** Polls until nothing came for 60 ms, several times as long as a ring keeps a frame back. */
    Recorder drain(FrameSource source) throws CaptureException {
        int empty = 0;
        while (empty < 6) {
            empty = source.poll(this, 100, 10) == 0 ? empty + 1 : 0;
        }
        return this;
    }

    /** Polls with a handler that throws, until it has thrown. */
    static void throwAtOneFrame(FrameSource source) {
        assertThatThrownBy(() -> {
                    for (int round = 0; round < 100; round++) {
                        source.poll(
                                frame -> {
                                    throw new IllegalStateException("handler");
                                },
                                10,
                                50);
                    }
                })
                .hasMessage("handler");
    }
}
