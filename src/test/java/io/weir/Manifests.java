package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** Kubernetes manifests, read into Kubernetes' own model: wrong types throw, and fields that no type knows are found. */
final class Manifests {
    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1/Namespace", Namespace.class,
            "v1/ServiceAccount", ServiceAccount.class,
            "v1/ConfigMap", ConfigMap.class,
            "apps/v1/DaemonSet", DaemonSet.class);

    private final ObjectMapper mapper =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true);
    private final Map<String, Map<String, Object>> documents = new LinkedHashMap<>();
    private final Map<Class<?>, Object> objects = new LinkedHashMap<>();

    Manifests(String yaml) {
        for (Object document : new Yaml().loadAll(yaml)) {
            if (document != null) {
                Map<String, Object> map = map(document);
                String kind = map.get("apiVersion") + "/" + map.get("kind");
                assertThat(KINDS).containsKey(kind);
                documents.put(map.get("kind").toString(), map);
                objects.put(KINDS.get(kind), mapper.convertValue(map, KINDS.get(kind)));
            }
        }
    }

    /** Kinds in their order. */
    List<String> kinds() {
        return List.copyOf(documents.keySet());
    }

    <T> T object(Class<T> kind) {
        return kind.cast(objects.get(kind));
    }

    Map<String, Object> document(String kind) {
        return documents.get(kind);
    }

    /** Fields that Kubernetes does not know, each with its place. */
    List<String> unknownFields() {
        List<String> unknown = new ArrayList<>();
        objects.forEach((kind, object) -> collect(object, kind.getSimpleName(), unknown));
        return unknown;
    }

    private static void collect(Object object, String place, List<String> unknown) {
        if (object instanceof Collection<?> list) {
            list.forEach(item -> collect(item, place + "[]", unknown));
        } else if (object instanceof Map<?, ?> map) {
            map.forEach((key, value) -> collect(value, place + "." + key, unknown));
        } else if (object != null && object.getClass().getName().startsWith("io.fabric8.")) {
            for (Method method : object.getClass().getMethods()) {
                String name = method.getName();
                if (name.startsWith("get") && method.getParameterCount() == 0 && !name.equals("getClass")) {
                    property(object, method, place, unknown);
                }
            }
        }
    }

    private static void property(Object object, Method getter, String place, List<String> unknown) {
        try {
            Object value = getter.invoke(object);
            if (getter.getName().equals("getAdditionalProperties")) {
                map(value).keySet().forEach(name -> unknown.add(place + "." + name));
            } else {
                collect(value, place + "." + getter.getName().substring(3), unknown);
            }
        } catch (ReflectiveOperationException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
