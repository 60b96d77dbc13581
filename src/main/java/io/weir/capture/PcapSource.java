package io.weir.capture;

/** Placeholder. */
final class PcapSource {
    private PcapSource() {}

    static LiveSource open(LiveOptions options) throws CaptureException {
        throw new CaptureException(CaptureException.Kind.UNSUPPORTED, "The pcap backend is not built yet.");
    }
}
