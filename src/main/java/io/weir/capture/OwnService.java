package io.weir.capture;

import java.net.InetAddress;
import java.util.List;

/**
 * The probe's own HTTP service, whose packets are never captured: its event stream on a captured interface would feed
 * itself.
 *
 * @param port TCP port of the service
 * @param addresses addresses that it is reached at, at most {@value #MAX_ADDRESSES}; empty for all of them, which leaves
 *     out every conversation with that port, of other hosts too
 */
public record OwnService(int port, List<InetAddress> addresses) {
    public static final int MAX_ADDRESSES = 64;
    /** Shorter than IPv4 and TCP headers without any link layer. */
    private static final int WITHOUT_PORTS_BYTES = 37;

    public OwnService {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port is " + port + ", allowed is 1 to 65535");
        }
        if (addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException(
                    addresses.size() + " addresses of the own service, allowed are " + MAX_ADDRESSES);
        }
        addresses = List.copyOf(addresses);
    }

    /**
     * The pcap-filter expression of what is left of a filter's frames when this service is taken out. The own service comes
     * first: {@code vlan} in the user's expression changes the meaning of what follows it.
     */
    String leftOf(Filter wanted) {
        // a load behind the end of a frame refuses it; so short a one has no ports
        String rest = "(less " + WITHOUT_PORTS_BYTES + " or " + remainder() + ")";
        return wanted.isNone() ? rest : rest + " and (" + wanted.expression() + ")";
    }

    /** The pcap-filter expression of what is left when this service is taken out. */
    String remainder() {
        if (addresses.isEmpty()) {
            return "not tcp port " + port;
        }
        StringBuilder text = new StringBuilder("not (");
        for (InetAddress address : addresses) {
            String host = address.getHostAddress();
            int scope = host.indexOf('%');
            host = scope < 0 ? host : host.substring(0, scope);
            text.append(text.length() > 5 ? " or " : "")
                    .append("(src host ")
                    .append(host)
                    .append(" and tcp src port ")
                    .append(port)
                    .append(") or (dst host ")
                    .append(host)
                    .append(" and tcp dst port ")
                    .append(port)
                    .append(')');
        }
        return text.append(')').toString();
    }
}
