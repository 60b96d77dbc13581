package io.weir.reassemble;

/**
 * Where a byte came from.
 *
 * @param timeNs capture time of the packet, nanoseconds since 1970
 * @param interfaceIndex the interface it was captured on
 * @param length payload bytes of that packet that stand together here
 */
public record CaptureInfo(long timeNs, int interfaceIndex, int length) {
    /** Of an offset outside the data. */
    public static final CaptureInfo NONE = new CaptureInfo(0, -1, 0);
}
