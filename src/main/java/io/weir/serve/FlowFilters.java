package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.weir.relay.FlowFilter;
import io.weir.relay.StreamEvent;
import io.weir.serve.CaptureControl.RefusedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Makes the filter of streams that a query asks for. */
final class FlowFilters {
    /** The parameters that together say which streams. */
    static final QueryParameter[] PARAMETERS = {
        QueryParameter.HOST,
        QueryParameter.CIDR,
        QueryParameter.PORT,
        QueryParameter.INTERFACE,
        QueryParameter.STREAM,
        QueryParameter.FILTER
    };

    private static final int PATIENCE_MS = 2_000;

    private final WorkerExecutor worker;
    private final FilterCompiler compiler;

    FlowFilters(Vertx vertx, FilterCompiler compiler) {
        worker = FilterCompiler.worker(vertx);
        this.compiler = compiler;
    }

    /** Completes on the calling event loop; fails with a {@link Problem} if the expression is wrong. */
    Future<FlowFilter> of(Query query) {
        FlowFilter flows =
                new FlowFilter(query.hosts(), query.cidrs(), query.ports(), query.interfaces(), query.streams(), null);
        String expression = query.filter();
        if (expression == null || expression.isBlank()) {
            return Future.succeededFuture(flows);
        }
        long startNs = System.nanoTime();
        return worker.<Predicate<StreamEvent.Open>>executeBlocking(() -> compile(expression, startNs), false)
                .timeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
                .map(predicate -> new FlowFilter(
                        flows.hosts(), flows.cidrs(), flows.ports(), flows.interfaces(), flows.streams(), predicate))
                .recover(cause -> Future.failedFuture(problem(cause)));
    }

    private Predicate<StreamEvent.Open> compile(String expression, long startNs)
            throws RefusedException, TimeoutException {
        if (System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS)) {
            throw new TimeoutException("nobody waits for it any more");
        }
        return compiler.compile(expression);
    }

    private static Throwable problem(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return new Problem(
                    ProblemKind.BUSY,
                    "the filter was not compiled within " + PATIENCE_MS + " ms; make it simpler, or try again later",
                    QueryParameter.FILTER.label());
        }
        if (!(cause instanceof RefusedException refused)) {
            return cause;
        }
        boolean wrong = refused.reason() == RefusedException.Reason.WRONG;
        return new Problem(
                wrong ? ProblemKind.FILTER : ProblemKind.NOT_AVAILABLE,
                refused.getMessage(),
                QueryParameter.FILTER.label());
    }
}
