package io.weir.relay;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Community ID flow hash, version 1 with seed 0, for TCP: the same text for both directions, and the same in every tool
 * that speaks it (Zeek, Suricata, Wireshark).
 *
 * <p>Reuses its memory: one for each thread.
 */
public final class CommunityId {
    private static final int PROTOCOL_TCP = 6;

    private final MessageDigest sha1;
    private final byte[] input = new byte[2 + 2 * 16 + 2 + 2 * 2];
    private final byte[] digest = new byte[20];

    public CommunityId() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }

    /** Address words as in {@link io.weir.decode.Segment}; the order of the two sides does not matter. */
    public String of(boolean ipv6, long high0, long low0, int port0, long high1, long low1, int port1) {
        int order = Long.compareUnsigned(high0, high1);
        order = order != 0 ? order : Long.compareUnsigned(low0, low1);
        boolean swap = order > 0 || order == 0 && port0 > port1;
        int at = 2; // the seed, 0, stays in front
        at = address(at, ipv6, swap ? high1 : high0, swap ? low1 : low0);
        at = address(at, ipv6, swap ? high0 : high1, swap ? low0 : low1);
        input[at++] = PROTOCOL_TCP;
        input[at++] = 0;
        at = word(at, swap ? port1 : port0, 2);
        at = word(at, swap ? port0 : port1, 2);
        sha1.update(input, 0, at);
        try {
            sha1.digest(digest, 0, digest.length);
        } catch (DigestException impossible) {
            throw new IllegalStateException("SHA-1 has 20 bytes", impossible);
        }
        return "1:" + new String(Base64.getEncoder().encode(digest), StandardCharsets.ISO_8859_1);
    }

    private int address(int at, boolean ipv6, long high, long low) {
        return ipv6 ? word(word(at, high, 8), low, 8) : word(at, low, 4);
    }

    private int word(int at, long value, int bytes) {
        for (int index = at + bytes - 1; index >= at; index--, value >>>= 8) {
            input[index] = (byte) value;
        }
        return at + bytes;
    }
}
