package io.weir.capture;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A checked pcap-filter expression (pcap-filter(7)), or none. Immutable; any thread. Making one takes milliseconds as a rule,
 * and a second or two for the most complicated that are accepted: not on an event loop, nor on the thread that captures.
 */
public final class Filter {
    /** Longest expression. */
    public static final int MAX_BYTES = 1024;
    /** Longest compiled expression. */
    public static final int MAX_INSTRUCTIONS = 512;
    /**
     * The same before libpcap simplifies it. The worst of so many take it a second or two, of three times as many a quarter of
     * a minute, and nobody can stop it meanwhile.
     */
    public static final int MAX_RAW_INSTRUCTIONS = 4_096;

    /** Accepts every frame; needs no libpcap. */
    public static final Filter NONE = new Filter("", null, null);

    /** Words that libpcap compiles into loads of the kernel's metadata, and that only on a live handle. */
    private static final List<String> LIVE_WORDS = List.of("vlan", "inbound", "outbound");

    private static final int LINKTYPE_RAW = 101;
    /** What a program returns that accepts: bytes of the frame to keep, more than any frame has. */
    static final int ACCEPT = 262_144;

    private final String expression;
    /** For Ethernet frames of a file. Compiled programs are kept, because who captures has no time to compile. */
    private final BpfProgram ethernet;
    /** For frames that begin with the IP header; null if the expression speaks of Ethernet. */
    private final BpfProgram ip;
    /** Those that need a live capture, by its link type. */
    private final Map<Integer, BpfProgram> live = new ConcurrentHashMap<>();

    private Filter(String expression, BpfProgram ethernet, BpfProgram ip) {
        this.expression = expression;
        this.ethernet = ethernet;
        this.ip = ip;
    }

    /**
     * Checks an expression and compiles it, for Ethernet and, where that has a meaning, for IP.
     *
     * @throws FilterException in libpcap's own words, or because it is too long or too complicated, names a host, or libpcap
     *     is missing
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
        int raw = Libpcap.rawLength(text);
        if (raw > MAX_RAW_INSTRUCTIONS) {
            throw new FilterException(
                    "the filter is too complicated: it takes " + raw
                            + " instructions before libpcap simplifies it, allowed are " + MAX_RAW_INSTRUCTIONS
                            + "; name fewer ports and addresses, or networks and port ranges instead of single ones; and say 'tcp port', as 'port' means udp and sctp too",
                    true);
        }
        return new Filter(text, bounded(Libpcap.compile(text, Libpcap.DLT_EN10MB)), ofIp(text));
    }

    /** Null if it has no meaning there. Else as long as for Ethernet, or a few instructions longer. */
    private static BpfProgram ofIp(String expression) {
        try {
            return Libpcap.compile(expression, Libpcap.DLT_RAW);
        } catch (FilterException ethernetOnly) {
            return null;
        }
    }

    private static BpfProgram bounded(BpfProgram program) throws FilterException {
        if (program.length() > MAX_INSTRUCTIONS) {
            throw new FilterException(
                    "the filter compiles to " + program.length() + " instructions, allowed are " + MAX_INSTRUCTIONS,
                    true);
        }
        return program;
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
        if (linkType == Libpcap.DLT_EN10MB) {
            return ethernet.another();
        }
        return bounded(Libpcap.compile(expression, linkType == LINKTYPE_RAW ? Libpcap.DLT_RAW : linkType));
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
        if (!needsLive()) {
            return ethernet;
        }
        BpfProgram known = live.get(Libpcap.DLT_EN10MB);
        if (known != null) {
            return known;
        }
        for (String device : devices) {
            BpfProgram program = Libpcap.compileLive(expression, device);
            if (program != null) {
                live.put(Libpcap.DLT_EN10MB, bounded(program));
                return program;
            }
        }
        throw new FilterException(
                "a filter with " + String.join(", ", LIVE_WORDS)
                        + " can be compiled only while an Ethernet interface or lo is up",
                false);
    }

    /** A program for frames that begin with the IP header; refuses all if the expression speaks of Ethernet. */
    BpfProgram programForKernelIp() {
        return isNone() ? BpfProgram.constant(ACCEPT) : ip == null ? BpfProgram.constant(0) : ip;
    }

    /**
     * A program for the frames of an open handle, a {@code pcap_t*}, as the running kernel shows them.
     *
     * @param dlt DLT_ number of the handle
     */
    BpfProgram programForHandle(long handle, int dlt) throws FilterException {
        if (isNone()) {
            return BpfProgram.constant(ACCEPT);
        }
        if (dlt == Libpcap.DLT_EN10MB && !needsLive()) {
            return ethernet;
        }
        BpfProgram known = live.get(dlt);
        if (known == null) {
            known = bounded(Libpcap.compileOn(handle, expression));
            live.put(dlt, known);
        }
        return known;
    }

    /**
     * Compiles also what only a live capture needs, as far as this machine can do that beforehand. Takes as long as making it.
     *
     * @throws FilterException it compiles to too much
     */
    public Filter forCapture() throws FilterException {
        if (!isNone() && needsLive()) {
            try {
                programForKernelEthernet(List.of("lo"));
            } catch (FilterException failure) {
                if (failure.wrongExpression()) {
                    throw failure;
                }
                // then the capture will try it on its own interfaces
            }
        }
        return this;
    }

    private boolean needsLive() {
        Set<String> words = FilterNames.words(expression);
        return LIVE_WORDS.stream().anyMatch(words::contains);
    }

    @Override
    public String toString() {
        return isNone() ? "none" : expression;
    }
}
