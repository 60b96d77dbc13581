package io.weir.serve;

import io.vertx.core.http.HttpServerResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who reads events now: no caller takes all places, and a caller whose credentials are taken back reads no further. One
 * thread.
 */
final class Readers {
    /** From the request for events to the end of their response. */
    final class Place {
        private final Caller caller;
        private final HttpServerResponse response;

        private Place(Caller caller, HttpServerResponse response) {
            this.caller = caller;
            this.response = response;
        }

        /** The response has ended, or never began. May be called again. */
        void leave() {
            places.remove(this);
        }
    }

    private final int perCaller;
    private final Set<Place> places = new HashSet<>();

    Readers(int perCaller) {
        this.perCaller = perCaller;
    }

    /** @throws Problem the caller has as many places as one may have */
    Place take(Call call) {
        Caller caller = call.caller();
        long taken = places.stream()
                .filter(place -> place.caller.name().equals(caller.name()))
                .count();
        if (caller != Caller.LOCAL && taken >= perCaller) {
            throw new Problem(
                    ProblemKind.BUSY,
                    caller.name() + " already reads events " + taken + " times, the most that one caller may"
                            + " (serve.max-subscribers-per-caller); end one of these readers first");
        }
        Place place = new Place(caller, call.response());
        places.add(place);
        return place;
    }

    /** Cuts the responses of all callers that are not let in any more. */
    void cut(Predicate<Caller> stillIn) {
        for (Place place : List.copyOf(places)) {
            if (!stillIn.test(place.caller)) {
                place.response.reset();
            }
        }
    }
}
