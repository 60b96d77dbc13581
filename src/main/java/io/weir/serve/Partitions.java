package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.weir.relay.Bus;
import java.util.ArrayList;
import java.util.List;

/** Asks the partitions over the event bus. */
final class Partitions {
    /** A partition answers within microseconds; one that does not is stuck. */
    private static final DeliveryOptions PATIENCE =
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(5_000);

    private static final DeliveryOptions NO_ANSWER = new DeliveryOptions().setLocalOnly(true);

    /** Who answered, and what. */
    record Answer<T>(int partition, T body) {}

    private final EventBus bus;
    private final int count;

    Partitions(EventBus bus, int count) {
        this.bus = bus;
        this.count = count;
    }

    int count() {
        return count;
    }

    void tell(int partition, Object message) {
        bus.send(Bus.partition(partition), message, NO_ANSWER);
    }

    <T> Future<T> ask(int partition, Object message) {
        return bus.<T>request(Bus.partition(partition), message, PATIENCE).map(Message::body);
    }

    /** The same; fails with a {@link Problem}. */
    <T> Future<T> tryAsk(int partition, Object message) {
        return this.<T>ask(partition, message).recover(cause -> Future.failedFuture(silent(cause)));
    }

    /** The same of the partition that had the stream a moment ago; it may have been forgotten since. */
    <T> Future<T> askAgain(int partition, Object message, String what) {
        return this.<T>ask(partition, message)
                .recover(cause -> Future.failedFuture(unknown(cause) ? notFound(what) : silent(cause)));
    }

    /** The answer of the one that has it; a {@link Problem} if none has. */
    <T> Future<Answer<T>> find(Object message, String what) {
        List<Future<Answer<T>>> answers = new ArrayList<>();
        for (int partition = 0; partition < count; partition++) {
            int index = partition;
            answers.add(this.<T>ask(partition, message).map(body -> new Answer<>(index, body)));
        }
        return Future.any(answers).transform(any -> {
            for (Future<Answer<T>> answer : answers) {
                if (answer.succeeded()) {
                    return answer;
                }
            }
            for (Future<Answer<T>> answer : answers) {
                if (!unknown(answer.cause())) {
                    return Future.failedFuture(silent(answer.cause()));
                }
            }
            return Future.failedFuture(notFound(what));
        });
    }

    private static boolean unknown(Throwable cause) {
        return cause instanceof ReplyException reply && reply.failureCode() == 404;
    }

    private static Problem notFound(String what) {
        return new Problem(ProblemKind.NOT_FOUND, what + " is unknown here; it may have been closed and forgotten");
    }

    static Problem silent(Throwable cause) {
        return new Problem(ProblemKind.BUSY, "a partition does not answer: " + cause.getMessage());
    }
}
