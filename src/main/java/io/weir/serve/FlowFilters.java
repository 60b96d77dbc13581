package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weir.relay.FlowFilter;
import io.weir.relay.StreamEvent;
import io.weir.serve.CaptureControl.RefusedException;
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

    private final Vertx vertx;
    private final FilterCompiler compiler;

    FlowFilters(Vertx vertx, FilterCompiler compiler) {
        this.vertx = vertx;
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
        // unordered: compiling may wait for libpcap, and nobody else's filter should wait for that
        return vertx.<Predicate<StreamEvent.Open>>executeBlocking(() -> compiler.compile(expression), false)
                .map(predicate -> new FlowFilter(
                        flows.hosts(), flows.cidrs(), flows.ports(), flows.interfaces(), flows.streams(), predicate))
                .recover(cause -> Future.failedFuture(problem(cause)));
    }

    private static Throwable problem(Throwable cause) {
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
