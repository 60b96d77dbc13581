package io.weir.relay;

/** Bytes of one delivery, which can be copied from while it lasts. */
@FunctionalInterface
interface PayloadSource {
    /** Copies {@code length} bytes from position {@code from}. */
    void copy(int from, byte[] target, int at, int length);
}
