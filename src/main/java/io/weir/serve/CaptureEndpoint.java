package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weir.serve.CaptureControl.RefusedException;
import java.util.List;

/** State and control of the capture. */
final class CaptureEndpoint {
    private static final int MAX_FILTER_LENGTH = 1024;

    private final CaptureControl capture;
    private final Audit audit;

    CaptureEndpoint(CaptureControl capture, Audit audit) {
        this.capture = capture;
        this.audit = audit;
    }

    void state(Call call) {
        call.answer(capture.state(), call::json);
    }

    void interfaces(Call call) {
        call.answer(capture.interfaces(), call::json);
    }

    void start(Call call) {
        object(call);
        control(call, capture.start());
    }

    void stop(Call call) {
        object(call);
        control(call, capture.stop());
    }

    void filter(Call call) {
        JsonObject body = object(call, "filter");
        if (!(body.getValue("filter") instanceof String filter)) {
            throw new Problem(
                    ProblemKind.BODY,
                    "the body must be a JSON object such as {\"filter\": \"tcp port 80\"}; an empty text removes the"
                            + " filter",
                    "filter");
        }
        if (filter.length() > MAX_FILTER_LENGTH) {
            throw new Problem(
                    ProblemKind.BODY,
                    "filter has " + filter.length() + " characters; allowed: " + MAX_FILTER_LENGTH,
                    "filter");
        }
        control(call, capture.filter(filter).recover(cause -> Future.failedFuture(named(cause))));
    }

    private static Throwable named(Throwable cause) {
        boolean wrong = cause instanceof RefusedException refused && refused.reason() == RefusedException.Reason.WRONG;
        return wrong ? new Problem(ProblemKind.FILTER, cause.getMessage(), "filter") : cause;
    }

    private void control(Call call, Future<JsonObject> done) {
        done.onComplete(result -> audit.control(call.caller(), call.request(), Call.status(result)));
        call.answer(done, call::done);
    }

    /** The body's object, empty if there is no body; members other than those named are refused. */
    private static JsonObject object(Call call, String... members) {
        if (call.body() == null || call.body().length() == 0) {
            return new JsonObject();
        }
        try {
            JsonObject object = new JsonObject(call.body());
            for (String name : object.fieldNames()) {
                if (!List.of(members).contains(name)) {
                    throw new Problem(ProblemKind.BODY, "the body has an unknown member '" + name + "'", name);
                }
            }
            return object;
        } catch (DecodeException | ClassCastException notAnObject) {
            throw new Problem(ProblemKind.BODY, "the body is not a JSON object");
        }
    }
}
