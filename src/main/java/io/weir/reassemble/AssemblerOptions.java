package io.weir.reassemble;

import java.time.Duration;

/**
 * What an assembler keeps to. Times are packet time in nanoseconds.
 *
 * @param overlap whose bytes win where waiting segments overlap
 * @param checksum what to do with wrong checksums
 * @param maxWaitingBytesTotal memory for bytes that wait, page headers included; when full, what is held back until its
 *     receiver answers is refused, then the direction with most bytes waiting gives up its first hole
 * @param maxWaitingBytesPerDirection bytes that one direction may have waiting, those included that are held back until
 *     their receiver answers; when full, no more are held back, what is held back is refused, then its first hole is given up.
 *     Less than its receiver holds above a hole (some 4 MiB on Linux) makes gaps of what a lossy transfer does deliver
 * @param maxIslandsPerDirection disjoint ranges that one direction may have waiting; when full its first hole is given up
 * @param maxStreams connections, of which half-open ones may be a quarter; when full the oldest half-open one, then the
 *     longest idle one is closed. As many tombstones may exist besides
 * @param holeTimeoutNs how long a hole may stay open
 * @param ackedHoleGraceNs how long a hole stays open after its receiver acknowledged past it
 * @param startGraceNs how long a direction without SYN waits for one, or for reordered segments
 * @param halfOpenTimeoutNs how long a connection may go without answer
 * @param idleTimeoutNs how long a connection may go without a packet
 * @param tombstoneNs how long an ended connection swallows stragglers
 * @param historyBytes how many of the newest delivered bytes, of all connections together, are remembered to be compared
 *     with bytes that come again; 0 for none
 */
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
        /** Refuse a wrong one, unless all of that sender's were wrong so far: then it is its own offloading at work. */
        AUTO,
        /**
         * Refuse every wrong one. One that looks as if it was left to the card, of a sender that has finished one itself,
         * waits for its receiver's answer, as under {@link #AUTO}.
         */
        ON,
        /** Accept everything. */
        OFF
    }

    /** @throws IllegalArgumentException naming the bound that makes no sense */
    public AssemblerOptions {
        atLeast("maxWaitingBytesTotal", maxWaitingBytesTotal, 1 << 16);
        atLeast("maxWaitingBytesPerDirection", maxWaitingBytesPerDirection, 1);
        atLeast("maxIslandsPerDirection", maxIslandsPerDirection, 1);
        atLeast("maxStreams", maxStreams, 4);
        atLeast("holeTimeoutNs", holeTimeoutNs, 0);
        atLeast("ackedHoleGraceNs", ackedHoleGraceNs, 0);
        atLeast("startGraceNs", startGraceNs, 0);
        atLeast("halfOpenTimeoutNs", halfOpenTimeoutNs, 1);
        atLeast("idleTimeoutNs", idleTimeoutNs, 1);
        atLeast("tombstoneNs", tombstoneNs, 0);
        atLeast("historyBytes", historyBytes, 0);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; at least " + least + " is needed");
        }
    }

    /** Bounded and safe. */
    public static AssemblerOptions defaults() {
        return new AssemblerOptions(
                OverlapPolicy.LINUX,
                ChecksumRule.AUTO,
                64L << 20,
                4 << 20,
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
