package io.weir.defragment;

/**
 * Bounds and policy of a {@link Defragmenter}.
 *
 * @param maxBytes bytes of fragments that wait, counted in pages of {@value FragmentMemory#PAGE_BYTES}; when full, the oldest
 *     datagram is given up
 * @param maxDatagrams datagrams that wait; when full, the oldest is given up
 * @param maxFragments fragments of one datagram; one more drops the datagram
 * @param timeoutNs a datagram that is not whole so long after its first fragment is given up; packet time
 * @param refuseTinyFirst drops an IPv4 datagram whose first fragment does not hold the whole TCP header (RFC 1858, RFC 3128).
 *     Linux delivers such datagrams, so the default takes them. Over IPv6 a first fragment without the extension headers
 *     and the whole upper header is always refused, as by Linux (RFC 7112)
 */
public record DefragmenterOptions(
        FragmentPolicy policy,
        int maxBytes,
        int maxDatagrams,
        int maxFragments,
        long timeoutNs,
        boolean refuseTinyFirst) {
    public static final DefragmenterOptions DEFAULTS =
            new DefragmenterOptions(FragmentPolicy.LINUX, 4 << 20, 1024, 64, 30_000_000_000L, false);

    /** Bounds that the layout in memory allows. */
    public DefragmenterOptions {
        require("maxBytes", maxBytes, FragmentMemory.PAGE_BYTES, 64 << 20);
        require("maxDatagrams", maxDatagrams, 1, 16_384);
        require("maxFragments", maxFragments, 2, 256);
        require("timeoutNs", timeoutNs, 1, Long.MAX_VALUE / 4);
    }

    public DefragmenterOptions policy(FragmentPolicy policy) {
        return new DefragmenterOptions(policy, maxBytes, maxDatagrams, maxFragments, timeoutNs, refuseTinyFirst);
    }

    private static void require(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; allowed is " + least + " to " + most);
        }
    }
}
