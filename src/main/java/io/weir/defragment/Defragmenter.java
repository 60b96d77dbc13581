package io.weir.defragment;

import io.weir.decode.Fragment;
import io.weir.decode.Segment;
import io.weir.tally.Counters;
import java.nio.ByteBuffer;

/**
 * Puts IP datagrams together from their fragments, IPv4 (RFC 791, RFC 815) and IPv6 (RFC 8200 section 4.5), in bounded memory.
 *
 * <p>One thread, the capture worker's; time is the packets' own. The counters may be read by any thread. They add up: fragments
 * given = sum of {@link #outcomes}, and those that were {@link Outcome#WAITING} = sum of {@link #released} + {@link
 * #waitingFragments}.
 */
public final class Defragmenter {
    private static final int UNKNOWN = -1;

    private final DefragmenterOptions options;
    private final Counters<Outcome> outcomes = new Counters<>(Outcome.class);
    private final Counters<Outcome> released = new Counters<>(Outcome.class);
    private volatile int waitingFragments;

    // all memory, taken when the first fragment comes
    private FragmentTable table;
    private FragmentMemory pages;
    private FragmentRanges ranges;
    private FragmentResolver resolver;
    private int[] fragments;
    /** Where the datagram ends, as far as is known; Linux's q.len. */
    private int[] ends;

    private boolean[] endIsKnown;
    private int[] protocols;
    private boolean[] offloaded;
    private ByteBuffer whole;

    private int wholeLength;
    private int wholeProtocol;
    private boolean wholeOffloaded;

    public Defragmenter(DefragmenterOptions options) {
        this.options = options;
    }

    /**
     * Takes a fragment; its bytes are copied if they are kept.
     *
     * @param segment as the decoder left it: addresses, domain, path and packet time
     * @return {@link Outcome#COMPLETED}: the datagram's payload is at {@link #memory} until the next call
     */
    public Outcome accept(Fragment fragment, Segment segment) {
        if (table == null) {
            allocate();
        }
        expire(segment.timeNs());
        Outcome outcome = place(fragment, segment);
        outcomes.increment(outcome);
        return outcome;
    }

    /** Gives up the datagrams that have waited too long. For times without fragments; {@link #accept} does it too. */
    public void expire(long nowNs) {
        if (table == null) {
            return;
        }
        int slot = table.oldest();
        while (slot != FragmentTable.NONE && nowNs - table.createdNs(slot) > options.timeoutNs()) {
            release(slot, Outcome.TIMED_OUT);
            slot = table.oldest();
        }
    }

    /** The completed datagram's payload, from index 0; big-endian. */
    public ByteBuffer memory() {
        return whole;
    }

    /** Bytes of the completed datagram's payload. */
    public int length() {
        return wholeLength;
    }

    /** IPv4 protocol or IPv6 next header of the completed datagram's payload. */
    public int protocol() {
        return wholeProtocol;
    }

    /** Whether a fragment of the completed datagram had its checksum left to the card. */
    public boolean checksumOffloaded() {
        return wholeOffloaded;
    }

    /** What became of each fragment when it came. */
    public Counters<Outcome> outcomes() {
        return outcomes;
    }

    /** What became of the fragments that waited, when their datagram was completed or dropped. */
    public Counters<Outcome> released() {
        return released;
    }

    /** Fragments that wait now. Any thread. */
    public int waitingFragments() {
        return waitingFragments;
    }

    private void allocate() {
        int datagrams = options.maxDatagrams();
        table = new FragmentTable(datagrams);
        pages = new FragmentMemory(options.maxBytes(), datagrams);
        ranges = new FragmentRanges(datagrams, options.maxFragments());
        resolver = new FragmentResolver(options.policy(), pages, ranges);
        fragments = new int[datagrams];
        ends = new int[datagrams];
        endIsKnown = new boolean[datagrams];
        protocols = new int[datagrams];
        offloaded = new boolean[datagrams];
        whole = ByteBuffer.allocateDirect(FragmentMemory.MAX_DATAGRAM_BYTES);
    }

    private Outcome place(Fragment fragment, Segment segment) {
        int from = fragment.offset();
        int to = from + fragment.payloadWireLength();
        boolean more = fragment.more();
        if (more && (to & 7) != 0) {
            if (fragment.ipv6()) {
                return Outcome.UNALIGNED;
            }
            // as Linux: the odd bytes are cut off
            to &= ~7;
        }
        if (to > FragmentMemory.MAX_DATAGRAM_BYTES - fragment.headerLength()) {
            return Outcome.TOO_LARGE;
        }
        if (fragment.ipv6() && from == 0 && FirstFragment.lacksHeaders(fragment, to)) {
            return Outcome.TINY_FIRST;
        }
        int slot = table.find(fragment, segment);
        if (to <= from) {
            return drop(slot, Outcome.EMPTY, options.policy() == FragmentPolicy.LINUX);
        }
        if (fragment.payloadLength() < to - from) {
            return Outcome.CUT;
        }
        if (options.refuseTinyFirst() && from == 0 && more && FirstFragment.lacksTcpHeader(fragment, to)) {
            return drop(slot, Outcome.TINY_FIRST, true);
        }
        if (slot == FragmentTable.NONE) {
            slot = open(segment.timeNs());
        }
        return insert(slot, fragment, from, to);
    }

    private Outcome insert(int slot, Fragment fragment, int from, int to) {
        boolean linux = options.policy() == FragmentPolicy.LINUX;
        if (linux && !endFits(slot, to, fragment.more())) {
            return drop(slot, Outcome.INCONSISTENT_END, true);
        }
        if (!fragment.more() && !endIsKnown[slot]) {
            endIsKnown[slot] = true;
            ends[slot] = to;
        } else if (!endIsKnown[slot]) {
            ends[slot] = Math.max(ends[slot], to);
        }
        if (linux) {
            switch (ranges.relation(slot, from, to)) {
                case CONTAINED -> {
                    return Outcome.DUPLICATE;
                }
                case OVERLAPPING -> {
                    return drop(slot, Outcome.OVERLAP, true);
                }
                default -> {
                    // room for it, below
                }
            }
        }
        if (fragments[slot] == options.maxFragments()) {
            return drop(slot, Outcome.TOO_MANY_FRAGMENTS, true);
        }
        if (!makeRoom(slot, pages.missingPages(slot, from, to))) {
            return drop(slot, Outcome.EVICTED, true);
        }
        fragments[slot]++;
        waitingFragments++;
        if (from == 0) {
            protocols[slot] = fragment.protocol();
        }
        offloaded[slot] |= fragment.checksumOffloaded();
        resolver.store(slot, fragment.memory(), fragment.payloadOffset(), from, to);
        return endIsKnown[slot] && ranges.contiguous(slot) >= ends[slot] ? complete(slot) : Outcome.WAITING;
    }

    /** Linux drops the datagram if a fragment lies beyond the known end, or a last fragment ends elsewhere. */
    private boolean endFits(int slot, int to, boolean more) {
        if (more) {
            return !endIsKnown[slot] || to <= ends[slot];
        }
        return endIsKnown[slot] ? to == ends[slot] : to >= ends[slot];
    }

    private Outcome complete(int slot) {
        wholeLength = ends[slot];
        wholeProtocol = protocols[slot];
        wholeOffloaded = offloaded[slot];
        pages.read(slot, wholeLength, whole);
        // the completing fragment is counted as such, and did not wait
        waitingFragments--;
        fragments[slot]--;
        release(slot, Outcome.COMPLETED);
        return Outcome.COMPLETED;
    }

    private int open(long nowNs) {
        if (table.full()) {
            release(table.oldest(), Outcome.EVICTED);
        }
        int slot = table.add(nowNs);
        ranges.clear(slot);
        fragments[slot] = 0;
        ends[slot] = 0;
        endIsKnown[slot] = false;
        protocols[slot] = UNKNOWN;
        offloaded[slot] = false;
        return slot;
    }

    /** Gives up older datagrams until there are enough pages. @return false if all others together are not enough */
    private boolean makeRoom(int slot, int missing) {
        while (pages.freePages() < missing) {
            int victim = table.oldest() == slot ? table.newerThan(slot) : table.oldest();
            if (victim == FragmentTable.NONE) {
                return false;
            }
            release(victim, Outcome.EVICTED);
        }
        return true;
    }

    private Outcome drop(int slot, Outcome outcome, boolean wholeDatagram) {
        if (slot != FragmentTable.NONE && wholeDatagram) {
            release(slot, outcome);
        }
        return outcome;
    }

    private void release(int slot, Outcome outcome) {
        released.add(outcome, fragments[slot]);
        waitingFragments -= fragments[slot];
        pages.release(slot);
        table.remove(slot);
    }
}
