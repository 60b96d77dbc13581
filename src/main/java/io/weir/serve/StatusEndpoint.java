package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.serve.Check.Scope;
import io.weir.serve.Check.Verdict;
import java.util.List;

/** Health and metrics. */
final class StatusEndpoint {
    private final List<Check> checks;
    private final Metrics metrics;

    StatusEndpoint(List<Check> checks, Metrics metrics) {
        this.checks = checks;
        this.metrics = metrics;
    }

    void live(Call call) {
        answer(
                call,
                checks.stream().filter(check -> check.scope() == Scope.LIVE).toList());
    }

    /** Ready only while live too. */
    void ready(Call call) {
        answer(call, checks);
    }

    void metrics(Call call) {
        call.respond(200, Metrics.CONTENT_TYPE, Buffer.buffer(metrics.text()));
    }

    private static void answer(Call call, List<Check> asked) {
        JsonArray list = new JsonArray();
        boolean all = true;
        for (Check check : asked) {
            Verdict verdict = verdict(check);
            all &= verdict.pass();
            list.add(new JsonObject()
                    .put("name", check.name())
                    .put("status", word(verdict.pass()))
                    .put("detail", verdict.detail()));
        }
        call.json(all ? 200 : 503, new JsonObject().put("status", word(all)).put("checks", list));
    }

    private static Verdict verdict(Check check) {
        try {
            return check.verdict().get();
        } catch (RuntimeException broken) {
            return Verdict.fail("the check itself failed: " + broken.getClass().getSimpleName());
        }
    }

    private static String word(boolean pass) {
        return pass ? "pass" : "fail";
    }
}
