package io.weir.relay;

import io.weir.reassemble.ScatterGather;

/** The delivery at hand, as a source of bytes; reused, so that no delivery makes an object. */
final class Delivery implements PayloadSource {
    private ScatterGather data;

    Delivery of(ScatterGather newData) {
        data = newData;
        return this;
    }

    @Override
    public void copy(int from, byte[] target, int at, int length) {
        data.copy(from, target, at, length);
    }
}
