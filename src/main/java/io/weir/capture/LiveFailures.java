package io.weir.capture;

import com.sun.jna.LastErrorException;
import org.pcap4j.core.PcapNativeException;

/** What to tell a person when a live source cannot be opened. */
final class LiveFailures {
    // libpcap's PCAP_ERROR_ codes
    private static final int PERMISSION_DENIED = -8;
    private static final int PROMISCUOUS_PERMISSION_DENIED = -11;
    private static final int NO_SUCH_DEVICE = -5;
    private static final int NOT_UP = -9;

    private LiveFailures() {}

    static CaptureException ofRing(Exception failure, LiveTargets targets, LiveOptions options) {
        if (failure instanceof LastErrorException refused) {
            return ofRing(refused, targets, options);
        }
        return failure instanceof CaptureException told
                ? told
                : new CaptureException("The filter cannot be used: " + failure.getMessage(), failure);
    }

    private static CaptureException ofRing(LastErrorException failure, LiveTargets targets, LiveOptions options) {
        switch (failure.getErrorCode()) {
            case Libc.EPERM:
            case Libc.EACCES:
                return LiveSources.notPermitted(targets.toString(), failure);
            case Libc.ENODEV:
                return LiveSources.gone(targets.toString());
            case Libc.ENOMEM:
            case Libc.ENOBUFS:
                return new CaptureException(
                        "The kernel has no memory for a packet ring of " + options.bufferBytes()
                                + " bytes; choose a smaller one.",
                        failure);
            default:
                return new CaptureException(
                        CaptureException.Kind.UNSUPPORTED,
                        "This kernel gives no packet ring on " + targets + " (" + failure.getMessage()
                                + "). The pcap backend may work.",
                        failure);
        }
    }

    /** Of one of several rings: down and up again, the kernel might put them into another order. */
    static CaptureException down(LiveTargets targets) {
        return new CaptureException(
                CaptureException.Kind.NO_INTERFACE,
                "Interface " + targets + " is down, and several capture workers need it up: ip link set " + targets
                        + " up, or set capture.workers to 1.");
    }

    static CaptureException ofPcap(PcapNativeException failure, String name) {
        int code = failure.getReturnCode() == null ? 0 : failure.getReturnCode();
        switch (code) {
            case PERMISSION_DENIED:
            case PROMISCUOUS_PERMISSION_DENIED:
                return LiveSources.notPermitted(name, failure);
            case NO_SUCH_DEVICE:
                return LiveSources.gone(name);
            case NOT_UP:
                return new CaptureException(
                        CaptureException.Kind.NO_INTERFACE,
                        "Interface " + name + " is down. Switch it on: ip link set " + name + " up",
                        failure);
            default:
                return new CaptureException("libpcap cannot capture on " + name + ": " + failure.getMessage(), failure);
        }
    }

    /** Whatever was thrown, for people. */
    static CaptureException told(Throwable failure) {
        if (failure instanceof CaptureException told) {
            return told;
        }
        return failure instanceof LastErrorException refused
                ? new CaptureException("The kernel refused what a capture needs: " + refused.getMessage(), refused)
                : new CaptureException("Capture failed by a defect of weir: " + failure, failure);
    }
}
