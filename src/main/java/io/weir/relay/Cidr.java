package io.weir.relay;

import io.netty.util.NetUtil;

/** A network in CIDR notation, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}. */
public record Cidr(byte[] network, int prefixBits) {
    /** @throws IllegalArgumentException telling what is allowed */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] network = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        int bits = network == null ? 0 : 8 * network.length;
        try {
            bits = network != null && slash >= 0 ? Integer.parseInt(text, slash + 1, text.length(), 10) : bits;
        } catch (NumberFormatException notANumber) {
            network = null;
        }
        if (network == null || bits < 0 || bits > 8 * network.length) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a network; write it as 10.0.0.0/8 or 2001:db8::/32");
        }
        return new Cidr(network, bits);
    }

    public boolean contains(String ip) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(ip);
        if (address == null || address.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            int mask = 0x80 >>> (bit & 7);
            if (((address[bit >> 3] ^ network[bit >> 3]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
