package io.weir.relay;

import io.weir.relay.StreamEvent.Open;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which streams somebody wants, asked once for each stream when it opens. Empty lists and null do not restrict.
 *
 * @param hosts addresses, as text; either side
 * @param cidrs networks; either side
 * @param ports either side
 * @param interfaces names
 * @param streams ids
 * @param expression a compiled pcap-filter expression, or null
 */
public record FlowFilter(
        List<String> hosts,
        List<Cidr> cidrs,
        List<Integer> ports,
        List<String> interfaces,
        List<String> streams,
        Predicate<Open> expression) {
    public static final FlowFilter ALL = new FlowFilter(List.of(), List.of(), List.of(), List.of(), List.of(), null);

    /** Whether every stream matches. */
    public boolean unrestricted() {
        return hosts.isEmpty()
                && cidrs.isEmpty()
                && ports.isEmpty()
                && interfaces.isEmpty()
                && streams.isEmpty()
                && expression == null;
    }

    /** @param open its community id may be left empty; no filter asks for it */
    public boolean matches(Open open) {
        return (hosts.isEmpty()
                        || hosts.contains(open.client().ip())
                        || hosts.contains(open.server().ip()))
                && (ports.isEmpty()
                        || ports.contains(open.client().port())
                        || ports.contains(open.server().port()))
                && (interfaces.isEmpty() || interfaces.contains(open.interfaceName()))
                && (streams.isEmpty() || streams.contains(open.stream()))
                && (cidrs.isEmpty() || cidrs.stream().anyMatch(cidr -> inside(cidr, open)))
                && (expression == null || expression.test(open));
    }

    private static boolean inside(Cidr cidr, Open open) {
        return cidr.contains(open.client().ip()) || cidr.contains(open.server().ip());
    }
}
