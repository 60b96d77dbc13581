package io.weir.reassemble;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;

/**
 * Holds a connection's segments against the options that its SYNs agreed on (RFC 9293 section 3.7.1, RFC 7323). It
 * advises: what it finds is an anomaly and never a reason to drop bytes. One object for each connection.
 */
public final class TcpOptionCheck {
    private final int[] maximumSegmentSize = new int[2];
    private final boolean[] timestamps = new boolean[2];
    private final boolean[] synSeen = new boolean[2];

    /**
     * Looks at one segment.
     *
     * @return what is odd about it, or null
     */
    public Anomaly check(Segment segment, FlowDirection direction) {
        int from = direction.ordinal();
        int to = 1 - from;
        Anomaly malformed = malformed(segment);
        if (malformed != null) {
            return malformed;
        }
        if (segment.has(Segment.SYN)) {
            synSeen[from] = true;
            maximumSegmentSize[from] = segment.maximumSegmentSize();
            timestamps[from] = segment.hasOption(Segment.OPTION_TIMESTAMPS);
            return null;
        }
        if (segment.has(Segment.RST)) {
            return null;
        }
        if (synSeen[from]
                && synSeen[to]
                && timestamps[from]
                && timestamps[to]
                && !segment.hasOption(Segment.OPTION_TIMESTAMPS)) {
            return Anomaly.TIMESTAMP_MISSING;
        }
        // a super-segment that the card would have cut carries no finished checksum
        boolean offloaded = segment.checksum() == Checksum.OFFLOADED || segment.checksum() == Checksum.PARTIAL;
        boolean tooLarge = maximumSegmentSize[to] > 0 && segment.payloadWireLength() > maximumSegmentSize[to];
        return tooLarge && !offloaded ? Anomaly.SEGMENT_TOO_LARGE : null;
    }

    /** What is wrong with the option list itself, or null. */
    static Anomaly malformed(Segment segment) {
        if (segment.hasOption(Segment.OPTION_MALFORMED)) {
            return Anomaly.OPTION_MALFORMED;
        }
        return segment.hasOption(Segment.OPTION_WRONG_LENGTH) ? Anomaly.OPTION_WRONG_LENGTH : null;
    }
}
