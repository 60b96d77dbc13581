package io.weir.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Opens live captures, and says in plain words why it cannot be done. */
public final class LiveSources {
    private LiveSources() {}

    /**
     * Loads, on a thread of its own, what the kernel is called with: it takes a tenth of a second, in which the rest of a
     * program can start. What cannot be loaded is told by {@link #open}.
     */
    public static void prepare() {
        Thread thread = new Thread(Libc::unavailable, "weir-prepare");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts capturing.
     *
     * @throws CaptureException no permission, no such interface, no library: the message says what to do
     */
    public static LiveSource open(LiveOptions options) throws CaptureException {
        return options.backend() == Backend.AFPACKET ? PacketRing.open(options, null, 0) : PcapSource.open(options);
    }

    /**
     * Starts capturing one of several workers' share; frames come when all of them have done so. By a packet ring.
     *
     * @param worker from 0
     */
    public static LiveSource open(LiveOptions options, Fanout fanout, int worker) throws CaptureException {
        if (options.backend() != Backend.AFPACKET) {
            throw new CaptureException(
                    CaptureException.Kind.UNSUPPORTED,
                    "Several capture workers need the afpacket backend, on Linux; set capture.workers to 1.");
        }
        return PacketRing.open(options, fanout, worker);
    }

    /** Names and patterns among the options that no interface answers to now; a capture of several goes on without. */
    public static List<String> unmatched(LiveOptions options) {
        List<LiveInterface> present = Interfaces.list();
        return options.interfaces().stream()
                .filter(pattern -> !pattern.equals(Interfaces.ANY) && !pattern.startsWith("!"))
                .filter(pattern ->
                        Interfaces.matching(List.of(pattern), present).isEmpty())
                .collect(Collectors.toList());
    }

    /** Whether the capture stays on one interface for good, whose end is the capture's end. */
    static boolean fixed(LiveOptions options) {
        return options.interfaces().size() <= 1
                && options.interfaces().stream().noneMatch(Interfaces::isPattern)
                && !any(options);
    }

    static boolean any(LiveOptions options) {
        return options.interfaces().equals(List.of(Interfaces.ANY));
    }

    /** The interfaces that the options mean now; for {@link Interfaces#ANY} all. */
    static List<LiveInterface> resolve(LiveOptions options) throws CaptureException {
        return resolve(options, Interfaces.list());
    }

    /** @param present of which interfaces */
    static List<LiveInterface> resolve(LiveOptions options, List<LiveInterface> present) throws CaptureException {
        if (any(options)) {
            return present;
        }
        if (options.interfaces().isEmpty()) {
            Optional<LiveInterface> route =
                    present.stream().filter(LiveInterface::defaultRoute).findFirst();
            return List.of(route.orElseThrow(() -> new CaptureException(
                    CaptureException.Kind.NO_INTERFACE,
                    "There is no default route, so no interface to capture on by default. Name one with --interface; "
                            + there(present))));
        }
        List<LiveInterface> matched = Interfaces.matching(options.interfaces(), present);
        if (matched.isEmpty()) {
            throw new CaptureException(
                    CaptureException.Kind.NO_INTERFACE,
                    "No interface " + String.join(", ", options.interfaces()) + "; " + there(present));
        }
        return matched;
    }

    static CaptureException gone(String name) {
        return new CaptureException(
                CaptureException.Kind.INTERFACE_GONE,
                "Interface " + name + " is gone; capture goes on when it is back.");
    }

    /** For EPERM and EACCES. */
    static CaptureException notPermitted(String where, Throwable cause) {
        String user = System.getProperty("user.name", "$USER");
        String grant = user.equals("root")
                ? "weir runs as root here, but without it: whatever started it must leave it (Docker: --cap-add NET_RAW;"
                        + " Kubernetes: securityContext.capabilities.add NET_RAW; systemd: CapabilityBoundingSet)."
                : "Run weir as root (sudo), or give it this one capability" + command(user)
                        + " (systemd: AmbientCapabilities=CAP_NET_RAW; Kubernetes: user 0 with NET_RAW added)."
                        + " setcap on the java binary does not work.";
        return new CaptureException(
                CaptureException.Kind.PERMISSION,
                "Capturing on " + where + " is not permitted: the capability CAP_NET_RAW is missing. " + grant,
                cause);
    }

    /** A user whom the system has no name for, in a container for example, is no user that somebody could switch to. */
    private static String command(String user) {
        return user.equals("?")
                ? ""
                : ": sudo setpriv --reuid=" + user + " --regid=\"$(id -g " + user + ")\""
                        + " --init-groups --inh-caps=+net_raw --ambient-caps=+net_raw java -jar weir.jar";
    }

    private static String there(List<LiveInterface> present) {
        List<String> names = new ArrayList<>(
                present.stream().limit(20).map(LiveInterface::name).collect(Collectors.toList()));
        if (present.size() > names.size()) {
            names.add((present.size() - names.size()) + " more");
        }
        return "there are: " + (names.isEmpty() ? "none" : String.join(", ", names)) + ".";
    }
}
