package io.weir.reassemble;

import java.util.ArrayList;
import java.util.List;

/**
 * Stored segments never overlap. A new one is compared with its left neighbour, then with those to its right in ascending
 * order; a table of nine cases says whose bytes win, and the new one goes on with its start already trimmed (the
 * semantics of Snort's resolver).
 */
final class PairPolicyOracle extends ReceiverOracle {
    /**
     * Cases in the order: new starts before, at, after the old start; within each: ends before, at, after the old end.
     * N: the new bytes win, o: the old ones.
     *
     * @param duplicateRule an exact duplicate loses if a left neighbour exists and does not touch it
     */
    record Table(String cases, boolean duplicateRule) {
        boolean newWins(Piece old, long start, long end) {
            int row = start < old.start ? 0 : start == old.start ? 1 : 2;
            int column = end < old.end() ? 0 : end == old.end() ? 1 : 2;
            return cases.charAt(3 * row + column) == 'N';
        }
    }

    static final Table LINUX_2005 = new Table("NNN" + "ooN" + "ooo", false);

    static Table table(OverlapPolicy policy) {
        return switch (policy) {
            case FIRST, VISTA -> new Table("ooo" + "ooo" + "ooo", false);
            case LAST -> new Table("NNN" + "NNN" + "NNN", false);
            case BSD, WINDOWS, MACOS -> new Table("NNN" + "ooo" + "ooo", false);
            case IRIX, HPUX10 -> new Table("NNN" + "ooN" + "ooo", false);
            case OLD_LINUX -> new Table("NNN" + "oNN" + "ooo", false);
            case SOLARIS, HPUX11 -> new Table("oNN" + "oNN" + "ooN", true);
            case BSD_RIGHT -> new Table("oNN" + "oNN" + "ooN", false);
            case LINUX -> throw new IllegalArgumentException("LINUX is no table, see LinuxOracle");
        };
    }

    private record Piece(long start, String data) {
        long end() {
            return start + data.length();
        }

        Piece from(long offset) {
            return new Piece(offset, data.substring((int) (offset - start)));
        }

        Piece to(long offset) {
            return new Piece(start, data.substring(0, (int) (offset - start)));
        }
    }

    private final Table table;
    private final List<Piece> pieces = new ArrayList<>();

    PairPolicyOracle(Table table) {
        this.table = table;
    }

    @Override
    void take(long start, String data) {
        Piece segment = new Piece(start, data);
        if (segment.end() <= next) {
            return;
        }
        segment = start < next ? segment.from(next) : segment;
        long bytesEnd = segment.data.indexOf(FIN) < 0 ? segment.end() : segment.end() - 1;
        boolean alone = pieces.isEmpty() || pieces.get(0).start >= bytesEnd;
        if (segment.start == next && alone) {
            // nothing that waits is in its way, so it is read at once, its FIN too
            deliver(segment.data);
        } else {
            insert(segment);
        }
        drain();
    }

    private void insert(Piece segment) {
        Piece rest = segment;
        int index = 0;
        while (index < pieces.size() && rest != null) {
            Piece old = pieces.get(index);
            if (old.end() <= rest.start) {
                index++;
            } else if (rest.end() <= old.start) {
                break;
            } else if (newWins(old, index, rest)) {
                index = cut(index, rest);
            } else {
                if (rest.start < old.start) {
                    pieces.add(index++, rest.to(old.start));
                }
                rest = rest.end() > old.end() ? rest.from(old.end()) : null;
                index++;
            }
        }
        if (rest != null) {
            pieces.add(index, rest);
        }
    }

    private boolean newWins(Piece old, int index, Piece rest) {
        boolean duplicate = rest.start == old.start && rest.end() == old.end();
        if (table.duplicateRule
                && duplicate
                && index > 0
                && pieces.get(index - 1).end() != old.start) {
            return false;
        }
        return table.newWins(old, rest.start, rest.end());
    }

    /** Makes room for {@code winner} in the piece at {@code index}; returns where the winner belongs. */
    private int cut(int index, Piece winner) {
        Piece old = pieces.remove(index);
        int at = index;
        if (old.start < winner.start) {
            pieces.add(at++, old.to(winner.start));
        }
        if (winner.end() < old.end()) {
            pieces.add(at, old.from(winner.end()));
        }
        return at;
    }

    @Override
    long firstWaiting() {
        return pieces.isEmpty() ? -1 : pieces.get(0).start;
    }

    @Override
    void drain() {
        while (!ended && !pieces.isEmpty() && pieces.get(0).start == next) {
            deliver(pieces.remove(0).data);
        }
    }
}
