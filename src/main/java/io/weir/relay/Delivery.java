package io.weir.relay;

import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.ScatterGather;

/** The new bytes of the delivery at hand, without those that were kept; reused, so that no delivery makes an object. */
final class Delivery implements PayloadSource {
    private ScatterGather data;

    Delivery of(ScatterGather newData) {
        data = newData;
        return this;
    }

    FlowDirection direction() {
        return data.direction();
    }

    /** Of the first new byte. */
    long offset() {
        return data.offset() + data.saved();
    }

    int length() {
        return data.length() - data.saved();
    }

    long timeNs() {
        return data.timeNs();
    }

    long ackedTo() {
        return data.ackedTo();
    }

    /** @param from counted from the first new byte */
    @Override
    public void copy(int from, byte[] target, int at, int length) {
        data.copy(data.saved() + from, target, at, length);
    }
}
