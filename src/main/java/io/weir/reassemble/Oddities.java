package io.weir.reassemble;

/**
 * What most directions never have: gaps, bytes that came again or were refused, a hole or a start that is waited for. Made
 * when a direction first needs it, and kept with the connection's object, so that a million ordinary connections stay small.
 */
final class Oddities extends Timed {
    final HalfConnection half;

    /** Offset up to which the other side had acknowledged when the grace of the holes before it began. */
    long ackedAtGrace;

    /** See {@link HalfConnection#ackedAhead()}. */
    long ackedAhead = -1;

    /** See {@link HalfConnection#believedNs()}. */
    long believedNs = -1;

    /** Where the newest FIN lies that waits for the bytes before it; -1 for none. */
    long finOffset = -1;

    /** Number of an empty segment, see {@link HalfConnection#HINT}. */
    int hint;

    /** Times that {@link HalfConnection#packets} began anew. */
    long packetRounds;

    long outOfOrderPackets;
    long gapBytes;
    long overlapBytes;
    long conflictBytes;
    long refusedBytes;

    Oddities(HalfConnection half) {
        this.half = half;
    }

    void reset() {
        ackedAtGrace = 0;
        ackedAhead = -1;
        believedNs = -1;
        finOffset = -1;
        hint = 0;
        packetRounds = 0;
        outOfOrderPackets = 0;
        gapBytes = 0;
        overlapBytes = 0;
        conflictBytes = 0;
        refusedBytes = 0;
    }
}
