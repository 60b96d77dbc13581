package io.weir.capture;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The addresses of all interfaces, as text. */
final class InterfaceAddresses {
    /** The calling thread's namespace; the runtime reads IPv6 addresses of the process's. */
    private static final Path IPV6_ADDRESSES = Path.of("/proc/thread-self/net/if_inet6");

    private InterfaceAddresses() {}

    /** By interface name; interfaces without an address are absent. */
    static Map<String, List<String>> byName() {
        Map<String, List<String>> addresses = new HashMap<>();
        boolean table = Files.exists(IPV6_ADDRESSES);
        try {
            for (NetworkInterface entry : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                add(addresses, entry.getName(), entry, !table);
            }
        } catch (SocketException unreadable) {
            // what was read until then is still of use
        }
        for (String line : Interfaces.lines(IPV6_ADDRESSES)) {
            String[] field = line.trim().split("\\s+");
            if (field.length == 6 && field[0].length() == 32) {
                add(addresses, field[5], ipv6Text(HexFormat.of().parseHex(field[0])));
            }
        }
        return addresses;
    }

    private static void add(Map<String, List<String>> addresses, String name, NetworkInterface entry, boolean ipv6) {
        for (InetAddress address : Collections.list(entry.getInetAddresses())) {
            if (address instanceof Inet4Address) {
                add(addresses, name, address.getHostAddress());
            } else if (ipv6) {
                add(addresses, name, ipv6Text(address.getAddress()));
            }
        }
        for (NetworkInterface alias : Collections.list(entry.getSubInterfaces())) {
            add(addresses, name, alias, ipv6);
        }
    }

    private static void add(Map<String, List<String>> addresses, String name, String address) {
        List<String> known = addresses.computeIfAbsent(name, ignored -> new ArrayList<>());
        if (!known.contains(address)) {
            known.add(address);
        }
    }

    /** RFC 5952: small letters, the longest run of zero groups as {@code ::}. */
    static String ipv6Text(byte[] address) {
        short[] groups = new short[8];
        ByteBuffer.wrap(address).asShortBuffer().get(groups);
        int longestAt = -1;
        int longest = 1;
        for (int at = 0; at < 8; at++) {
            int end = at;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - at > longest) {
                longestAt = at;
                longest = end - at;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < 8; at++) {
            if (at == longestAt) {
                text.append("::");
                at += longest - 1;
                continue;
            }
            if (text.length() > 0 && !text.toString().endsWith("::")) {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[at] & 0xFFFF));
        }
        return text.toString();
    }
}
