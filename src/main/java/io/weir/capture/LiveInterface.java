package io.weir.capture;

import java.util.List;

/**
 * A network interface as it was when listed.
 *
 * @param index the kernel's number, not reused while the machine runs, as a rule
 * @param up switched on
 * @param running switched on and connected
 * @param mtuBytes largest payload of a frame; captured frames may be larger where the kernel joins segments
 * @param hardwareType ARPHRD_ number (1 Ethernet, 772 loopback, 65534 none), -1 if unknown
 * @param defaultRoute whether the machine's default route leaves here
 */
public record LiveInterface(
        String name,
        int index,
        boolean up,
        boolean running,
        boolean loopback,
        boolean defaultRoute,
        int mtuBytes,
        int hardwareType,
        List<String> addresses) {
    static final int HARDWARE_ETHERNET = 1;
    static final int HARDWARE_LOOPBACK = 772;

    public LiveInterface {
        addresses = List.copyOf(addresses);
    }

    /** Whether frames begin with an Ethernet header; else with the IP header. */
    static boolean ethernet(int hardwareType) {
        return hardwareType == HARDWARE_ETHERNET || hardwareType == HARDWARE_LOOPBACK;
    }

    /** Link type in words, for a person. */
    public String linkType() {
        switch (hardwareType) {
            case HARDWARE_ETHERNET:
                return "Ethernet";
            case HARDWARE_LOOPBACK:
                return "loopback";
            case 512:
                return "PPP";
            case 768:
            case 769:
            case 776:
            case 778:
            case 823:
                return "IP tunnel";
            case 519:
            case 65534:
                return "raw IP";
            case -1:
                return "unknown";
            default:
                return "hardware type " + hardwareType;
        }
    }

    /** {@code up}, {@code up, not connected} or {@code down}. */
    public String state() {
        return up ? running ? "up" : "up, not connected" : "down";
    }
}
