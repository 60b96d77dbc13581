package io.weir.serve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds an answer against a schema of the contract, as far as the contract uses JSON Schema. Stricter in one point: a
 * member that no schema names is an error, so that nothing is served that is not documented.
 */
final class JsonSchema {
    private final Map<String, Object> schemas;

    JsonSchema(Map<String, Object> schemas) {
        this.schemas = schemas;
    }

    /** What is wrong, each with its place; empty if nothing is. */
    List<String> errors(String schema, Object value) {
        List<String> errors = new ArrayList<>();
        check(map(schemas.get(schema)), value, "$", errors);
        return errors;
    }

    private void check(Map<String, Object> schema, Object value, String place, List<String> errors) {
        if (schema.containsKey("$ref")) {
            check(resolve(schema), value, place, errors);
            return;
        }
        if (schema.containsKey("oneOf")) {
            oneOf(schema, value, place, errors);
            return;
        }
        if (schema.containsKey("const") && !schema.get("const").equals(value)) {
            errors.add(place + " is " + value + ", not " + schema.get("const"));
        }
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value)) {
            errors.add(place + " is " + value + ", not one of " + allowed);
        }
        if (schema.get("type") instanceof String type && !fits(type, value)) {
            errors.add(place + " is " + value + ", not a " + type);
        }
        if (value instanceof Map<?, ?> object && (schema.containsKey("properties") || schema.containsKey("allOf"))) {
            object(schema, map(object), place, errors);
        }
        if (value instanceof List<?> list && schema.containsKey("items")) {
            for (Object item : list) {
                check(map(schema.get("items")), item, place + "[]", errors);
            }
        }
    }

    private void object(Map<String, Object> schema, Map<String, Object> object, String place, List<String> errors) {
        Map<String, Object> properties = new java.util.HashMap<>();
        Set<Object> required = new HashSet<>();
        collect(schema, properties, required);
        for (Object name : required) {
            if (!object.containsKey(name)) {
                errors.add(place + "." + name + " is missing");
            }
        }
        object.forEach((name, value) -> {
            if (properties.containsKey(name)) {
                check(map(properties.get(name)), value, place + "." + name, errors);
            } else {
                errors.add(place + "." + name + " is not documented");
            }
        });
    }

    private void collect(Map<String, Object> schema, Map<String, Object> properties, Set<Object> required) {
        Map<String, Object> resolved = schema.containsKey("$ref") ? resolve(schema) : schema;
        if (resolved.get("allOf") instanceof List<?> parts) {
            parts.forEach(part -> collect(map(part), properties, required));
        }
        if (resolved.containsKey("properties")) {
            properties.putAll(map(resolved.get("properties")));
        }
        if (resolved.get("required") instanceof List<?> names) {
            required.addAll(names);
        }
    }

    private void oneOf(Map<String, Object> schema, Object value, String place, List<String> errors) {
        List<String> all = new ArrayList<>();
        for (Object option : (List<?>) schema.get("oneOf")) {
            List<String> found = new ArrayList<>();
            check(map(option), value, place, found);
            if (found.isEmpty()) {
                return;
            }
            all.addAll(found);
        }
        errors.add(place + " fits none: " + all);
    }

    private Map<String, Object> resolve(Map<String, Object> schema) {
        String name = schema.get("$ref").toString();
        return map(schemas.get(name.substring(name.lastIndexOf('/') + 1)));
    }

    private static boolean fits(String type, Object value) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            default -> false;
        };
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
