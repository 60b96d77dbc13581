package io.weir.capture;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A checked pcap-filter expression (pcap-filter(7)), or none. Immutable; any thread. Making one can take milliseconds: not
 * on an event loop.
 */
public final class Filter {
    /** Longest expression. */
    public static final int MAX_BYTES = 1024;
    /** Longest compiled expression. */
    public static final int MAX_INSTRUCTIONS = 512;

    /** Accepts every frame; needs no libpcap. */
    public static final Filter NONE = new Filter("");

    /** Words that libpcap compiles into loads of the kernel's metadata, and that only on a live handle. */
    private static final List<String> LIVE_WORDS = List.of("vlan", "inbound", "outbound");

    private static final int LINKTYPE_RAW = 101;
    /** What a program returns that accepts: bytes of the frame to keep, more than any frame has. */
    static final int ACCEPT = 262_144;

    private final String expression;

    private Filter(String expression) {
        this.expression = expression;
    }

    /**
     * Checks an expression, for Ethernet or else for IP.
     *
     * @throws FilterException in libpcap's own words, or because it is too long, names a host, or libpcap is missing
     */
    public static Filter of(String expression) throws FilterException {
        String text = expression.strip();
        if (text.isEmpty()) {
            return NONE;
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new FilterException("the filter has " + bytes + " bytes, allowed are " + MAX_BYTES, true);
        }
        if (text.indexOf('\0') >= 0) {
            throw new FilterException("the filter contains a NUL character", true);
        }
        FilterNames.refuseHostNames(text);
        Libpcap.compile(text, Libpcap.DLT_EN10MB);
        return new Filter(text);
    }

    /** As given, without blanks around it; empty for {@link #NONE}. */
    public String expression() {
        return expression;
    }

    public boolean isNone() {
        return expression.isEmpty();
    }

    /**
     * A new program for the frames of a file.
     *
     * @param linkType LINKTYPE_ number
     * @throws FilterException the expression has no meaning for this link type; in libpcap's own words
     */
    public BpfProgram programFor(int linkType) throws FilterException {
        if (isNone()) {
            return BpfProgram.constant(ACCEPT);
        }
        return Libpcap.compile(expression, linkType == LINKTYPE_RAW ? Libpcap.DLT_RAW : linkType);
    }

    /**
     * A program for Ethernet frames as the running kernel shows them.
     *
     * @param devices interfaces that may help to compile it, best first
     */
    BpfProgram programForKernelEthernet(List<String> devices) throws FilterException {
        if (isNone()) {
            return BpfProgram.constant(ACCEPT);
        }
        Set<String> words = FilterNames.words(expression);
        if (LIVE_WORDS.stream().noneMatch(words::contains)) {
            return Libpcap.compile(expression, Libpcap.DLT_EN10MB);
        }
        for (String device : devices) {
            BpfProgram program = Libpcap.compileLive(expression, device);
            if (program != null) {
                return program;
            }
        }
        throw new FilterException(
                "a filter with " + String.join(", ", LIVE_WORDS)
                        + " can be compiled only while an Ethernet interface or lo is up",
                false);
    }

    /** A program for frames that begin with the IP header; refuses all if the expression speaks of Ethernet. */
    BpfProgram programForKernelIp() throws FilterException {
        if (isNone()) {
            return BpfProgram.constant(ACCEPT);
        }
        try {
            return Libpcap.compile(expression, Libpcap.DLT_RAW);
        } catch (FilterException ethernetOnly) {
            return BpfProgram.constant(0);
        }
    }

    @Override
    public String toString() {
        return isNone() ? "none" : expression;
    }
}
