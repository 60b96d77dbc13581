package io.weir.relay;

import io.weir.relay.Bus.Subscribe;
import io.weir.relay.Bus.Subscribed;
import java.util.List;

/**
 * Applies a new subscription to the streams that are open, in steps, so that packets are served in between. The
 * subscription gets its first event after the last step.
 */
final class Joining {
    private final StreamRelay relay;
    private final Subscribe subscription;
    private final RelayedStream[] streams;
    private int done;

    Joining(StreamRelay relay, Subscribe subscription) {
        this.relay = relay;
        this.subscription = subscription;
        relay.subscriptions().set(subscription);
        streams = relay.catalogue().openStreams();
    }

    /** Another subscription took the slot, or this one was given up. */
    boolean replaced() {
        return relay.subscriptions().inSlot(subscription.slot()) != subscription;
    }

    /** Looks at the next {@code most} streams; true if that was all. Not once {@link #replaced}. */
    boolean step(int most) {
        int end = Math.min(streams.length, done + most);
        for (; done < end; done++) {
            RelayedStream stream = streams[done];
            stream.subscribed(subscription.slot(), relay.subscriptions().wants(subscription.slot(), stream));
        }
        return done == streams.length;
    }

    /** After the last step: from now on the subscription gets events. */
    Subscribed finish() {
        relay.subscriptions().activate(subscription.slot());
        RelayedStream one = subscription.stream() == null ? null : relay.find(subscription.stream());
        return new Subscribed(one == null ? List.of() : one.beginning(subscription.slot(), subscription.payload()));
    }
}
