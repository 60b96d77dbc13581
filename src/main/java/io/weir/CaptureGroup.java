package io.weir;

import io.vertx.core.Future;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureState;
import io.weir.capture.Filter;
import io.weir.capture.FrameSource.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The capture workers, which are one capture to everybody else. Each retries by itself what fails; what is changed is changed
 * on all of them or on none. One change at a time; otherwise any thread.
 */
final class CaptureGroup {
    private final List<CaptureWorker> workers;

    /** @param workers at least one; each captures its own share */
    CaptureGroup(List<CaptureWorker> workers) {
        this.workers = List.copyOf(workers);
    }

    List<CaptureWorker> workers() {
        return workers;
    }

    /** {@link CaptureState#CAPTURING} only if all are. */
    CaptureState state() {
        CaptureState state = CaptureState.CAPTURING;
        for (CaptureWorker worker : workers) {
            CaptureState one = worker.verticle().state();
            if (one == CaptureState.RETRYING) {
                return one;
            }
            if (one != CaptureState.CAPTURING) {
                state = one;
            }
        }
        return state;
    }

    /** Why one of them broke last; null if none ever did. */
    CaptureException lastFailure() {
        CaptureException last = null;
        for (CaptureWorker worker : workers) {
            CaptureException one = worker.verticle().lastFailure();
            // what the others tell is only that one broke
            if (one != null && (last == null || one.kind() != CaptureException.Kind.OTHER)) {
                last = one;
            }
        }
        return last;
    }

    Filter filter() {
        return workers.get(0).verticle().filter();
    }

    /** As the worker that fills a partition's lane knows it: the others may not have met the interface yet. */
    String interfaceName(int partition, int index) {
        int worker = partition / workers.get(0).lanes().lanes();
        return workers.get(worker).verticle().interfaceName(index);
    }

    long reopenings() {
        return sum(worker -> worker.verticle().reopenings());
    }

    long failedFrames() {
        return sum(worker -> worker.verticle().failedFrames());
    }

    /** Asks the interfaces what they lost; reads files, so not on an event loop. */
    void countLosses() {
        workers.forEach(worker -> worker.verticle().countLosses());
    }

    Statistics statistics() {
        Statistics sum = workers.get(0).verticle().statistics();
        for (CaptureWorker worker : workers.subList(1, workers.size())) {
            sum = sum(sum, worker.verticle().statistics());
        }
        return sum;
    }

    /** How long ago the thread was seen at work that was not seen for longest. */
    long silentNs() {
        return workers.stream()
                .mapToLong(worker -> worker.live().silentNs())
                .max()
                .orElse(0);
    }

    long sum(ToLongFunction<CaptureWorker> value) {
        return workers.stream().mapToLong(value).sum();
    }

    /** @return fails if one worker could not start; those that stood still then stand still again, all of them */
    Future<Void> startCapture() {
        List<CaptureWorker> still =
                workers.stream().filter(CaptureGroup::standsStill).toList();
        return each(workers, worker -> worker.verticle().startCapture())
                .recover(failure -> each(still, worker -> worker.verticle().stopCapture())
                        .transform(stopped -> Future.failedFuture(failure)));
    }

    /** Whether nobody captures, nor tries to. */
    private static boolean standsStill(CaptureWorker worker) {
        CaptureState state = worker.verticle().state();
        return state != CaptureState.CAPTURING && state != CaptureState.RETRYING;
    }

    Future<Void> stopCapture() {
        return each(workers, worker -> worker.verticle().stopCapture());
    }

    /** @return fails if one worker refused it; the filter before is then in force on all */
    Future<Void> filter(Filter next) {
        Filter before = filter();
        Future<Void> changed = Future.succeededFuture();
        for (CaptureWorker worker : workers) {
            changed = changed.compose(others -> worker.verticle().filter(next));
        }
        return workers.size() == 1
                ? changed
                : changed.recover(
                        refused -> each(workers, worker -> worker.verticle().filter(before))
                                .transform(restored -> Future.failedFuture(refused)));
    }

    /** Asks each worker between two of its slices, when its own counters fit together. */
    <T> Future<List<T>> betweenSlices(Function<CaptureWorker, T> question) {
        List<Future<T>> answers = new ArrayList<>();
        for (CaptureWorker worker : workers) {
            answers.add(worker.verticle().betweenSlices(() -> question.apply(worker)));
        }
        return Future.all(answers).map(all -> all.list());
    }

    private static Future<Void> each(List<CaptureWorker> some, Function<CaptureWorker, Future<Void>> action) {
        return Future.join(some.stream().map(action).toList()).mapEmpty();
    }

    private static Statistics sum(Statistics one, Statistics other) {
        // each has seen the same interfaces lose the same frames
        return one.and(other, Math.max(one.droppedByInterface(), other.droppedByInterface()));
    }
}
