package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.JsonBytes;
import io.weir.relay.StreamEvent;
import io.weir.tally.Counters;

/**
 * Follows the ring for one client. What waits for a slow client is not copied: it stays in the ring, and past
 * {@link ServeOptions#queueBytes} of it the older half is lost to this client, who is told. One thread.
 */
final class Reader {
    /** One write to the socket; larger ones gain nothing. */
    private static final int CHUNK_BYTES = 16 << 10;

    private static final int WRITE_QUEUE_BYTES = 128 << 10;
    /** The longest payload of one event, as text whose every byte is escaped, and the fields around it. */
    private static final int LONGEST_FRAME_BYTES = 6 * (64 << 10) + 1024;

    /** What one reader's writes may hold at most. */
    static final int MEMORY_BYTES = WRITE_QUEUE_BYTES + CHUNK_BYTES + LONGEST_FRAME_BYTES;

    private static final int RETRY_MS = 2_000;
    static final int TICKS_PER_HEARTBEAT = 4;

    private static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

    private final Subscription subscription;
    private final EventRing ring;
    private final FrameWriter frames;
    private final Counters<ServeCounter> counters;
    private final HttpServerResponse response;
    private final int queueBytes;
    private final JsonBytes chunk;

    private long cursor;
    private long waitingEvents;
    private long waitingBytes;
    private long allowedBytes;
    private Loss loss;
    private boolean wrote;
    private int silentTicks;
    private boolean ended;
    private long sentEvents;
    private long sentBytes;

    Reader(
            Subscription subscription,
            EventRing ring,
            FrameWriter frames,
            Counters<ServeCounter> counters,
            HttpServerResponse response,
            int queueBytes) {
        this.subscription = subscription;
        this.ring = ring;
        this.frames = frames;
        chunk = frames.chunk();
        this.counters = counters;
        this.response = response;
        this.queueBytes = queueBytes;
        allowedBytes = queueBytes;
        cursor = Math.max(subscription.firstNumber, ring.next());
        response.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        response.drainHandler(drained -> pump());
    }

    /** Tells the client where it starts, so that it can resume even before its first event. */
    void greet() {
        long seen = loss == null ? cursor - 1 : loss.after() == null ? loss.from() - 1 : 0;
        chunk.clear();
        if (seen > 0) {
            frames.position(seen, chunk);
        }
        chunk.ascii("retry: ").number(RETRY_MS).ascii("\n\n");
        response.write(toBuffer());
    }

    /** Starts with the first event of the subscription instead of with the next one. */
    void fromTheBeginning() {
        startAt(subscription.firstNumber);
    }

    /** Goes on after an event that the client has seen; what is no longer there is lost. */
    void resumeAfter(long number) {
        startAt(Math.min(number + 1, ring.next()));
    }

    /** The client comes from an earlier run of the service. */
    void resumeAfterRestart(String lastId) {
        loss = new Loss(Loss.Reason.RESTART, lastId);
        loss.addUncounted(cursor - 1, cursor - 1);
    }

    private void startAt(long number) {
        cursor = number;
        if (cursor < subscription.firstNumber) {
            lossFor(Loss.Reason.RESUME).addUncounted(cursor, subscription.firstNumber - 1);
            cursor = subscription.firstNumber;
        }
        skipUnknown(ring.next(), Loss.Reason.RESUME);
        countWaiting();
        counters.add(ServeCounter.EVENTS_RESUMED, waitingEvents);
        loseUpTo(ring.oldest(), Loss.Reason.RESUME);
        allowedBytes = Math.max(queueBytes, waitingBytes);
    }

    /** An event for this reader is in the ring. */
    void offer(long number) {
        counters.add(ServeCounter.EVENTS_OFFERED, ring.events(number));
        waitingEvents += ring.events(number);
        waitingBytes += weight(number);
        if (waitingBytes > allowedBytes && !ended) {
            pump();
            if (waitingBytes > allowedBytes) {
                overflow();
            }
        }
    }

    private void overflow() {
        if (subscription.request.disconnectSlow()) {
            counters.increment(ServeCounter.READERS_CUT);
            loseUpTo(ring.next(), Loss.Reason.SLOW);
            chunk.clear();
            tellLoss();
            response.write(toBuffer());
            end();
            return;
        }
        skipUnknown(ring.next(), Loss.Reason.SLOW);
        while (waitingBytes > queueBytes / 2 && cursor < ring.next()) {
            loseUpTo(cursor + 1, Loss.Reason.SLOW);
        }
        allowedBytes = queueBytes;
    }

    /** Gives up what waits below a number. */
    private void loseUpTo(long number, Loss.Reason reason) {
        skipUnknown(number, reason);
        for (; cursor < number; cursor++) {
            if (ring.wanted(cursor, subscription.slot)) {
                lose(reason);
            }
        }
    }

    /** In one step, because there may be any number of them; what waited among them waits no longer. */
    private void skipUnknown(long number, Loss.Reason reason) {
        long known = Math.min(number, ring.firstIndexed());
        if (cursor < known) {
            lossFor(reason).addUncounted(cursor, known - 1);
            cursor = known;
            long waited = waitingEvents;
            countWaiting();
            counters.add(ServeCounter.EVENTS_LOST, Math.max(0, waited - waitingEvents));
        }
    }

    /** Counts anew what waits from the cursor on. */
    private void countWaiting() {
        waitingEvents = 0;
        waitingBytes = 0;
        for (long number = cursor; number < ring.next(); number++) {
            if (ring.wanted(number, subscription.slot)) {
                waitingEvents += ring.events(number);
                waitingBytes += weight(number);
            }
        }
    }

    private void lose(Loss.Reason reason) {
        int events = ring.events(cursor);
        lossFor(reason).add(cursor, events, ring.streamBytes(cursor));
        counters.add(ServeCounter.EVENTS_LOST, events);
        waitingEvents -= events;
        waitingBytes -= weight(cursor);
    }

    private Loss lossFor(Loss.Reason reason) {
        if (loss == null) {
            loss = new Loss(reason);
        }
        return loss;
    }

    /** Writes what waits, as far as the client takes it. */
    void pump() {
        while (!ended && !response.writeQueueFull()) {
            fill();
            if (chunk.length() == 0) {
                break;
            }
            sentBytes += chunk.length();
            counters.add(ServeCounter.SENT_BYTES, chunk.length());
            wrote = true;
            response.write(toBuffer());
        }
        if (waitingBytes <= queueBytes) {
            allowedBytes = queueBytes;
        }
        if (subscription.lastNumber != 0 && cursor > subscription.lastNumber && loss == null) {
            end();
        }
    }

    private void fill() {
        chunk.clear();
        while (chunk.length() < CHUNK_BYTES) {
            loseUpTo(ring.oldest(), Loss.Reason.SLOW);
            tellLoss();
            if (cursor >= ring.next()) {
                return;
            }
            if (ring.wanted(cursor, subscription.slot)) {
                if (ring.entry(cursor) instanceof StreamEvent event) {
                    send(event);
                } else {
                    lose(Loss.Reason.OVERLOAD);
                }
            }
            cursor++;
        }
    }

    private void send(StreamEvent event) {
        frames.event(cursor, event, subscription.request, chunk);
        counters.increment(ServeCounter.EVENTS_SENT);
        sentEvents++;
        waitingEvents--;
        waitingBytes -= weight(cursor);
    }

    private void tellLoss() {
        if (loss != null) {
            frames.lost(loss, chunk);
            loss = null;
        }
    }

    /**
     * Called {@link #TICKS_PER_HEARTBEAT} times for each heartbeat: tells a silent client, at the latest when its silence has
     * lasted that long, that the service is there.
     */
    void tick() {
        silentTicks = wrote ? 0 : silentTicks + 1;
        wrote = false;
        if (silentTicks >= TICKS_PER_HEARTBEAT - 1 && !ended && !response.writeQueueFull()) {
            response.write(HEARTBEAT);
            silentTicks = -1;
        }
    }

    /** Ends the response; what waits is counted as not sent by {@link #gone}. */
    void end() {
        if (!ended) {
            ended = true;
            response.end();
        }
    }

    /** The client is away, or was told the end. Called once. */
    void gone() {
        ended = true;
        counters.add(ServeCounter.EVENTS_UNSENT, waitingEvents);
        waitingEvents = 0;
        waitingBytes = 0;
    }

    Subscription subscription() {
        return subscription;
    }

    long waitingEvents() {
        return waitingEvents;
    }

    long sentEvents() {
        return sentEvents;
    }

    long sentBytes() {
        return sentBytes;
    }

    private long weight(long number) {
        return ring.weight(number, subscription.request.payload());
    }

    private Buffer toBuffer() {
        return Buffer.buffer(chunk.length()).appendBytes(chunk.array(), 0, chunk.length());
    }
}
