package io.weir.serve;

import static io.weir.serve.JsonSchema.map;
import static io.weir.serve.Streams.close;
import static io.weir.serve.Streams.closed;
import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.relay.Bus;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Holds every handler to openapi.yaml, and openapi.yaml to every handler. */
class ContractTest {
    private final RunningService service = new RunningService();
    private final Map<String, Object> contract =
            new Yaml().load(service.get("/openapi.yaml").body());

    /** One operation of the contract. */
    private record Operation(String method, String path, Map<String, Object> definition) {
        String example() {
            return path.replace("{id}", "s1");
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    @BeforeEach
    void fill() {
        service.partition().summaries.put("s1", closed(open("s1")));
        service.partition().beginnings.put("s1", List.of(open("s1"), data("s1", 0, "abc"), close("s1")));
        for (String from : List.of("client", "server")) {
            service.partition().contents.put("s1/" + from, new Bus.Content(closed(open("s1")), List.of(), 0));
        }
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void theContractHasEveryEndpointWithItsRoleAndParameters() {
        Map<String, String> documented = new LinkedHashMap<>();
        for (Operation operation : operations()) {
            documented.put(
                    operation.toString(),
                    operation.definition().getOrDefault("x-weir-role", "none") + " " + queryNames(operation));
        }
        Map<String, String> served = new LinkedHashMap<>();
        for (Endpoint endpoint : service.endpoints()) {
            served.put(
                    endpoint.method() + " " + endpoint.path(),
                    (endpoint.role() == null ? "none" : endpoint.role().label()) + " "
                            + new TreeSet<>(endpoint.parameters().stream()
                                    .map(QueryParameter::label)
                                    .toList()));
        }
        assertThat(served).containsExactlyInAnyOrderEntriesOf(documented);
    }

    @Test
    void everyOperationAnswersAsDocumented() {
        for (Operation operation : operations()) {
            if (isEventStream(operation)) {
                continue;
            }
            HttpResponse<String> answer = ask(operation, operation.example() + requiredQuery(operation), true);
            Map<String, Object> documented = response(operation, answer.statusCode());
            assertThat(answer.statusCode()).as(operation + answer.body()).isEqualTo(200);
            String type =
                    answer.headers().firstValue("content-type").orElseThrow().split(";")[0];
            Map<String, Object> content = map(documented.get("content"));
            assertThat(content).as(operation.toString()).containsKey(type);
            checkBody(operation, map(content.get(type)), type, answer.body());
        }
    }

    private void checkBody(Operation operation, Map<String, Object> media, String type, String body) {
        Map<String, Object> schema = map(media.get("schema"));
        if (type.equals("application/json") && schema.containsKey("$ref")) {
            assertThat(errors(schema, body)).as(operation.toString()).isEmpty();
        }
    }

    @Test
    void everyEventIsAsDocumented() throws Exception {
        List<String> bodies = new ArrayList<>();
        try (EventReader reader = service.events("/api/v1/streams/s1/events?payload=text")) {
            reader.next(3).forEach(received -> bodies.add(received.data().encode()));
        }
        try (EventReader reader = service.events("/api/v1/events", "Last-Event-ID", "old-7")) {
            service.partition()
                    .send(new Bus.EventBatch(0, List.of(new Bus.Lost(1, 2, 3), new Bus.Lost(0, 2, 3)), List.of(), 0));
            reader.next(2).forEach(received -> bodies.add(received.data().encode()));
        }
        for (String body : bodies) {
            assertThat(errors(Map.of("$ref", "/Frame"), body)).isEmpty();
        }
        assertThat(bodies).hasSize(5);
    }

    @Test
    void aWrongParameterIsNamedWithWhatIsAllowed() {
        int tried = 0;
        for (Operation operation : operations()) {
            for (Map<String, Object> parameter : parameters(operation, "query")) {
                String name = parameter.get("name").toString();
                for (String wrong : wrongValues(parameter)) {
                    String query = "?" + name + "=" + URLEncoder.encode(wrong, StandardCharsets.UTF_8);
                    HttpResponse<String> answer = ask(operation, operation.example() + query, true);
                    assertThat(answer.statusCode()).as(operation + query).isEqualTo(400);
                    assertThat(answer.body())
                            .as(operation + query)
                            .contains("\"parameter\":\"" + name + "\"")
                            .contains("allowed: ");
                    assertThat(errors(Map.of("$ref", "/Problem"), answer.body()))
                            .isEmpty();
                    tried++;
                }
            }
        }
        assertThat(tried).isGreaterThan(50);
    }

    /** Values that the schema of a parameter excludes. */
    private static List<String> wrongValues(Map<String, Object> parameter) {
        Map<String, Object> schema = map(parameter.get("schema"));
        boolean list = "array".equals(schema.get("type"));
        Map<String, Object> item = list ? map(schema.get("items")) : schema;
        List<String> wrong = new ArrayList<>();
        if (item.containsKey("enum")) {
            wrong.addAll(List.of("nonsense", "", "Base64"));
        } else if ("integer".equals(item.get("type"))) {
            wrong.addAll(List.of("x", "-1", "", "1.5", "+1", "99999999999999999999"));
            if (item.containsKey("maximum")) {
                wrong.add(Long.toString(((Number) item.get("maximum")).longValue() + 1));
            }
        } else if (item.containsKey("anyOf")) {
            wrong.addAll(List.of("localhost", "10.0.0", "10.0.0.256", "", ":::", "10.0.0.0/8"));
        } else if (item.containsKey("examples")) {
            wrong.addAll(List.of("10.0.0.0/33", "10.0.0.0/-1", "somewhere", "/8", "2001:db8::/129"));
        } else if (item.containsKey("maxLength")) {
            wrong.add("x".repeat((int) item.get("maxLength") + 1));
        }
        if (!list && schema.containsKey("enum")) {
            wrong.add(map(schema).get("enum") + "," + map(schema).get("enum"));
        }
        return wrong;
    }

    @Test
    void anUnknownOrRepeatedParameterIsNamed() {
        for (Operation operation : operations()) {
            HttpResponse<String> answer = ask(operation, operation.example() + "?colour=red", true);
            assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(400);
            assertThat(answer.body()).contains("\"parameter\":\"colour\"");
        }
        assertThat(service.get("/api/v1/streams?limit=1&limit=2").body()).contains("limit is given 2 times");
        assertThat(service.get("/api/v1/streams?port=" + "1,".repeat(64) + "1").statusCode())
                .isEqualTo(400);
    }

    @Test
    void bodiesAreTakenInTheDocumentedTypesOnly() {
        for (Operation operation : operations()) {
            if (operation.definition().get("requestBody") instanceof Map<?, ?> body) {
                Set<String> types = map(body.get("content")).keySet();
                for (String type : List.of("text/plain", "application/json", "application/octet-stream")) {
                    HttpRequest.Builder request = service.request(operation.example())
                            .header("Content-Type", type)
                            .method(operation.method(), BodyPublishers.ofString("{}"));
                    int status = service.send(request).statusCode();
                    assertThat(status == 415).as(operation + " " + type).isNotEqualTo(types.contains(type));
                }
            }
        }
    }

    @Test
    void problemsThatCanBeProvokedAreDocumented() {
        service.partition().summaries.clear();
        for (Operation operation : operations()) {
            if (operation.path().contains("{id}")) {
                String path = operation.path().replace("{id}", "none") + requiredQuery(operation);
                assertThat(response(operation, ask(operation, path, true).statusCode()))
                        .isNotNull();
            }
            assertThat(response(
                            operation,
                            ask(operation, operation.example(), false).statusCode()))
                    .as(operation.toString())
                    .isNotNull();
        }
        HttpResponse<String> noFilters = service.get("/api/v1/streams?filter=no%20libpcap");
        assertThat(noFilters.statusCode()).isEqualTo(501);
        HttpResponse<String> wrongFilter = service.get("/api/v1/streams?filter=wrong");
        assertThat(wrongFilter.statusCode()).isEqualTo(400);
        assertThat(wrongFilter.body()).contains("syntax error").contains("\"parameter\":\"filter\"");
    }

    private List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        map(contract.get("paths")).forEach((path, item) -> map(item)
                .forEach((method, definition) -> all.add(new Operation(method.toUpperCase(), path, map(definition)))));
        return all;
    }

    private HttpResponse<String> ask(Operation operation, String path, boolean known) {
        HttpRequest.Builder request = service.request(path);
        if (!known) {
            request.header("Origin", "http://evil.example");
        }
        if (operation.method().equals("GET")) {
            return service.send(request);
        }
        boolean capture = operation.path().endsWith("/replays");
        String body = operation.path().endsWith("/filter") ? "{\"filter\":\"\"}" : "{}";
        return service.send(
                request.header("Content-Type", capture ? "application/vnd.tcpdump.pcap" : "application/json")
                        .method(operation.method(), BodyPublishers.ofString(body)));
    }

    private static boolean isEventStream(Operation operation) {
        return operation.path().endsWith("/events");
    }

    private String requiredQuery(Operation operation) {
        return parameters(operation, "query").stream().anyMatch(each -> each.containsKey("required"))
                ? "?from=client"
                : "";
    }

    private Set<String> queryNames(Operation operation) {
        Set<String> names = new TreeSet<>();
        parameters(operation, "query")
                .forEach(each -> names.add(each.get("name").toString()));
        return names;
    }

    private List<Map<String, Object>> parameters(Operation operation, String in) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Object reference : (List<?>) operation.definition().getOrDefault("parameters", List.of())) {
            Map<String, Object> parameter = component("parameters", reference);
            if (parameter.get("in").equals(in)) {
                found.add(parameter);
            }
        }
        return found;
    }

    /** The documented answer with a status, or null. */
    private Map<String, Object> response(Operation operation, int status) {
        Object response = map(operation.definition().get("responses")).get(Integer.toString(status));
        return response != null && map(response).containsKey("$ref") ? component("responses", response) : map(response);
    }

    private Map<String, Object> component(String kind, Object reference) {
        String name = map(reference).get("$ref").toString();
        return map(map(map(contract.get("components")).get(kind)).get(name.substring(name.lastIndexOf('/') + 1)));
    }

    private List<String> errors(Map<String, Object> schema, String body) {
        String name = schema.get("$ref").toString();
        try {
            Object value = new ObjectMapper().readValue(body, Object.class);
            return new JsonSchema(map(map(contract.get("components")).get("schemas")))
                    .errors(name.substring(name.lastIndexOf('/') + 1), value);
        } catch (java.io.IOException notJson) {
            return List.of(body + " is no JSON");
        }
    }
}
