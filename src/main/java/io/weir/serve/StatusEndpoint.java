package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.weir.relay.JsonBytes;
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

    /** Written by hand, because it is asked first, and to set up the JSON library takes a twentieth of a whole start. */
    private static void answer(Call call, List<Check> asked) {
        List<Verdict> verdicts = asked.stream().map(StatusEndpoint::verdict).toList();
        boolean all = verdicts.stream().allMatch(Verdict::pass);
        JsonBytes json = new JsonBytes(1024).ascii("{\"status\":").quoted(word(all));
        json.ascii(",\"checks\":[");
        for (int index = 0; index < asked.size(); index++) {
            Verdict verdict = verdicts.get(index);
            json.ascii(index == 0 ? "{" : ",{");
            json.ascii("\"name\":").quoted(asked.get(index).name());
            json.ascii(",\"status\":").quoted(word(verdict.pass()));
            json.ascii(",\"detail\":").quoted(verdict.detail()).ascii('}');
        }
        json.ascii("]}");
        Buffer body = Buffer.buffer(json.length()).appendBytes(json.array(), 0, json.length());
        call.tell(all ? 200 : 503, "application/json", body);
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
