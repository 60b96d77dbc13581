package io.weir.reassemble;

/**
 * Initial sequence numbers that SYNs have brought besides the one in use. Which one counts is for the other side to say,
 * by what it acknowledges; at most {@value #MAX} are remembered for a connection, the oldest gives way.
 */
final class SynCandidates {
    static final int MAX = 8;

    private final int[] sequences = new int[MAX];
    private final HalfConnection[] senders = new HalfConnection[MAX];
    private int count;

    /** @param sequence of the first byte after the SYN */
    void add(HalfConnection sender, int sequence) {
        if (!has(sender, sequence)) {
            sequences[count % MAX] = sequence;
            senders[count % MAX] = sender;
            count++;
        }
    }

    /** The candidates of an unanswered connection, handed on to the one that took its place. */
    static SynCandidates moved(SynCandidates before, HalfConnection sender, int sequence) {
        SynCandidates moved = new SynCandidates();
        for (int index = 0; before != null && index < Math.min(before.count, MAX); index++) {
            moved.add(sender, before.sequences[index]);
        }
        moved.add(sender, sequence);
        return moved;
    }

    boolean has(HalfConnection sender, int sequence) {
        for (int index = 0; index < Math.min(count, MAX); index++) {
            if (senders[index] == sender && sequences[index] == sequence) {
                return true;
            }
        }
        return false;
    }

    /** Whether all SYNs of this sender are numbered after this number. */
    boolean isBefore(HalfConnection sender, int sequence) {
        for (int index = 0; index < Math.min(count, MAX); index++) {
            if (senders[index] == sender && Sequence.difference(sequences[index], sequence) >= 0) {
                return false;
            }
        }
        return true;
    }
}
