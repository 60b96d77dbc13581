package io.weir.reassemble;

/** One anomaly of one stream. A reusable view, valid during {@link Stream#anomaly} only. */
public final class AnomalyReport {
    /** {@link #offset} of an anomaly that belongs to no particular byte. */
    public static final long NO_OFFSET = -1;

    private Anomaly name;
    private FlowDirection direction;
    private long timeNs;
    private long offset;
    private long length;
    private long keptDigest;
    private long otherDigest;

    AnomalyReport set(Anomaly name, FlowDirection direction, long timeNs, long offset, long length) {
        this.name = name;
        this.direction = direction;
        this.timeNs = timeNs;
        this.offset = offset;
        this.length = length;
        this.keptDigest = 0;
        this.otherDigest = 0;
        return this;
    }

    AnomalyReport digests(long kept, long other) {
        keptDigest = kept;
        otherDigest = other;
        return this;
    }

    public Anomaly name() {
        return name;
    }

    /** Of the segment that caused it. */
    public FlowDirection direction() {
        return direction;
    }

    public long timeNs() {
        return timeNs;
    }

    /** Stream offset of the first byte concerned, or {@link #NO_OFFSET}. */
    public long offset() {
        return offset;
    }

    /** Bytes concerned; 0 where {@link #offset} is {@link #NO_OFFSET}. */
    public long length() {
        return length;
    }

    /** FNV-1a (64 bit) of the bytes that the stream keeps; 0 unless the anomaly is a conflict. */
    public long keptDigest() {
        return keptDigest;
    }

    /** FNV-1a (64 bit) of the bytes that the stream does not keep; 0 unless the anomaly is a conflict. */
    public long otherDigest() {
        return otherDigest;
    }
}
