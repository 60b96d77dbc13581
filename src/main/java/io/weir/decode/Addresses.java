package io.weir.decode;

/** Text of IP addresses as {@link Segment} holds them. Allocates; not for the packet path. */
public final class Addresses {
    private Addresses() {}

    /** Dotted quad, or RFC 5952 text. */
    public static String text(boolean ipv6, long high, long low) {
        return ipv6 ? ipv6(high, low) : ipv4((int) low);
    }

    /** The address in network byte order, 4 or 16 bytes. */
    public static byte[] bytes(boolean ipv6, long high, long low) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        for (int index = bytes.length - 1, shift = 0; index >= 0; index--, shift += 8) {
            bytes[index] = (byte) (shift < 64 ? low >>> shift : high >>> shift - 64);
        }
        return bytes;
    }

    private static String ipv4(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xFF) + "." + (address >>> 8 & 0xFF) + "." + (address & 0xFF);
    }

    private static String ipv6(long high, long low) {
        int[] groups = new int[8];
        for (int index = 0; index < 8; index++) {
            groups[index] = (int) ((index < 4 ? high : low) >>> 48 - 16 * (index & 3)) & 0xFFFF;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - start > bestLength) {
                bestStart = start;
                bestLength = end - start;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int index = 0; index < 8; index++) {
            if (index == bestStart) {
                text.append("::");
                index += bestLength - 1;
            } else {
                if (index > 0 && index != bestStart + bestLength) {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[index]));
            }
        }
        return text.toString();
    }
}
