package io.weir.reassemble;

import java.time.Duration;

/** What an assembler keeps to. Immutable; {@link #defaults} is bounded and safe; {@code with...} makes a changed copy. */
public record AssemblerOptions(
        OverlapPolicy overlap,
        ChecksumRule checksum,
        long maxWaitingBytesTotal,
        int maxWaitingBytesPerDirection,
        int maxIslandsPerDirection,
        int maxStreams,
        long holeTimeoutNs,
        long ackedHoleGraceNs,
        long startGraceNs,
        long halfOpenTimeoutNs,
        long idleTimeoutNs,
        long tombstoneNs,
        int historyBytes) {

    /** What to do with wrong checksums. */
    public enum ChecksumRule {
        /** Refuse a wrong one, unless it is the sender's own offloading at work. */
        AUTO,
        /** Refuse every wrong one. */
        ON,
        /** Accept everything. */
        OFF
    }

    public static AssemblerOptions defaults() {
        return new AssemblerOptions(
                OverlapPolicy.LINUX,
                ChecksumRule.AUTO,
                64L << 20,
                256 << 10,
                256,
                65_536,
                Duration.ofSeconds(5).toNanos(),
                Duration.ofMillis(50).toNanos(),
                Duration.ofMillis(50).toNanos(),
                Duration.ofSeconds(10).toNanos(),
                Duration.ofSeconds(300).toNanos(),
                Duration.ofSeconds(30).toNanos(),
                1 << 20);
    }
}
