package io.weir.defragment;

import java.util.Locale;

/** What became of a fragment, or of the datagram that it waited for. Each has counters, see {@link Defragmenter}. */
public enum Outcome {
    WAITING("kept until the rest of its datagram comes"),
    COMPLETED("its datagram is whole"),
    DUPLICATE("nothing new: its bytes are there already"),

    // the fragment is refused, and its datagram goes on waiting
    CUT("the capture's snap length cut it"),
    TOO_LARGE("it ends beyond the 65 535 bytes of a datagram"),
    UNALIGNED("an IPv6 fragment that is not the last, and no multiple of 8 bytes long (RFC 8200 section 4.5)"),
    TINY_FIRST(
            "a first fragment without all headers up to TCP's or UDP's (RFC 1858, RFC 7112); drops its datagram over IPv4"),
    EMPTY("it holds no byte; drops its datagram where Linux does"),

    // the datagram is dropped with all its fragments
    OVERLAP("it overlaps another fragment (RFC 5722)"),
    INCONSISTENT_END("it lies beyond the end that another fragment told, or tells another end"),
    TOO_MANY_FRAGMENTS("its datagram has more fragments than are allowed"),
    TIMED_OUT("the rest did not come in time"),
    EVICTED("given up for newer ones: the bound on bytes or datagrams was hit");

    private final String sentence;
    private final String label;

    Outcome(String sentence) {
        this.sentence = sentence;
        label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** As metrics spell it, such as {@code too-large}. */
    public String label() {
        return label;
    }
}
