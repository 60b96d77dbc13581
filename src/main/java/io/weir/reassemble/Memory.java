package io.weir.reassemble;

import static io.weir.reassemble.PageCache.NIL;

/**
 * The one accountant of waiting bytes: who holds how much, whether there is room, and who gives way when there is not.
 *
 * <p>Directions that wait are ranked by the logarithm of their waiting bytes; the first of the highest rank is evicted
 * first, so that who fills the memory pays.
 */
final class Memory {
    private static final int RANKS = 32;
    private static final int MAX_SPARE = 256;

    private final PageCache pages;
    private final AssemblerOptions options;
    private final Waiting[] ranks = new Waiting[RANKS];
    private final Waiting[] spare = new Waiting[MAX_SPARE];
    private int spares;

    Memory(PageCache pages, AssemblerOptions options) {
        this.pages = pages;
        this.options = options;
    }

    /** The direction's waiting bytes; made if there are none yet. */
    Waiting waiting(HalfConnection half) {
        if (half.waiting == null) {
            half.waiting = spares > 0 ? spare[--spares] : new Waiting();
            half.waiting.half = half;
        }
        return half.waiting;
    }

    /** Whether {@code length} more bytes fit into the whole. */
    boolean fits(int length) {
        return pages.usedBytes() + PageCache.cost(length) <= options.maxWaitingBytesTotal();
    }

    /** Whether {@code length} more bytes may be held back: what is held never makes others give way. */
    boolean admitsHeld(HalfConnection half, int length) {
        Waiting waiting = half.waiting;
        long bytes = waiting == null ? 0 : waiting.bytes + waiting.heldBytes;
        return bytes + length <= options.maxWaitingBytesPerDirection() && fits(length);
    }

    boolean admitsKept(HalfConnection half, int length) {
        return length <= options.maxWaitingBytesPerDirection() && fits(length);
    }

    /** Who waits with the most bytes (within a factor of two), or null. */
    HalfConnection largest() {
        for (int rank = RANKS - 1; rank >= 0; rank--) {
            if (ranks[rank] != null) {
                return ranks[rank].half;
            }
        }
        return null;
    }

    /** To be called whenever what a direction holds has changed: ranks it anew, or takes back its empty record. */
    void settle(HalfConnection half) {
        Waiting waiting = half.waiting;
        if (waiting == null) {
            return;
        }
        int rank = waiting.root == NIL ? -1 : Math.min(RANKS - 1, 63 - Long.numberOfLeadingZeros(waiting.bytes | 1));
        if (rank != waiting.rank) {
            leaveRank(waiting);
            joinRank(waiting, rank);
        }
        if (waiting.empty()) {
            TimeQueue.leave(waiting);
            half.waiting = null;
            waiting.half = null;
            waiting.last = NIL;
            waiting.runs = 0;
            waiting.bytes = 0;
            waiting.nextIslandCheck = 0;
            waiting.heldRuns = 0;
            waiting.heldBytes = 0;
            if (spares < MAX_SPARE) {
                spare[spares++] = waiting;
            }
        }
    }

    private void joinRank(Waiting waiting, int rank) {
        waiting.rank = rank;
        if (rank < 0) {
            return;
        }
        waiting.rankAfter = ranks[rank];
        if (waiting.rankAfter != null) {
            waiting.rankAfter.rankBefore = waiting;
        }
        ranks[rank] = waiting;
    }

    private void leaveRank(Waiting waiting) {
        if (waiting.rank < 0) {
            return;
        }
        if (waiting.rankBefore == null) {
            ranks[waiting.rank] = waiting.rankAfter;
        } else {
            waiting.rankBefore.rankAfter = waiting.rankAfter;
        }
        if (waiting.rankAfter != null) {
            waiting.rankAfter.rankBefore = waiting.rankBefore;
        }
        waiting.rankBefore = null;
        waiting.rankAfter = null;
    }
}
