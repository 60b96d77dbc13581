package io.weir.decode;

import java.util.List;

/** Whole Ethernet frames with a TCP segment in every encapsulation that weir reads. */
public final class FrameSamples {
    private static final int ETHERNET = 1;

    private FrameSamples() {}

    /** New ones, which the caller may change. */
    public static List<byte[]> ethernet() {
        return Sample.all().stream()
                .filter(sample -> sample.linkType() == ETHERNET)
                .map(sample -> sample.packet().bytes())
                .toList();
    }
}
