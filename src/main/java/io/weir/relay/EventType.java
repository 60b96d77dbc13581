package io.weir.relay;

import java.util.Set;

/** The kinds of {@link StreamEvent}, as events spell them. */
public enum EventType {
    OPEN("open"),
    DATA("data"),
    GAP("gap"),
    ANOMALY("anomaly"),
    CLOSE("close");

    /** Bits of all types. */
    public static final int ALL = (1 << values().length) - 1;

    private final String label;

    EventType(String label) {
        this.label = label;
    }

    /** As the field {@code type} says it. */
    public String label() {
        return label;
    }

    /** This type in a set of types that is an int. */
    public int bit() {
        return 1 << ordinal();
    }

    /** A set of types as an int. */
    public static int bits(Set<EventType> types) {
        int bits = 0;
        for (EventType type : types) {
            bits |= type.bit();
        }
        return bits;
    }

    public static EventType of(StreamEvent event) {
        if (event instanceof StreamEvent.Data) {
            return DATA;
        } else if (event instanceof StreamEvent.Gap) {
            return GAP;
        } else if (event instanceof StreamEvent.Open) {
            return OPEN;
        } else if (event instanceof StreamEvent.Odd) {
            return ANOMALY;
        }
        return CLOSE;
    }
}
