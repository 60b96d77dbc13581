package io.weir.capture;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The interfaces that a live capture means: one for good, those that patterns match now, or all. The capture thread
 * changes it, any thread reads.
 */
final class LiveTargets {
    private final LiveOptions options;
    private final boolean fixed;
    private final boolean any;
    private volatile List<LiveInterface> interfaces;
    private final InterfaceLosses losses = new InterfaceLosses();

    LiveTargets(LiveOptions options) throws CaptureException {
        this.options = options;
        fixed = LiveSources.fixed(options);
        any = LiveSources.any(options);
        interfaces = limited(LiveSources.resolve(options));
        losses.follow(interfaces);
    }

    /** Index to bind to; 0 for more than one interface. */
    int fixedIndex() {
        return fixed ? interfaces.get(0).index() : 0;
    }

    /** Whether {@link #indexes} tells which of all frames are wanted. */
    boolean listed() {
        return !fixed && !any;
    }

    boolean any() {
        return any;
    }

    List<LiveInterface> interfaces() {
        return interfaces;
    }

    List<Integer> indexes() {
        return interfaces.stream().map(LiveInterface::index).collect(Collectors.toList());
    }

    List<String> names() {
        return any
                ? List.of(Interfaces.ANY)
                : interfaces.stream().map(LiveInterface::name).collect(Collectors.toList());
    }

    /** Looks again; true if the set of interfaces is another one. */
    boolean refresh() throws CaptureException {
        if (fixed) {
            requireFixedPresent();
            return false;
        }
        List<LiveInterface> present = Interfaces.list();
        if (present.isEmpty()) {
            // loopback is always there: they could not be asked for, as when no more files may be opened
            return false;
        }
        List<LiveInterface> now = limited(LiveSources.resolve(options, present));
        boolean changed = !now.stream()
                .map(LiveInterface::index)
                .collect(Collectors.toList())
                .equals(indexes());
        if (changed) {
            losses.follow(now);
            interfaces = now;
        }
        return changed;
    }

    /** @throws CaptureException the fixed interface has gone, or another one has its name */
    void requireFixedPresent() throws CaptureException {
        if (fixed) {
            LiveInterface entry = interfaces.get(0);
            if (Interfaces.indexOf(entry.name()) != entry.index() && !present(entry)) {
                throw LiveSources.gone(entry.name());
            }
        }
    }

    /** Or could not be asked for, see {@link #refresh}. */
    private static boolean present(LiveInterface wanted) {
        List<LiveInterface> present = Interfaces.list();
        return present.isEmpty()
                || present.stream()
                        .anyMatch(entry ->
                                entry.index() == wanted.index() && entry.name().equals(wanted.name()));
    }

    /** What the interfaces' drivers lost. Any thread. */
    InterfaceLosses losses() {
        return losses;
    }

    private List<LiveInterface> limited(List<LiveInterface> matched) throws CaptureException {
        if (listed() && matched.size() > KernelFilter.MAX_INTERFACES) {
            throw new CaptureException("The patterns " + String.join(", ", options.interfaces()) + " match "
                    + matched.size() + " interfaces, allowed are " + KernelFilter.MAX_INTERFACES + "; '"
                    + Interfaces.ANY + "' captures on all of them.");
        }
        return matched;
    }

    @Override
    public String toString() {
        return String.join(", ", names());
    }
}
