package io.weir.serve;

/** Every query parameter that some endpoint takes. */
enum QueryParameter {
    TYPES("types", true, "open, data, gap, anomaly, close, with commas between them"),
    HOST("host", true, "an IP address such as 10.1.2.3 or 2001:db8::1, at most 64 of them"),
    CIDR("cidr", true, "a network such as 10.0.0.0/8 or 2001:db8::/32, at most 64 of them"),
    PORT("port", true, "a number from 0 to 65535, at most 64 of them"),
    INTERFACE("interface", true, "the name of an interface, at most 64 of them"),
    STREAM("stream", true, "the id of a stream, at most 64 of them"),
    FILTER("filter", false, "an expression of the pcap-filter language, at most 1024 characters"),
    PAYLOAD("payload", false, "base64, text, hex or none"),
    MAX_BYTES("maxBytes", false, "a number of bytes, 0 or more"),
    ON_LAG("onLag", false, "drop or disconnect"),
    STATE("state", false, "open, closed or all"),
    ORDER("order", false, "newest or oldest"),
    LIMIT("limit", false, "a number from 1 to 1000"),
    CURSOR("cursor", false, "the value of 'next' in the answer before"),
    FROM("from", false, "client or server");

    /** Values of one parameter that may be repeated. */
    static final int MAX_VALUES = 64;

    private final String label;
    private final boolean repeatable;
    private final String allowed;

    QueryParameter(String label, boolean repeatable, String allowed) {
        this.label = label;
        this.repeatable = repeatable;
        this.allowed = allowed;
    }

    String label() {
        return label;
    }

    boolean repeatable() {
        return repeatable;
    }

    String allowed() {
        return allowed;
    }
}
