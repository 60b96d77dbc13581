package io.weir;

import java.util.Comparator;
import java.util.Optional;

/** Guesses what somebody meant. */
final class Spelling {
    private Spelling() {}

    /** A key of the schema that somebody who wrote {@code wrong} may have meant. */
    static Optional<Setting> nearest(String wrong) {
        return Schema.ALL.stream()
                .min(Comparator.comparingInt(setting -> distance(setting.key(), wrong)))
                .filter(setting -> distance(setting.key(), wrong) <= 1 + wrong.length() / 4);
    }

    /** Edits that turn one text into the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
