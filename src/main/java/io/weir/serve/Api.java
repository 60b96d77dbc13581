package io.weir.serve;

import static io.weir.serve.Endpoint.control;
import static io.weir.serve.Endpoint.get;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.weir.serve.Endpoint.Body;
import io.weir.tally.Counters;
import java.util.List;
import java.util.stream.Stream;

/** Every path that is served, and what serves it. */
final class Api {
    private static final QueryParameter[] OF_EVENTS = with(
            FlowFilters.PARAMETERS,
            QueryParameter.TYPES,
            QueryParameter.PAYLOAD,
            QueryParameter.MAX_BYTES,
            QueryParameter.ON_LAG);
    private static final QueryParameter[] OF_STREAMS = with(
            FlowFilters.PARAMETERS,
            QueryParameter.STATE,
            QueryParameter.ORDER,
            QueryParameter.LIMIT,
            QueryParameter.CURSOR);
    private static final QueryParameter[] OF_ONE_STREAM = {
        QueryParameter.TYPES, QueryParameter.PAYLOAD, QueryParameter.MAX_BYTES, QueryParameter.ON_LAG
    };

    private final List<Endpoint> endpoints;
    private final Listener listener;

    Api(
            Vertx vertx,
            ServeOptions options,
            Neighbours neighbours,
            Partitions partitions,
            EventHub hub,
            Gate gate,
            Audit audit,
            Unsent unsent,
            Counters<ServeCounter> counters) {
        FlowFilters filters = new FlowFilters(vertx, neighbours.filters());
        Readers readers = new Readers(options.limits().subscribersPerCaller());
        gate.onChange(() -> readers.cut(gate::stillIn));
        EventsEndpoint events = new EventsEndpoint(vertx, hub, partitions, filters, audit, readers);
        StreamsEndpoint streams = new StreamsEndpoint(partitions, filters, counters);
        CaptureEndpoint capture = new CaptureEndpoint(neighbours.capture(), audit);
        ContentEndpoint content = new ContentEndpoint(partitions, audit, counters);
        ReplayEndpoint replays = new ReplayEndpoint(
                vertx,
                neighbours.capture(),
                audit,
                options.limits().replayBytes(),
                options.heartbeat().toMillis());
        StatusEndpoint status = new StatusEndpoint(neighbours.checks(), neighbours.metrics());
        List<Endpoint> ofData = List.of(
                get("/livez", null, status::live),
                get("/readyz", null, status::ready),
                get("/metrics", Role.METADATA, status::metrics),
                get("/api/v1/events", Role.METADATA, events::ofAll, OF_EVENTS),
                get("/api/v1/streams", Role.METADATA, streams::list, OF_STREAMS),
                get("/api/v1/streams/{id}", Role.METADATA, streams::one),
                get("/api/v1/streams/{id}/events", Role.METADATA, events::ofOne, OF_ONE_STREAM),
                get("/api/v1/streams/{id}/content", Role.PAYLOAD, content::content, QueryParameter.FROM),
                get("/api/v1/streams/{id}/pcap", Role.PAYLOAD, content::pcap),
                get("/api/v1/capture", Role.METADATA, capture::state),
                control(HttpMethod.POST, "/api/v1/capture/start", Body.JSON, capture::start),
                control(HttpMethod.POST, "/api/v1/capture/stop", Body.JSON, capture::stop),
                control(HttpMethod.PUT, "/api/v1/capture/filter", Body.JSON, capture::filter),
                get("/api/v1/interfaces", Role.METADATA, capture::interfaces),
                control(HttpMethod.POST, "/api/v1/replays", Body.CAPTURE, replays::replay));
        endpoints =
                Stream.concat(ofData.stream(), PageEndpoint.files().stream()).toList();
        listener = new Listener(vertx, options, gate, audit, counters, unsent, endpoints);
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    Future<HttpServer> listen() {
        return listener.listen();
    }

    void stop() {
        listener.stop();
    }

    boolean refusesCertificate() {
        return listener.refusesCertificate();
    }

    int connections() {
        return listener.connections();
    }

    private static QueryParameter[] with(QueryParameter[] some, QueryParameter... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(QueryParameter[]::new);
    }
}
