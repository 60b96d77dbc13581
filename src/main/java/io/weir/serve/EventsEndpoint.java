package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.Bus;
import io.weir.relay.EventType;
import io.weir.relay.FlowFilter;
import io.weir.relay.PayloadForm;
import io.weir.relay.StreamSummary;
import java.util.regex.Pattern;

/** Server-sent events: of all streams that a query selects, or of one stream from its retained beginning on. */
final class EventsEndpoint {
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final Pattern EVENT_ID = Pattern.compile("[0-9a-z]{1,16}-[0-9]{1,18}");

    private final Vertx vertx;
    private final EventHub hub;
    private final Partitions partitions;
    private final FlowFilters filters;
    private final Audit audit;
    private final Readers readers;

    EventsEndpoint(
            Vertx vertx, EventHub hub, Partitions partitions, FlowFilters filters, Audit audit, Readers readers) {
        this.readers = readers;
        this.vertx = vertx;
        this.hub = hub;
        this.partitions = partitions;
        this.filters = filters;
        this.audit = audit;
    }

    void ofAll(Call call) {
        String lastEventId = lastEventId(call);
        EventRequest request = request(call, null, FlowFilter.ALL);
        Future<FlowFilter> filter = filters.of(call.query());
        Readers.Place place = readers.take(call);
        Future<Subscription> joined = filter.compose(flows -> hub.join(request(call, null, flows), lastEventId, -1))
                .onFailure(refused -> place.leave());
        call.answer(joined, subscription -> follow(call, request, subscription, lastEventId, place));
    }

    void ofOne(Call call) {
        String lastEventId = lastEventId(call);
        EventRequest request = request(call, call.id(), FlowFilter.ALL);
        Readers.Place place = readers.take(call);
        Future<Subscription> joined = partitions
                .<StreamSummary>find(new Bus.GetStream(call.id()), "stream '" + call.id() + "'")
                .compose(answer -> hub.join(request, lastEventId, answer.partition()))
                .onFailure(refused -> place.leave());
        call.answer(joined, subscription -> follow(call, request, subscription, lastEventId, place));
    }

    private static String lastEventId(Call call) {
        String id = call.request().getHeader(LAST_EVENT_ID);
        if (id == null || id.isEmpty()) {
            return null;
        }
        if (!EVENT_ID.matcher(id).matches()) {
            throw Problem.parameter(LAST_EVENT_ID, id, "the id of an event");
        }
        return id;
    }

    private static EventRequest request(Call call, String stream, FlowFilter flows) {
        Query query = call.query();
        int types = query.types();
        PayloadForm asked = query.payload();
        if (asked != null && asked != PayloadForm.NONE) {
            call.caller().need(Role.PAYLOAD, "payload=" + asked.label());
        }
        PayloadForm form = asked != null ? asked : standard(call.caller());
        if ((types & EventType.DATA.bit()) == 0) {
            form = PayloadForm.NONE;
        }
        String key = call.request().path() + '?' + query.canonical() + '#' + form.label();
        boolean disconnect =
                query.word(QueryParameter.ON_LAG, false, "drop", "disconnect").equals("disconnect");
        return new EventRequest(key, flows, types, form, query.maxBytes(), disconnect, stream);
    }

    private static PayloadForm standard(Caller caller) {
        return caller.may(Role.PAYLOAD) ? PayloadForm.BASE64 : PayloadForm.NONE;
    }

    private void follow(
            Call call, EventRequest request, Subscription subscription, String lastEventId, Readers.Place place) {
        HttpServerResponse response = call.response();
        if (response.closed()) {
            hub.leave(subscription);
            place.leave();
            return;
        }
        if (hub.complete(subscription, lastEventId)) {
            hub.leave(subscription);
            place.leave();
            // tells an EventSource not to come back
            response.setStatusCode(204).end();
            return;
        }
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                .putHeader("X-Accel-Buffering", "no");
        long number = request.payload() ? audit.nextResponse() : 0;
        if (request.payload()) {
            audit.begin(number, call.caller(), call.request());
        }
        Reader reader = hub.attach(subscription, lastEventId, response);
        Runnable gone = once(() -> {
            hub.detach(reader);
            place.leave();
            if (request.payload()) {
                audit.end(number, call.caller(), call.request(), reader.sentBytes());
            }
        });
        // later, because the response may end while the hub walks through its readers
        response.closeHandler(closed -> vertx.runOnContext(turn -> gone.run()));
        response.endHandler(ended -> vertx.runOnContext(turn -> gone.run()));
        response.exceptionHandler(cause -> {});
    }

    private static Runnable once(Runnable action) {
        boolean[] done = new boolean[1];
        return () -> {
            if (!done[0]) {
                done[0] = true;
                action.run();
            }
        };
    }
}
