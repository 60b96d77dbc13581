package io.weir.reassemble;

/**
 * Whose bytes win where segments that still wait overlap. Bytes that were delivered never change, under any policy.
 *
 * <p>{@link #LINUX} is what a Linux socket does (kernel 4.9 and later, checked against a running kernel): the outcome
 * depends on how its queue was merged, see {@link OutOfOrderQueue}. The others are tables over the nine ways in which a
 * new segment can lie over an old one (Novak and Sturges, "Target-Based TCP Stream Reassembly", 2007, with the trimming
 * that Snort applies); they serve for captures of foreign systems.
 */
public enum OverlapPolicy {
    /** Linux 4.9 and later. */
    LINUX(null),
    /** What came first stays. */
    FIRST("ooo ooo ooo"),
    /** What came last overwrites. */
    LAST("NNN NNN NNN"),
    /** FreeBSD, NetBSD, OpenBSD. */
    BSD("NNN ooo ooo"),
    /** Whatever reaches further to the right. */
    BSD_RIGHT("oNN oNN ooN"),
    /** Windows 95 to XP, Server 2003. */
    WINDOWS("NNN ooo ooo"),
    SOLARIS("oNN oNN ooN"),
    /** Linux 2.2 and earlier. */
    OLD_LINUX("NNN oNN ooo"),
    IRIX("NNN ooN ooo"),
    /** HP-UX 10. */
    HPUX10("NNN ooN ooo"),
    /** HP-UX 11. */
    HPUX11("oNN oNN ooN"),
    /** Windows Vista and later. */
    VISTA("ooo ooo ooo"),
    /** Mac OS X 10.3. */
    MACOS("NNN ooo ooo");

    private final boolean[] newWins;

    /** Rows: the new segment starts before, with, behind the old one; columns: it ends before, with, behind it. */
    OverlapPolicy(String table) {
        if (table == null) {
            newWins = null;
            return;
        }
        String cells = table.replace(" ", "");
        newWins = new boolean[9];
        for (int cell = 0; cell < 9; cell++) {
            newWins[cell] = cells.charAt(cell) == 'N';
        }
    }

    /** Whether a table decides (all but {@link #LINUX}). */
    boolean isTable() {
        return newWins != null;
    }

    /**
     * Whether the new segment's bytes win.
     *
     * @param start start of the new segment compared with that of the old one: below, at or above 0
     * @param end the same for the ends
     */
    boolean newWins(long start, long end) {
        return newWins[3 * (Long.signum(start) + 1) + Long.signum(end) + 1];
    }

    /** An exact duplicate behind a hole loses, whatever the table says. */
    boolean keepsDuplicateBehindHole() {
        return this == SOLARIS || this == HPUX11;
    }
}
