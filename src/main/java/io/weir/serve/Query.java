package io.weir.serve;

import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import io.weir.relay.Cidr;
import io.weir.relay.EventType;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamPlace;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The query parameters of one request, each checked. All methods throw a {@link Problem} that names what is wrong. */
final class Query {
    private static final int MAX_FILTER_LENGTH = 1024;
    private static final int MAX_NAME_LENGTH = 128;
    /** Streams on one page. */
    static final int MAX_LIMIT = 1_000;

    private final Map<QueryParameter, List<String>> values = new EnumMap<>(QueryParameter.class);

    /** @param allowed what the endpoint takes; anything else is refused */
    Query(MultiMap parameters, List<QueryParameter> allowed) {
        for (String name : parameters.names()) {
            QueryParameter parameter = allowed.stream()
                    .filter(each -> each.label().equals(name))
                    .findFirst()
                    .orElseThrow(() -> unknown(name, allowed));
            values.put(parameter, split(parameter, parameters.getAll(name)));
        }
    }

    private static Problem unknown(String name, List<QueryParameter> allowed) {
        String what = allowed.isEmpty()
                ? "this takes no parameters"
                : "allowed: " + allowed.stream().map(QueryParameter::label).collect(Collectors.joining(", "));
        return new Problem(ProblemKind.PARAMETER, "there is no parameter '" + name + "' here; " + what, name);
    }

    private static List<String> split(QueryParameter parameter, List<String> given) {
        List<String> list = new ArrayList<>();
        for (String each : given) {
            Collections.addAll(list, parameter.repeatable() ? each.split(",", -1) : new String[] {each});
        }
        if (!parameter.repeatable() && list.size() > 1) {
            throw new Problem(
                    ProblemKind.PARAMETER,
                    parameter.label() + " is given " + list.size() + " times; once is allowed",
                    parameter.label());
        }
        if (list.size() > QueryParameter.MAX_VALUES) {
            throw wrong(parameter, list.size() + " values");
        }
        return list;
    }

    private static Problem wrong(QueryParameter parameter, String value) {
        return Problem.parameter(parameter.label(), value, parameter.allowed());
    }

    /** All values, each converted; a conversion that throws makes the value wrong. */
    private <T> List<T> all(QueryParameter parameter, Function<String, T> conversion) {
        List<T> converted = new ArrayList<>();
        for (String value : values.getOrDefault(parameter, List.of())) {
            try {
                converted.add(conversion.apply(value));
            } catch (IllegalArgumentException unfit) {
                throw wrong(parameter, value);
            }
        }
        return converted;
    }

    private <T> T one(QueryParameter parameter, T otherwise, Function<String, T> conversion) {
        List<T> converted = all(parameter, conversion);
        return converted.isEmpty() ? otherwise : converted.get(0);
    }

    /** Bits of {@link EventType}. */
    int types() {
        int bits = 0;
        for (EventType type : all(QueryParameter.TYPES, Query::type)) {
            bits |= type.bit();
        }
        return bits == 0 ? EventType.ALL : bits;
    }

    List<String> hosts() {
        return all(QueryParameter.HOST, Query::address);
    }

    List<Cidr> cidrs() {
        return all(QueryParameter.CIDR, Cidr::parse);
    }

    List<Integer> ports() {
        return all(QueryParameter.PORT, value -> (int) number(value, 0, 65535));
    }

    List<String> interfaces() {
        return all(QueryParameter.INTERFACE, Query::name);
    }

    List<String> streams() {
        return all(QueryParameter.STREAM, Query::name);
    }

    /** The expression, or null. */
    String filter() {
        return one(QueryParameter.FILTER, null, value -> sized(value, MAX_FILTER_LENGTH));
    }

    /** The form asked for, or null. */
    PayloadForm payload() {
        return one(QueryParameter.PAYLOAD, null, value -> {
            for (PayloadForm form : PayloadForm.values()) {
                if (form.label().equals(value)) {
                    return form;
                }
            }
            throw new IllegalArgumentException();
        });
    }

    /** -1 for all. */
    long maxBytes() {
        return one(QueryParameter.MAX_BYTES, -1L, value -> number(value, 0, Long.MAX_VALUE));
    }

    int limit(int otherwise) {
        return one(QueryParameter.LIMIT, otherwise, value -> (int) number(value, 1, MAX_LIMIT));
    }

    /** The cursor, or null. */
    StreamPlace cursor() {
        return one(QueryParameter.CURSOR, null, StreamCursor::parse);
    }

    /** One of the words, of which the first is the default if {@code required} is not set. */
    String word(QueryParameter parameter, boolean required, String... words) {
        String word = one(parameter, required ? null : words[0], value -> {
            if (!List.of(words).contains(value)) {
                throw new IllegalArgumentException();
            }
            return value;
        });
        if (word == null) {
            throw new Problem(
                    ProblemKind.PARAMETER,
                    parameter.label() + " is missing; allowed: " + parameter.allowed(),
                    parameter.label());
        }
        return word;
    }

    /** The same text for the same request, whatever the order of its parameters. */
    String canonical() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey().label()
                        + '='
                        + entry.getValue().stream().sorted().collect(Collectors.joining(",")))
                .collect(Collectors.joining("&"));
    }

    private static EventType type(String value) {
        for (EventType type : EventType.values()) {
            if (type.label().equals(value)) {
                return type;
            }
        }
        throw new IllegalArgumentException();
    }

    /** The spelling that events use. */
    private static String address(String value) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(value);
        if (bytes == null) {
            throw new IllegalArgumentException();
        }
        try {
            return NetUtil.toAddressString(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }

    private static String name(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException();
        }
        return sized(value, MAX_NAME_LENGTH);
    }

    private static String sized(String value, int maxLength) {
        if (value.length() > maxLength) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long number(String value, long min, long max) {
        if (!value.matches("[0-9]{1,19}")) {
            throw new IllegalArgumentException();
        }
        long number = Long.parseLong(value);
        if (number < min || number > max) {
            throw new IllegalArgumentException();
        }
        return number;
    }
}
