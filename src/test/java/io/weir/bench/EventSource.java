package io.weir.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.weir.reassemble.FlowDirection;
import io.weir.relay.Bus;
import io.weir.relay.StreamEvent.Data;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Stands for a partition: data events of one stream in batches, as fast as credit and the reader let it. */
final class EventSource extends VerticleBase {
    static final int PAYLOAD_BYTES = 1_448;

    private static final int BATCH_EVENTS = 128;
    private static final int WINDOW_BYTES = 8 << 20;
    private static final int MOST_AHEAD = 6_000;

    private final byte[] payload = new byte[PAYLOAD_BYTES];
    private Bus.Subscribe wanted;
    private int held;
    private boolean waiting;
    private boolean running;
    private long sent;
    private long most;
    private volatile long read;

    EventSource() {
        new Random(1).nextBytes(payload);
    }

    @Override
    public Future<?> start() {
        vertx.eventBus().localConsumer(Bus.partition(0), this::answer);
        return Future.succeededFuture();
    }

    /** Sends to the next subscription, that many events at most. */
    void begin(long events) {
        read = 0;
        most = events;
    }

    /** How many frames the reader has. Any thread. */
    void read(long frames) {
        read = frames;
    }

    void halt() {
        context.runOnContext(turn -> running = false);
    }

    private void answer(Message<Object> message) {
        if (message.body() instanceof Bus.Subscribe subscribe) {
            wanted = subscribe;
            sent = 0;
            running = true;
            message.reply(new Bus.Subscribed(List.of()));
            context.runOnContext(turn -> send());
        } else if (message.body() instanceof Bus.Unsubscribe gone) {
            running &= wanted == null || gone.slot() != wanted.slot();
        } else if (message.body() instanceof Bus.Credit credit) {
            held -= credit.costBytes();
            send();
        }
    }

    private void send() {
        if (!running || waiting || held > WINDOW_BYTES / 2 || sent >= most) {
            return;
        }
        if (sent - read > MOST_AHEAD) {
            waiting = true;
            vertx.setTimer(1, late -> {
                waiting = false;
                send();
            });
            return;
        }
        List<Bus.Selected> batch = new ArrayList<>(BATCH_EVENTS);
        int cost = 0;
        for (int index = 0; index < BATCH_EVENTS; index++) {
            byte[] bytes = wanted.payload() ? payload.clone() : null;
            Data event = new Data(
                    "1ga4gc1sg00ro81fr0",
                    1_700_000_000_000_000_000L + sent * 1_000,
                    FlowDirection.SERVER_TO_CLIENT,
                    sent * PAYLOAD_BYTES,
                    PAYLOAD_BYTES,
                    bytes,
                    sent * PAYLOAD_BYTES);
            batch.add(new Bus.Selected(event, 1L << wanted.slot()));
            cost += 256 + (bytes == null ? 0 : bytes.length);
            sent++;
        }
        held += cost;
        vertx.eventBus().send(Bus.EVENTS, new Bus.EventBatch(0, batch, cost));
        context.runOnContext(turn -> send());
    }
}
