package io.weir.capture;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What can be captured on, in the calling thread's network namespace. Needs neither libpcap nor a permission. Any thread;
 * reads the kernel's tables at each call.
 */
public final class Interfaces {
    /** Stands for all interfaces, those that appear later included. */
    public static final String ANY = "any";

    // the calling thread's namespace, which can be another one than the process's
    private static final Path DEVICES = Path.of("/proc/thread-self/net/dev");
    private static final Path ROUTES = Path.of("/proc/thread-self/net/route");
    private static final Path IPV6_ROUTES = Path.of("/proc/thread-self/net/ipv6_route");

    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;

    private static final int FLAG_UP = 0x1;
    private static final int FLAG_LOOPBACK = 0x8;
    private static final int FLAG_RUNNING = 0x40;

    private static final int ROUTE_UP = 0x1;
    private static final int ROUTE_REJECT = 0x200;

    private Interfaces() {}

    /** All interfaces, by index; {@link #ANY} is not among them. */
    public static List<LiveInterface> list() {
        String defaultRoute = defaultRouteName().orElse("");
        List<LiveInterface> found = new ArrayList<>();
        if (Libc.available()) {
            int socket = -1;
            try {
                socket = Libc.datagramSocket();
                Map<String, List<String>> addresses = InterfaceAddresses.byName();
                for (String name : names()) {
                    byRequests(socket, name, name.equals(defaultRoute), addresses.getOrDefault(name, List.of()))
                            .ifPresent(found::add);
                }
            } catch (LastErrorException noSocket) {
                found.clear();
            } finally {
                Libc.closeQuietly(socket);
            }
        }
        if (found.isEmpty()) {
            byRuntime(defaultRoute, found);
        }
        found.sort((one, other) -> Integer.compare(one.index(), other.index()));
        return found;
    }

    public static Optional<LiveInterface> byName(String name) {
        return list().stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The interface that the default route leaves by: IPv4's, or else IPv6's; the one with the lowest metric. */
    public static Optional<LiveInterface> defaultRoute() {
        return list().stream().filter(LiveInterface::defaultRoute).findFirst();
    }

    /** Index of an interface now, -1 if there is none of this name. */
    static int indexOf(String name) {
        if (Libc.available()) {
            int socket = -1;
            try {
                socket = Libc.datagramSocket();
                return Libc.interfaceRequest(socket, SIOCGIFINDEX, name);
            } catch (LastErrorException noSocket) {
                return -1;
            } finally {
                Libc.closeQuietly(socket);
            }
        }
        return byName(name).map(LiveInterface::index).orElse(-1);
    }

    /**
     * The interfaces that any of the patterns names: a name, a glob with {@code *} and {@code ?}, or either behind {@code !}
     * to leave out what it matches. Exclusions alone leave everything else.
     */
    public static List<LiveInterface> matching(List<String> patterns, List<LiveInterface> candidates) {
        boolean onlyExclusions = patterns.stream().allMatch(pattern -> pattern.startsWith("!"));
        List<LiveInterface> matched = new ArrayList<>();
        for (LiveInterface candidate : candidates) {
            boolean in = onlyExclusions && !patterns.isEmpty();
            for (String pattern : patterns) {
                boolean out = pattern.startsWith("!");
                if (glob(out ? pattern.substring(1) : pattern)
                        .matcher(candidate.name())
                        .matches()) {
                    in = !out;
                    if (out) {
                        break;
                    }
                }
            }
            if (in) {
                matched.add(candidate);
            }
        }
        return matched;
    }

    /** Whether a pattern may match more than one interface, or others later. */
    static boolean isPattern(String pattern) {
        return pattern.startsWith("!") || pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
    }

    private static Pattern glob(String pattern) {
        StringBuilder expression = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            if (c == '*' || c == '?') {
                expression.append(c == '*' ? ".*" : ".");
            } else {
                expression.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(expression.toString());
    }

    private static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String line : lines(DEVICES)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                names.add(line.substring(0, colon).trim());
            }
        }
        return names;
    }

    private static Optional<LiveInterface> byRequests(
            int socket, String name, boolean defaultRoute, List<String> addresses) {
        int index = Libc.interfaceRequest(socket, SIOCGIFINDEX, name);
        int flags = Libc.interfaceRequest(socket, SIOCGIFFLAGS, name);
        if (index < 0 || flags == -1) {
            // it went away meanwhile
            return Optional.empty();
        }
        return Optional.of(new LiveInterface(
                name,
                index,
                (flags & FLAG_UP) != 0,
                (flags & FLAG_RUNNING) != 0,
                (flags & FLAG_LOOPBACK) != 0,
                defaultRoute,
                Libc.interfaceRequest(socket, SIOCGIFMTU, name),
                Libc.interfaceRequest(socket, SIOCGIFHWADDR, name) & 0xFFFF,
                addresses));
    }

    private static void byRuntime(String defaultRoute, List<LiveInterface> found) {
        Map<String, List<String>> addresses = InterfaceAddresses.byName();
        try {
            for (NetworkInterface entry : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                int hardwareType = entry.isLoopback() ? LiveInterface.HARDWARE_LOOPBACK : -1;
                found.add(new LiveInterface(
                        entry.getName(),
                        entry.getIndex(),
                        entry.isUp(),
                        entry.isUp(),
                        entry.isLoopback(),
                        entry.getName().equals(defaultRoute),
                        entry.getMTU(),
                        hardwareType,
                        addresses.getOrDefault(entry.getName(), List.of())));
            }
        } catch (SocketException unreadable) {
            // the list stays as far as it was read
        }
    }

    private static Optional<String> defaultRouteName() {
        String best = null;
        long bestMetric = Long.MAX_VALUE;
        for (String line : lines(ROUTES)) {
            String[] field = line.trim().split("\\s+");
            if (field.length > 7 && field[1].equals("00000000") && field[7].equals("00000000")) {
                long flags = Long.parseLong(field[3], 16);
                long metric = Long.parseLong(field[6]);
                if ((flags & ROUTE_UP) != 0 && (flags & ROUTE_REJECT) == 0 && metric < bestMetric) {
                    best = field[0];
                    bestMetric = metric;
                }
            }
        }
        return best != null ? Optional.of(best) : ipv6DefaultRouteName();
    }

    private static Optional<String> ipv6DefaultRouteName() {
        String best = null;
        long bestMetric = Long.MAX_VALUE;
        String unspecified = "0".repeat(32);
        for (String line : lines(IPV6_ROUTES)) {
            String[] field = line.trim().split("\\s+");
            if (field.length > 9 && field[0].equals(unspecified) && field[1].equals("00")) {
                long flags = Long.parseLong(field[8], 16);
                long metric = Long.parseLong(field[5], 16);
                if ((flags & ROUTE_UP) != 0 && (flags & ROUTE_REJECT) == 0 && metric < bestMetric) {
                    best = field[9];
                    bestMetric = metric;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}
