package io.weir.reassemble;

import io.weir.decode.Segment;
import java.util.Arrays;

/**
 * What is remembered of ended connections, so that stragglers start no new stream: one cache line each, in the order of
 * their ends, in arrays that the collector need not walk. Connection objects are thus free to be reused, while they are
 * still in the processor's cache, as soon as their connection ends.
 *
 * <p>When full, the oldest goes. One thread.
 */
final class Tombstones {
    private static final int MIN_RECORDS = 256;

    // a record's words
    private static final int WORDS = 8;
    private static final int TIME_NS = 0;
    private static final int ENDS = 1;
    private static final int PORTS_DOMAIN = 2;
    private static final int BASES = 3;
    private static final int NEXTS = 4;
    private static final int SENTS = 5;
    /** Hashes of the identity: along the path, and along the other side's path, where it has its own. */
    private static final int HASHES = 6;

    private static final int MARKS = 7;

    // in MARKS
    private static final int PRESENT = 1;
    private static final int LOW_STARTED = 2;
    private static final int HIGH_STARTED = 4;
    private static final int RESET = 8;
    private static final int UNCOMMON = 16;
    private static final int TWO_PATHS = 32;
    private static final int LOW_CHECKSUMS_RIGHT = 64;
    private static final int HIGH_CHECKSUMS_RIGHT = 128;

    /** No record. */
    static final int NONE = -1;

    private final int maxRecords;
    private final Epitaph epitaph = new Epitaph();
    private long[] records = new long[MIN_RECORDS * WORDS];
    private Uncommon[] uncommon = new Uncommon[MIN_RECORDS];
    private final HashIndex index = new HashIndex();

    // records have numbers one after the other, and lie in the order of these
    private int oldest;
    /** Records from the oldest to the newest, those that were taken out in between included. */
    private int span;

    Tombstones(int maxRecords) {
        this(maxRecords, 0);
    }

    /** @param first number of the first record; after the largest one comes 0, in a year perhaps */
    Tombstones(int maxRecords, int first) {
        this.maxRecords = maxRecords;
        oldest = first;
    }

    /** End of the oldest plus {@code delayNs}, or {@code Long.MAX_VALUE} if there is none. */
    long dueNs(long delayNs) {
        return span == 0 ? Long.MAX_VALUE : word(oldest, TIME_NS) + delayNs;
    }

    /** Remembers a connection that has ended. */
    void bury(Connection connection, long timeNs) {
        if (span == uncommon.length) {
            if (uncommon.length < maxRecords) {
                grow();
            } else {
                dropOldest();
            }
        }
        int record = number(oldest + span);
        long newest = span == 0 ? timeNs : word(number(record - 1), TIME_NS);
        epitaph.of(connection);
        connection.candidates(null);
        Uncommon more = connection.uncommon;
        int marks = PRESENT
                | (epitaph.lowStarted ? LOW_STARTED : 0)
                | (epitaph.highStarted ? HIGH_STARTED : 0)
                | (epitaph.reset ? RESET : 0)
                | (epitaph.lowChecksumsRight ? LOW_CHECKSUMS_RIGHT : 0)
                | (epitaph.highChecksumsRight ? HIGH_CHECKSUMS_RIGHT : 0)
                | (more == null ? 0 : UNCOMMON)
                | (more == null || more.returnPath == null ? 0 : TWO_PATHS);
        int at = place(record) * WORDS;
        records[at + TIME_NS] = Math.max(timeNs, newest);
        records[at + ENDS] = connection.ends();
        records[at + PORTS_DOMAIN] = pair(connection.ports(), connection.domain());
        records[at + BASES] = pair(epitaph.lowBase, epitaph.highBase);
        records[at + NEXTS] = pair(epitaph.lowNext, epitaph.highNext);
        records[at + SENTS] = pair(epitaph.lowSent, epitaph.highSent);
        records[at + HASHES] = pair(connection.pathHash, more == null ? 0 : more.returnHash);
        records[at + MARKS] = marks;
        // as a rule both are null, and what is written is memory to be waited for
        if (uncommon[place(record)] != more) {
            uncommon[place(record)] = more;
        }
        span++;
        index(record);
    }

    /**
     * The tombstone of the connection that the segment would belong to.
     *
     * @param hash of the segment's whole identity
     * @return to be used before the next call of any method; -1 for none
     */
    int find(Segment segment, boolean swap, long hash) {
        for (int probe = index.first((int) hash); probe >= 0; probe = index.next(probe, (int) hash)) {
            int record = index.value(probe);
            if (is(record, segment, swap, (int) hash)) {
                return record;
            }
        }
        return NONE;
    }

    private boolean is(int record, Segment segment, boolean swap, int hash) {
        long hashes = word(record, HASHES);
        int marks = (int) word(record, MARKS);
        boolean along = (int) (hashes >>> 32) == hash;
        boolean back = (marks & TWO_PATHS) != 0 && (int) hashes == hash;
        if (!along && !back || word(record, PORTS_DOMAIN) != pair(Identity.ports(segment, swap), segment.domain())) {
            return false;
        }
        if ((marks & UNCOMMON) == 0) {
            return !segment.ipv6() && segment.pathLength() == 0 && word(record, ENDS) == Identity.ends(segment, swap);
        }
        Uncommon more = uncommon[place(record)];
        boolean ends = segment.ipv6()
                ? more.hasIpv6Ends(segment, swap)
                : !more.ipv6 && word(record, ENDS) == Identity.ends(segment, swap);
        return ends
                && (Uncommon.along(more.path, segment)
                        || more.returnPath != null
                                && swap != more.firstIsHigh
                                && Uncommon.along(more.returnPath, segment));
    }

    /** What is remembered there; valid until the next call of any method. */
    Epitaph epitaph(int record) {
        int marks = (int) word(record, MARKS);
        epitaph.lowStarted = (marks & LOW_STARTED) != 0;
        epitaph.highStarted = (marks & HIGH_STARTED) != 0;
        epitaph.reset = (marks & RESET) != 0;
        epitaph.sinceNs = word(record, TIME_NS);
        epitaph.lowChecksumsRight = (marks & LOW_CHECKSUMS_RIGHT) != 0;
        epitaph.highChecksumsRight = (marks & HIGH_CHECKSUMS_RIGHT) != 0;
        epitaph.lowBase = (int) (word(record, BASES) >>> 32);
        epitaph.highBase = (int) word(record, BASES);
        epitaph.lowNext = (int) (word(record, NEXTS) >>> 32);
        epitaph.highNext = (int) word(record, NEXTS);
        epitaph.lowSent = (int) (word(record, SENTS) >>> 32);
        epitaph.highSent = (int) word(record, SENTS);
        return epitaph;
    }

    /** Forgets one. */
    void drop(int record) {
        boolean twoPaths = (word(record, MARKS) & TWO_PATHS) != 0;
        index.remove((int) (word(record, HASHES) >>> 32), record);
        if (twoPaths) {
            index.remove((int) word(record, HASHES), record);
        }
        records[place(record) * WORDS + MARKS] = 0;
        uncommon[place(record)] = null;
        while (span > 0 && word(oldest, MARKS) == 0) {
            oldest = number(oldest + 1);
            span--;
        }
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(uncommon, null);
        index.clear();
        span = 0;
    }

    /** Forgets the one that ended first; there must be one. */
    void dropOldest() {
        drop(oldest);
    }

    private void index(int record) {
        long hashes = word(record, HASHES);
        index.add((int) (hashes >>> 32), record);
        if ((word(record, MARKS) & TWO_PATHS) != 0) {
            index.add((int) hashes, record);
        }
    }

    private void grow() {
        long[] fewer = records;
        Uncommon[] fewerUncommon = uncommon;
        int mask = uncommon.length - 1;
        records = new long[2 * fewer.length];
        uncommon = new Uncommon[2 * fewerUncommon.length];
        for (int count = 0; count < span; count++) {
            int record = number(oldest + count);
            System.arraycopy(fewer, (record & mask) * WORDS, records, place(record) * WORDS, WORDS);
            uncommon[place(record)] = fewerUncommon[record & mask];
        }
    }

    private static int number(int number) {
        return number & Integer.MAX_VALUE;
    }

    /** Where a record lies. */
    private int place(int record) {
        return record & uncommon.length - 1;
    }

    private long word(int record, int word) {
        return records[place(record) * WORDS + word];
    }

    private static long pair(int high, int low) {
        return (long) high << 32 | low & 0xFFFFFFFFL;
    }
}
